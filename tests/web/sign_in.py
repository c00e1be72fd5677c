"""Browsers in which someone has just signed in, so that no page asks for the password again."""

import time

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from django.test import Client


def browser(user, *, recently=True):
    """Return a client signed in as a person who seems to have just entered their password."""
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
    """Let a signed-in person count as having proved their identity a moment ago."""
    session = client.session
    at = time.time()
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [
        {"method": "mfa", "at": at},
        {"method": "password", "at": at, "reauthenticated": True},
    ]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
