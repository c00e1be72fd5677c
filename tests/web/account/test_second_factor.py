"""Tests that a person who acts for an authority must have a second step, except in a demonstration."""

import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.conf import settings
from django.core.cache import cache
from django.urls import reverse

from calloff.people.permissions import AUTHORITY_ROLES, Role
from tests.factories import AuthorityFactory, ProviderFactory, person
from tests.web.account.people import able_to_sign_in, age_proofs, reauthenticate, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_counts():
    cache.clear()


def officer(role=Role.CONTRACTS_OFFICER):
    return able_to_sign_in(person(role, at=AuthorityFactory()))


def code_of(secret):
    return totp.format_hotp_value(totp.hotp_value(secret, int(time.time()) // 30))


def set_up_app(client):
    reauthenticate(client)
    assert client.get(reverse("account:app")).status_code == 200
    secret = client.session[totp.SECRET_SESSION_KEY]
    return secret, client.post(reverse("account:app"), {"code": code_of(secret)})


@pytest.mark.parametrize("role", AUTHORITY_ROLES)
def test_an_officer_of_an_authority_must_set_up_a_second_factor(client, role):
    sign_in(client, officer(role))
    for name in ("home", "join", "time-out"):
        assert client.get(reverse(f"account:{name}")).url == reverse("account:security")
    page = client.get(reverse("account:security"))
    assert page.status_code == 200
    assert "Set up a second step for signing in first" in page.content.decode()


def test_a_person_who_cannot_read_childrens_records_needs_no_second_factor(client):
    sign_in(client, able_to_sign_in(person(Role.PROVIDER_SIGNATORY, at=ProviderFactory())))
    assert client.get(reverse("account:home")).status_code == 200


def test_a_demonstration_needs_no_second_factor_and_shows_a_notice(client, settings):
    settings.DEMONSTRATION = settings.SECOND_STEP_WAIVED = True
    assert "need a second step to sign in, but not here" in client.get(reverse("account:sign-in")).content.decode()
    sign_in(client, officer())
    assert client.get(reverse("account:home")).status_code == 200


def test_the_sign_in_page_mentions_second_factors_only_in_a_demonstration(client):
    assert "left out" not in client.get(reverse("account:sign-in")).content.decode()


def test_setting_up_a_second_factor_first_asks_for_the_password(client):
    sign_in(client, officer())
    age_proofs(client, settings.SIGNING_IN_COUNTS_FOR)
    assert client.get(reverse("account:app")).url.startswith(reverse("account:again"))


def test_setting_up_an_authenticator_app_gives_access_and_shows_recovery_codes(client):
    sign_in(client, officer())
    _, response = set_up_app(client)
    assert response.url == reverse("account:codes")
    assert "recovery codes" in client.get(response.url).content.decode()
    assert client.get(reverse("account:home")).status_code == 200


def test_entering_a_wrong_code_does_not_set_up_a_second_factor(client):
    sign_in(client, officer())
    reauthenticate(client)
    client.get(reverse("account:app"))
    assert "The code is wrong" in client.post(reverse("account:app"), {"code": "000000"}).content.decode()
    assert not Authenticator.objects.exists()


def test_the_secret_of_an_authenticator_app_is_stored_encrypted(client):
    sign_in(client, officer())
    secret, _ = set_up_app(client)
    assert secret not in str(Authenticator.objects.get(type="totp").data)


def test_after_a_second_factor_is_set_up_signing_in_asks_for_a_code(client):
    olivia = officer()
    sign_in(client, olivia)
    secret, _ = set_up_app(client)
    client.post(reverse("account:sign-out"))
    cache.clear()

    assert sign_in(client, olivia).url == reverse("account:second-factor")
    assert "_auth_user_id" not in client.session
    assert client.get(reverse("account:second-factor")).status_code == 200
    assert "The code is wrong" in client.post(reverse("account:second-factor"), {"code": "000000"}).content.decode()
    assert client.post(reverse("account:second-factor"), {"code": code_of(secret)}).status_code == 302
    assert client.session["_auth_user_id"] == str(olivia.pk)


def test_the_last_second_factor_cannot_be_removed(client):
    sign_in(client, officer())
    set_up_app(client)
    page = client.post(reverse("account:app-remove"))
    assert "Add another second step first" in page.content.decode()
    assert Authenticator.objects.filter(type="totp").exists()


def test_the_qr_code_is_shown_only_during_setup(client):
    sign_in(client, officer())
    assert client.get(reverse("account:qr")).status_code == 404
    reauthenticate(client)
    client.get(reverse("account:app"))
    picture = client.get(reverse("account:qr"))
    assert picture.headers["Content-Type"] == "image/svg+xml"
    assert b"<svg" in picture.content


@pytest.mark.parametrize("name", ["keys", "key-add", "codes-new", "again-code", "again-key"])
def test_the_other_security_pages_can_be_opened(client, name):
    sign_in(client, officer())
    set_up_app(client)
    assert client.get(reverse(f"account:{name}")).status_code in {200, 302}
