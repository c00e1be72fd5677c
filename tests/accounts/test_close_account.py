"""Tests for closing an account: its roles end, no one can sign in to it, and its address can be used again."""

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from calloff.accounts import commands
from calloff.accounts.models import AccountClosure, KnownBrowser, SignInSession
from calloff.accounts.states import ResetStatus
from calloff.history.models import Event
from calloff.kernel.lifecycles import Refused
from calloff.outbox.models import Message
from calloff.people.commands import ask_to_join
from calloff.people.models import RoleGrant, User
from calloff.people.permissions import Role
from calloff.people.states import JoinRequestStatus, RoleGrantStatus
from tests.factories import NOW, AuthorityFactory, ProviderFactory, RoleGrantFactory, person
from tests.web import sign_in as sign_in_pages
from tests.web.account.people import able_to_sign_in, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_counts():
    cache.clear()


@pytest.fixture
def provider():
    return ProviderFactory(host=AuthorityFactory())


@pytest.fixture
def sian(provider):
    person(Role.PROVIDER_LEAD, at=provider)
    return able_to_sign_in(person(Role.PROVIDER_SIGNATORY, at=provider))


def test_closing_an_account_ends_its_roles_and_prevents_sign_in(client, sian):
    address = sian.email
    sign_in(client, sian)
    elsewhere = Client()
    sign_in(elsewhere, sian)
    assert "Provider signatory" in client.get(reverse("account:close")).content.decode()
    client.post(reverse("account:close"))
    assert RoleGrant.objects.get(person=sian).status == RoleGrantStatus.ENDED
    for browser in (client, elsewhere):
        assert browser.get(reverse("account:home")).status_code == 302
    assert sign_in(Client(), User(email=address)).status_code == 200
    assert not SignInSession.objects.filter(person=sian).exists()
    assert Message.objects.filter(address=address, subject="Your Calloff account has been closed").exists()


def test_closing_an_account_keeps_the_name_and_removes_all_sign_in_methods(sian):
    address = sian.email
    TOTP.activate(sian, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    commands.record_device(sian, "t" * 43, name="Edge on Windows", at=NOW)
    commands.close_account(sian, by=sian, at=NOW)
    closed = User.objects.get(pk=sian.pk)
    assert (closed.name, closed.is_active, closed.has_usable_password()) == ("Sian", False, False)
    for kept in (Authenticator, EmailAddress):
        assert not kept.objects.filter(user=sian).exists()
    assert not KnownBrowser.objects.filter(person=sian).exists()
    assert User.objects.filter(email__iexact=address).count() == 0
    assert able_to_sign_in(email=address).pk != sian.pk
    event = Event.objects.latest("pk")
    assert (event.verb, event.by) == ("close_account", closed)


def test_an_account_cannot_be_closed_if_no_people_administrator_would_remain(provider):
    ada = able_to_sign_in(person(Role.PROVIDER_LEAD, at=provider))
    RoleGrantFactory(person=ada, organisation=provider, role=Role.PROVIDER_SIGNATORY)
    with pytest.raises(Refused):
        commands.close_account(ada, by=ada, at=NOW)
    ada.refresh_from_db()
    assert ada.is_active
    assert RoleGrant.objects.filter(person=ada, status=RoleGrantStatus.ACTIVE).count() == 2
    assert not AccountClosure.objects.exists()


def test_a_person_cannot_close_another_persons_account(sian, provider):
    with pytest.raises(PermissionDenied):
        commands.close_account(sian, by=person(Role.PROVIDER_LEAD, at=provider), at=NOW)
    assert not AccountClosure.objects.exists()


def test_an_operator_can_close_an_account_on_behalf_of_an_officer(sian, capsys):
    officer = person(Role.ADMINISTRATOR, at=AuthorityFactory())
    call_command("close_account", sian.email, by=officer.email)
    assert "has been closed" in capsys.readouterr().out
    assert AccountClosure.objects.get().closed_by == officer
    with pytest.raises(CommandError):
        call_command("close_account", officer.email, by=officer.email)


def test_closing_an_account_withdraws_the_persons_open_requests(sian, provider):
    elsewhere = ProviderFactory()
    person(Role.PROVIDER_LEAD, at=elsewhere)
    asked = ask_to_join(elsewhere, by=sian, at=NOW, said="I began on Monday.")
    one, two = (RoleGrantFactory(organisation=provider, role=Role.PROVIDER_LEAD).person for _ in range(2))
    reset = commands.confirm_reset(commands.ask_reset(sian, provider, asking=provider, by=one, at=NOW), by=two, at=NOW)
    commands.close_account(sian, by=sian, at=NOW)
    asked.refresh_from_db()
    reset.refresh_from_db()
    assert (asked.status, reset.status) == (JoinRequestStatus.WITHDRAWN, ResetStatus.STOPPED)


def test_a_colleague_whose_account_is_closed_does_not_count_as_a_remaining_administrator(provider):
    ada = able_to_sign_in(person(Role.PROVIDER_LEAD, at=provider))
    RoleGrantFactory(organisation=provider, role=Role.PROVIDER_LEAD, person__is_active=False)
    with pytest.raises(Refused, match="must have a people administrator"):
        commands.close_account(ada, by=ada, at=NOW)


def close_for(authority, administrator, colleague):
    grant = RoleGrant.objects.filter(person=colleague, organisation=authority).get()
    path = reverse("authority:person-close-account", args=[authority.slug, grant.pk])
    return sign_in_pages.browser(administrator).post(path, follow=True)


def test_an_administrator_closes_the_account_of_a_colleague_who_has_left():
    authority = AuthorityFactory()
    left, administrator = person(Role.EVALUATOR, at=authority), person(Role.ADMINISTRATOR, at=authority)
    assert "account has been closed" in close_for(authority, administrator, left).content.decode()
    closure = AccountClosure.objects.get(person=left)
    assert closure.closed_by == administrator
    assert RoleGrant.objects.get(person=left).status == RoleGrantStatus.ENDED
    assert not User.objects.get(pk=left.pk).is_active


def test_an_administrator_cannot_close_the_account_of_someone_with_a_role_elsewhere():
    authority = AuthorityFactory()
    shared, administrator = person(Role.EVALUATOR, at=authority), person(Role.ADMINISTRATOR, at=authority)
    RoleGrantFactory(person=shared, organisation=AuthorityFactory(slug="elsewhere"), role=Role.EVALUATOR)
    text = close_for(authority, administrator, shared).content.decode()
    assert "who has a role at another organisation" in text
    assert not AccountClosure.objects.exists()


def test_only_someone_who_manages_people_can_close_a_colleagues_account():
    authority = AuthorityFactory()
    left, officer = person(Role.EVALUATOR, at=authority), person(Role.CONTRACTS_OFFICER, at=authority)
    assert close_for(authority, officer, left).status_code == 403
    with pytest.raises(PermissionDenied):
        commands.close_account_for(left, by=officer, at=NOW, employer=authority)
