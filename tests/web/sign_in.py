"""Browsers that are signed in: a step-up is asked of none but those who have been there for long."""

import time

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from django.test import Client


def browser(user, *, recently=True):
    """Return a client signed in as someone, as if they had given their password just now."""
    client = Client()
    client.force_login(user)
    session, at = client.session, time.time() - (0 if recently else 24 * 3600)
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [
        {"method": "mfa", "at": at},
        {"method": "password", "at": at, "reauthenticated": True},
    ]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
    return client


def has_given_their_password(client, user):
    """Let a client that is signed in have proved who they are a moment ago."""
    session = client.session
    at = time.time()
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [
        {"method": "mfa", "at": at},
        {"method": "password", "at": at, "reauthenticated": True},
    ]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
