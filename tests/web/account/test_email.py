"""Tests for changing an email address: signing in again, confirming, suspended roles, and an email to the old
address.
"""

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from calloff.outbox.models import Message
from calloff.people.models import RoleGrant, User
from calloff.people.permissions import Role
from calloff.people.states import RoleGrantStatus
from tests.factories import AuthorityFactory, ProviderFactory, RoleGrantFactory, person
from tests.web.account.people import able_to_sign_in, age_proofs, code_sent_to, reauthenticate, second_step, sign_in
from tests.web.sign_in import has_given_their_password

pytestmark = pytest.mark.django_db

NEW = {"email": "ada.new@example.org", "action_add": "yes"}


@pytest.fixture(autouse=True)
def _no_counts():
    cache.clear()


@pytest.fixture
def provider():
    return ProviderFactory(host=AuthorityFactory())


@pytest.fixture
def ada(client, provider):
    ada = able_to_sign_in(person(Role.PROVIDER_LEAD, at=provider))
    sign_in(client, ada)
    second_step(client, ada)
    Message.objects.all().delete()
    return ada


def change(client):
    reauthenticate(client)
    client.post(reverse("account:email"), NEW)
    return client.post(reverse("account:confirm-email"), {"code": code_sent_to(NEW["email"])})


def test_changing_the_email_address_first_requires_the_password_again(client, ada):
    age_proofs(client, settings.ACCOUNT_REAUTHENTICATION_TIMEOUT)
    assert client.get(reverse("account:email")).url.startswith(reverse("account:again"))
    assert client.post(reverse("account:email"), NEW).url.startswith(reverse("account:again"))
    assert not Message.objects.exists()


def test_nothing_changes_until_the_new_email_address_is_confirmed(client, ada):
    reauthenticate(client)
    client.post(reverse("account:email"), NEW)
    ada.refresh_from_db()
    assert ada.email != NEW["email"]
    assert RoleGrant.objects.get().status == RoleGrantStatus.ACTIVE


def test_changing_the_address_suspends_the_roles_and_emails_the_old_address(client, ada):
    old = ada.email
    change(client)
    ada.refresh_from_db()
    assert ada.email == NEW["email"]
    assert RoleGrant.objects.get().status == RoleGrantStatus.SUSPENDED
    assert Message.objects.filter(address=old).latest("pk").subject == "Your Calloff email address was changed"
    assert Message.objects.filter(address=NEW["email"]).latest("pk").subject.startswith("Your Calloff account now uses")
    assert "Roles waiting for approval" in client.get(reverse("account:home")).content.decode()


def stop_link(address):
    return Message.objects.filter(address=address, secret=True).latest("pk").link


def test_the_change_can_be_stopped_from_the_old_address_before_the_code_is_entered(client, ada):
    reauthenticate(client)
    client.post(reverse("account:email"), NEW)
    link, code = stop_link(ada.email), code_sent_to(NEW["email"])
    visitor = Client()
    for _ in range(3):  # A mail scanner opens the link.
        assert "Stop the change to your email address" in visitor.get(link).content.decode()
    ada.refresh_from_db()
    assert ada.has_usable_password()
    assert "The change has been stopped" in visitor.post(link).content.decode()
    client.post(reverse("account:confirm-email"), {"code": code})
    ada.refresh_from_db()
    assert (ada.email == NEW["email"], ada.has_usable_password()) == (False, False)
    assert client.get(reverse("account:home")).status_code == 302
    assert visitor.post(link).status_code == 404


def test_the_change_can_be_undone_from_the_old_address_and_this_ends_the_session(client, ada):
    old = ada.email
    change(client)
    answer = Client().post(stop_link(old))
    assert "Your old email address has been restored" in answer.content.decode()
    ada.refresh_from_db()
    assert ada.email == old
    assert client.get(reverse("account:home")).status_code == 302


def test_the_person_can_then_sign_in_only_with_the_new_address(client, ada):
    old = User(email=ada.email)
    change(client)
    client.post(reverse("account:sign-out"))
    assert sign_in(client, old).status_code == 200
    assert sign_in(client, User(email=NEW["email"])).status_code == 302


def test_an_address_used_by_another_person_cannot_be_taken(client, ada):
    able_to_sign_in(email=NEW["email"])
    reauthenticate(client)
    client.post(reverse("account:email"), NEW)
    message = Message.objects.filter(address=NEW["email"], secret=True).first()
    if message:
        client.post(reverse("account:confirm-email"), {"code": code_sent_to(NEW["email"])})
    ada.refresh_from_db()
    assert ada.email != NEW["email"]
    assert RoleGrant.objects.get(person=ada).status == RoleGrantStatus.ACTIVE


def test_an_authorised_colleague_can_approve_the_suspended_role_again(client, ada, provider):
    change(client)
    grant = RoleGrant.objects.get(person=ada)
    ben = RoleGrantFactory(organisation=provider, role=Role.PROVIDER_LEAD).person
    client.force_login(ben)
    has_given_their_password(client, ben)
    assert f"Approve {ada.name}’s role again" in client.get(reverse("account:home")).content.decode()
    assert client.get(reverse("account:role-reapprove", args=[grant.pk])).status_code == 200
    client.post(reverse("account:role-reapprove", args=[grant.pk]))
    grant.refresh_from_db()
    assert grant.status == RoleGrantStatus.ACTIVE


def test_neither_the_person_nor_someone_at_another_organisation_can_approve_the_role(client, ada):
    change(client)
    grant = RoleGrant.objects.get(person=ada)
    assert client.post(reverse("account:role-reapprove", args=[grant.pk])).status_code == 404
    client.force_login(person(Role.PROVIDER_LEAD, at=ProviderFactory()))
    assert client.post(reverse("account:role-reapprove", args=[grant.pk])).status_code == 404
    grant.refresh_from_db()
    assert grant.status == RoleGrantStatus.SUSPENDED
