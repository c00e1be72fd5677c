"""Tests that important pages ask for the password again, unless the person has signed in recently."""

import pytest
from django.conf import settings
from django.core.cache import cache
from django.urls import reverse

from tests.factories import UserFactory
from tests.web.account.people import able_to_sign_in, age_proofs, reauthenticate, sign_in

pytestmark = pytest.mark.django_db

HERE = "account:email"  # This page asks for the password again.
A_WHILE = settings.SIGNING_IN_COUNTS_FOR


@pytest.fixture(autouse=True)
def _no_counts():
    cache.clear()


@pytest.fixture
def ada(client):
    user = able_to_sign_in(email="ada@example.org")
    sign_in(client, user)
    return user


def asks_for_password(client):
    response = client.get(reverse(HERE))
    if response.status_code == 200:
        return False
    assert response.url.startswith(reverse("account:again"))
    return True


@pytest.mark.parametrize(("ago", "is_asked"), [(0, False), (A_WHILE - 5, False), (A_WHILE, True)])
def test_signing_in_counts_as_confirming_identity_for_a_short_time(client, ada, ago, is_asked):
    age_proofs(client, ago)
    assert asks_for_password(client) is is_asked


def test_confirming_the_password_counts_for_longer(client, ada):
    age_proofs(client, A_WHILE)
    reauthenticate(client)
    assert not asks_for_password(client)
    age_proofs(client, A_WHILE)
    assert not asks_for_password(client)
    age_proofs(client, settings.ACCOUNT_REAUTHENTICATION_TIMEOUT)
    assert asks_for_password(client)


def test_a_confirmation_by_another_person_in_the_same_browser_does_not_count(client, ada):
    session = client.session
    session["account_authentication_methods_user"] = str(UserFactory().pk)
    session.save()
    assert asks_for_password(client)


def test_resetting_a_password_does_not_count_as_confirming_identity(client, ada):
    age_proofs(client, 0, method="password_reset")
    assert asks_for_password(client)


def test_a_confirmation_dated_in_the_future_does_not_count(client, ada):
    age_proofs(client, -60)
    assert asks_for_password(client)


def test_the_session_gets_a_new_key_when_a_person_signs_in(client):
    client.get(reverse("account:sign-in"))
    user = able_to_sign_in(email="ben@example.org")
    sign_in(client, user)
    first = client.session.session_key
    client.post(reverse("account:sign-out"))
    sign_in(client, user)
    assert client.session.session_key != first
