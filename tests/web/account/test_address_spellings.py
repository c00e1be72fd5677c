"""Tests for addresses that look alike or are compared as equal, and for signing up with someone else's address."""

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from calloff.outbox.models import Message
from calloff.people.models import Invitation, User
from tests.factories import NOW, InvitationFactory, UserFactory
from tests.web.account.people import PASSWORD, able_to_sign_in, code_sent_to, sign_in

pytestmark = pytest.mark.django_db

VICTIM, STRANGER = "zed@example.org", "stranger@example.net"
# other letters that the database converts to the capitals I, S and K
COUNTED_AS_OTHERS = [
    "z\u0131d@example.org",
    "zed@g\u0131thub.example",
    "\u017fed@example.org",
    "zed@\u017fchool.example",
]


@pytest.fixture(autouse=True)
def _no_counts():
    cache.clear()


@pytest.mark.parametrize("address", COUNTED_AS_OTHERS)
def test_an_address_that_differs_only_in_capitals_cannot_create_a_second_account(address):
    page = (
        Client()
        .post(reverse("account:sign-up"), {"name": "Zed", "email": address, "password1": PASSWORD})
        .content.decode()
    )
    assert "Enter an email address in the correct format" in page
    assert not User.objects.exists()


@pytest.mark.postgres15
@pytest.mark.parametrize("address", COUNTED_AS_OTHERS)
def test_an_address_with_a_lookalike_letter_gives_no_access_to_an_invitation(address):
    """If an older account has an address like this, the database compares it in lower case, as we do."""
    like = address.replace("\u0131", "i").replace("\u017f", "s")
    invitation = InvitationFactory(email=like)
    stranger = UserFactory(email=address)
    assert not Invitation.objects.visible_to(stranger, NOW).exists()
    assert not Invitation.objects.to_answer(stranger, NOW).exists()
    assert Invitation.objects.to_answer(UserFactory(email=like), NOW).get() == invitation


def signed_up(client, email, name="Somebody"):
    client.post(reverse("account:sign-up"), {"name": name, "email": email, "password1": "a stranger s words"})


def owner_resets(email):
    mine = Client(REMOTE_ADDR="203.0.113.9")
    mine.post(reverse("account:reset"), {"email": email})
    mine.post(reverse("account:reset-code"), {"code": code_sent_to(email)})
    mine.post(reverse("account:reset-password"), {"name": "Zed Marsh", "password1": PASSWORD})
    return mine


def test_signing_up_with_someone_elses_address_gives_no_access_after_its_owner_confirms_it():
    stranger = Client()
    signed_up(stranger, VICTIM)
    mine = owner_resets(VICTIM)
    stranger.post(reverse("account:confirm-email"), {"action": "change", "email": STRANGER})
    if Message.objects.filter(address=STRANGER, secret=True).exists():
        stranger.post(reverse("account:confirm-email"), {"code": code_sent_to(STRANGER)})
    assert "_auth_user_id" not in stranger.session
    zed = User.objects.get()
    assert (zed.email, zed.name) == (VICTIM, "Zed Marsh")
    assert not EmailAddress.objects.filter(email=STRANGER).exists()
    assert sign_in(mine, zed).status_code == 302


def test_no_one_else_can_confirm_an_address_after_its_owner_has():
    stranger = Client()
    signed_up(stranger, VICTIM)
    code = code_sent_to(VICTIM)
    owner_resets(VICTIM)
    stranger.post(reverse("account:confirm-email"), {"action": "resend"})
    stranger.post(reverse("account:confirm-email"), {"code": code})
    assert "_auth_user_id" not in stranger.session


SPELLINGS = [f"zed+{number}@gmail.com" for number in range(6)] + [
    f"z{'.' * (number % 2)}ed@googlemail.com" for number in range(6)
]


def sent_to_mailbox():
    return Message.objects.filter(address__iregex=r"^z\.?ed(\+\d+)?@(gmail|googlemail)\.com$").count()


@pytest.mark.parametrize("known", [True, False])
def test_signing_up_with_many_spellings_of_one_mailbox_sends_few_emails(known):
    if known:
        able_to_sign_in(email="zed@gmail.com")
    for number, spelling in enumerate(SPELLINGS * 2):
        signed_up(Client(REMOTE_ADDR=f"198.51.100.{number}"), spelling)
    assert sent_to_mailbox() == 8


def test_reset_requests_in_many_spellings_send_few_emails_and_the_owner_still_gets_one():
    able_to_sign_in(email="zed@gmail.com")
    for number, spelling in enumerate(SPELLINGS * 2):
        if spelling != "zed@gmail.com":
            Client(REMOTE_ADDR=f"198.51.100.{number}").post(reverse("account:reset"), {"email": spelling})
    assert sent_to_mailbox() == 8
    Client(REMOTE_ADDR="203.0.113.9").post(reverse("account:reset"), {"email": "zed@gmail.com"})
    assert Message.objects.filter(address="zed@gmail.com", secret=True).exists()
