"""People who can sign in, and the messages that were sent to them."""

import re

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.account.models import EmailAddress
from django.urls import reverse

from calloff.outbox.models import Message
from tests.factories import UserFactory

PASSWORD = "three words apart"


def able_to_sign_in(user=None, **kwargs):
    user = user or UserFactory(**kwargs)
    user.set_password(PASSWORD)
    user.save()
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def sign_in(client, user, password=PASSWORD):
    return client.post(reverse("account:sign-in"), {"login": user.email, "password": password})


def second_step(client, user):
    """Enter the code that was emailed, if the page asks for a code."""
    return client.post(reverse("account:email-code"), {"code": code_sent_to(user.email)})


def age_proofs(client, seconds, **given):
    """Move all of a person's proofs of identity into the past by some seconds."""
    session = client.session
    records = session[AUTHENTICATION_METHODS_SESSION_KEY]
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [one | {"at": one["at"] - seconds} | given for one in records]
    session.save()


def reauthenticate(client, password=PASSWORD):
    return client.post(reverse("account:again"), {"password": password})


def code_sent_to(address):
    body = Message.objects.filter(address=address, secret=True).latest("pk").body
    return re.search(r"\n\n([A-Z0-9-]+)\n\n", body).group(1)
