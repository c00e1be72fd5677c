"""Browsers that are signed in: a step-up is asked of none but those who have been there for long."""

import time

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from django.test import Client


def browser(user, *, recently=True):
    """Return a client signed in as somebody, as if they had given their password just now."""
    client = Client()
    client.force_login(user)
    if recently:
        has_given_their_password(client, user)
    return client


def has_given_their_password(client, user):
    """Let a client that is signed in have proved who they are a moment ago."""
    session = client.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "password", "at": time.time(), "reauthenticated": True}]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
