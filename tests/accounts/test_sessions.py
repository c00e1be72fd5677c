"""Tests for the list of sessions, for ending a session, for the longest session, and for the email about a new
browser.
"""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from calloff.accounts.models import KnownBrowser, SignInSession
from calloff.kernel import clock
from calloff.kernel.user_agents import device_name
from calloff.outbox.models import Message
from calloff.people.permissions import Role
from tests.factories import NOW, ProviderFactory, person
from tests.web.account.people import PASSWORD, able_to_sign_in, code_sent_to, sign_in

pytestmark = pytest.mark.django_db

WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1 Version/19.0 Mobile Safari/604.1"


@pytest.fixture(autouse=True)
def _no_counts():
    cache.clear()


@pytest.fixture
def sian():
    return able_to_sign_in(person(Role.PROVIDER_SIGNATORY, at=ProviderFactory()))


def browser(agent, somebody):
    client = Client(headers={"user-agent": agent})
    sign_in(client, somebody)
    return client


def is_in(client):
    return client.get(reverse("account:home")).status_code == 200


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (WINDOWS, "Edge on Windows"),
        (PHONE, "Safari on iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
        ("Mozilla/5.0 (X11; CrOS x86_64 16000.0) Chrome/140.0 Safari/537.36", "Chrome on Chromebook"),
        ("curl/8", "A browser"),
        ("", "A browser"),
    ],
)
def test_a_device_is_described_in_general_terms(agent, words):
    assert device_name(agent) == words


def test_people_can_see_where_they_are_signed_in_and_no_ip_address_is_stored(sian):
    here, phone = browser(WINDOWS, sian), browser(PHONE, sian)
    page = here.get(reverse("account:security")).content.decode()
    assert "Edge on Windows" in page
    assert "Safari on iPhone" in page
    assert "This browser" in page
    assert {field.name for field in SignInSession._meta.get_fields()} == {
        "id", "person", "session_key", "device", "began_at", "last_seen_at",
    }  # fmt: skip
    assert is_in(phone)


def test_ending_one_session_leaves_the_others_open(sian):
    here, phone, third = browser(WINDOWS, sian), browser(PHONE, sian), browser(PHONE, sian)
    ended = SignInSession.objects.get(session_key=phone.session.session_key)
    here.post(reverse("account:session-end", args=[ended.pk]))
    assert not is_in(phone)
    assert is_in(here)
    assert is_in(third)


@pytest.mark.postgres15
def test_a_person_can_end_all_their_other_sessions(sian):
    here, phone, third = browser(WINDOWS, sian), browser(PHONE, sian), browser(PHONE, sian)
    here.post(reverse("account:sessions-end"))
    assert is_in(here)
    assert not is_in(phone)
    assert not is_in(third)


def test_a_person_cannot_end_another_persons_session(sian):
    other = browser(PHONE, able_to_sign_in())
    row = SignInSession.objects.get(session_key=other.session.session_key)
    assert browser(WINDOWS, sian).post(reverse("account:session-end", args=[row.pk])).status_code == 404
    assert is_in(other)


def test_changing_a_password_ends_all_other_sessions_and_resetting_it_ends_every_session(sian):
    here, phone = browser(WINDOWS, sian), browser(PHONE, sian)
    here.post(reverse("account:password"), {"oldpassword": PASSWORD, "password1": "four quite other words"})
    assert is_in(here)
    assert not is_in(phone)
    assert not SignInSession.objects.filter(person=sian, device="Safari on iPhone").exists()

    stranger = Client()
    stranger.post(reverse("account:reset"), {"email": sian.email})
    stranger.post(reverse("account:reset-code"), {"code": code_sent_to(sian.email)})
    stranger.post(reverse("account:reset-password"), {"password1": "five more quite other words"})
    assert not is_in(here)
    assert not SignInSession.objects.filter(person=sian).exists()


@pytest.mark.parametrize(("role", "hours"), [(Role.PROVIDER_SIGNATORY, 12), (Role.PROVIDER_LEAD, 8)])
def test_a_session_ends_after_eight_hours(client, monkeypatch, role, hours):
    client.force_login(person(role, at=ProviderFactory()))
    for minutes in range(0, hours * 60, 20):
        monkeypatch.setattr(clock, "now", lambda after=minutes: NOW + timedelta(minutes=after))
        assert is_in(client)
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(hours=hours))
    assert not is_in(client)
    words = f"because you had been signed in for {hours} hours"
    assert words in client.get(reverse("account:sign-in")).content.decode()


def test_only_signing_in_on_a_new_device_sends_an_email(sian):
    here = browser(WINDOWS, sian)
    assert not Message.objects.exists()
    here.post(reverse("account:sign-out"))
    sign_in(here, sian)
    assert not Message.objects.exists()
    browser(PHONE, sian)
    message = Message.objects.get()
    assert (message.to, message.subject) == (sian, "Someone signed in to your Calloff account on a new device")
    assert "Safari on iPhone" in message.body


def test_only_a_digest_of_the_device_cookie_is_stored_and_it_does_not_identify_the_person(sian):
    here = browser(WINDOWS, sian)
    cookie = here.cookies["calloff_device"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert len(cookie.value) >= 43
    assert cookie.value not in KnownBrowser.objects.get().digest


def test_an_invented_device_cookie_is_replaced(sian):
    forged = Client()
    forged.cookies["calloff_device"] = "mine"
    sign_in(forged, sian)
    assert forged.cookies["calloff_device"].value != "mine"
