"""Browsers in which someone has just signed in, so that no page asks for the password again."""

import time

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from django.test import Client


def browser(user, *, recently=True):
    """Return a client in which a person is signed in, as if they had just entered their password."""
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
    """Make a person who is signed in count as having just proved who they are."""
    session = client.session
    at = time.time()
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [
        {"method": "mfa", "at": at},
        {"method": "password", "at": at, "reauthenticated": True},
    ]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
