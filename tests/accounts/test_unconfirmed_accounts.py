"""Tests for deleting accounts whose email address was not confirmed."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from calloff.accounts import retention
from calloff.accounts.jobs import tidy
from calloff.kernel import clock
from calloff.outbox.models import Message
from calloff.people.models import User
from calloff.people.permissions import Role
from tests.factories import NOW, ProviderFactory, RoleGrantFactory, UserFactory
from tests.web.account.people import PASSWORD, code_sent_to

pytestmark = pytest.mark.django_db

ADA = {"name": "Ada Okafor", "email": "ada@example.org", "password1": PASSWORD}
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _no_counts():
    cache.clear()


def sign_up(client):
    client.post(reverse("account:sign-up"), ADA)
    return User.objects.get(email=ADA["email"])


def confirm(client):
    return client.post(reverse("account:confirm-email"), {"code": code_sent_to(ADA["email"])})


def test_an_unconfirmed_account_is_deleted_after_14_days_and_not_earlier(client):
    person = sign_up(client)
    made = person.unconfirmed_since
    assert retention.delete_unconfirmed_accounts(made + 14 * DAY) == 0
    assert retention.delete_unconfirmed_accounts(made + 14 * DAY + timedelta(seconds=1)) == 1
    assert not User.objects.exists()
    assert not EmailAddress.objects.exists()


def test_the_daily_job_deletes_unconfirmed_accounts(client, monkeypatch):
    made = sign_up(client).unconfirmed_since
    monkeypatch.setattr(clock, "now", lambda: made + 15 * DAY)
    tidy()
    assert not User.objects.exists()


def test_the_owner_of_the_mailbox_can_sign_up_after_the_deletion(client):
    made = sign_up(client).unconfirmed_since
    retention.delete_unconfirmed_accounts(made + 15 * DAY)
    cache.clear()
    mine = Client()
    sign_up(mine)
    assert confirm(mine).url == reverse("account:home")


def test_a_confirmed_account_is_never_deleted(client):
    made = sign_up(client).unconfirmed_since
    confirm(client)
    assert User.objects.get().unconfirmed_since is None
    assert retention.delete_unconfirmed_accounts(made + 400 * DAY) == 0


def test_an_account_confirmed_by_a_password_reset_is_not_deleted(client):
    made = sign_up(client).unconfirmed_since
    mine = Client()
    mine.post(reverse("account:reset"), {"email": ADA["email"]})
    asked = mine.post(reverse("account:reset-code"), {"code": code_sent_to(ADA["email"])})
    assert retention.delete_unconfirmed_accounts(made + 400 * DAY) == 0, "its address is confirmed by the code"
    mine.post(asked.url, {"name": "Ada Okafor", "password1": "another three words"})
    assert User.objects.get().unconfirmed_since is None


def test_accounts_with_a_role_and_accounts_that_never_signed_up_are_not_deleted(client):
    person = sign_up(client)
    RoleGrantFactory(person=person, organisation=ProviderFactory(), role=Role.PROVIDER_STAFF)
    assert retention.delete_unconfirmed_accounts(NOW + 4000 * DAY) == 0
    assert User.objects.filter(pk=person.pk).exists()


@pytest.mark.parametrize("page", ["account:confirm-email", "account:reset-code"])
def test_the_code_for_a_deleted_account_is_treated_as_a_wrong_code(client, page):
    made = sign_up(client).unconfirmed_since
    browser = client
    if page == "account:reset-code":
        browser = Client()
        browser.post(reverse("account:reset"), {"email": ADA["email"]})
    code = code_sent_to(ADA["email"])
    retention.delete_unconfirmed_accounts(made + 15 * DAY)
    assert "The code is wrong" in browser.post(reverse(page), {"code": code}).content.decode()
    assert not User.objects.exists()
    assert "_auth_user_id" not in browser.session


@pytest.mark.parametrize("action", ["resend", "change"])
def test_no_new_code_is_sent_for_a_deleted_account(client, action):
    made = sign_up(client).unconfirmed_since
    retention.delete_unconfirmed_accounts(made + 15 * DAY)
    response = client.post(reverse("account:confirm-email"), {"action": action, "email": "other@example.org"})
    assert response.status_code in {200, 302}
    assert not User.objects.exists()
    assert not Message.objects.filter(address="other@example.org").exists()


def test_the_database_refuses_to_delete_a_confirmed_account(client):
    person = sign_up(client)
    confirm(client)
    with pytest.raises(DatabaseError, match="Cannot delete rows"), transaction.atomic():
        User.objects.filter(pk=person.pk).delete()


@pytest.mark.postgres15
def test_an_account_cannot_be_made_unconfirmed_again_or_due_for_deletion_sooner(client):
    person = sign_up(client)
    confirmed = UserFactory()
    for somebody in (confirmed, person):
        with pytest.raises(DatabaseError, match="Cannot update rows"), transaction.atomic():
            User.objects.filter(pk=somebody.pk).update(unconfirmed_since=NOW - 400 * DAY)
    User.objects.filter(pk=person.pk).update(unconfirmed_since=None)
    assert retention.delete_unconfirmed_accounts(NOW + 4000 * DAY) == 0
