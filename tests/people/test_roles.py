"""Tests for roles: they end, are given up, are suspended when an email address changes, and are approved by others."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from calloff.kernel.lifecycles import Refused
from calloff.outbox.models import Message
from calloff.people.commands import change_email, end, reapprove, step_down
from calloff.people.models import RoleGrant
from calloff.people.permissions import Can, Role
from calloff.people.queries import colleagues, roles_of, roles_to_reapprove
from calloff.people.states import RoleGrantStatus
from tests.concurrency import all_at_once
from tests.factories import (
    NOW,
    AuthorityFactory,
    ProviderFactory,
    RoleGrantFactory,
    SchoolOrganisationFactory,
    UserFactory,
    person,
)

pytestmark = pytest.mark.django_db


def test_a_role_gives_no_access_from_the_moment_it_ends():
    provider = ProviderFactory()
    ada, ben = person(Role.PROVIDER_LEAD, at=provider), person(Role.PROVIDER_STAFF, at=provider)
    end(RoleGrant.objects.get(person=ben), by=ada, at=NOW)
    ben.forget_roles()
    assert not ben.can(Can.KEEP_EVIDENCE, organisation=provider, at=NOW)
    assert not roles_of(ben, NOW)
    assert ben.pk not in {one.person_id for one in colleagues(provider)}


def test_a_role_gives_access_from_its_start_until_its_end():
    provider, zed = ProviderFactory(), UserFactory()
    RoleGrantFactory(person=zed, organisation=provider, starts_at=NOW, ends_at=NOW + timedelta(days=1))
    held = [zed.can(Can.APPLY, organisation=provider, at=NOW + timedelta(**after)) for after in (
        {"microseconds": -1}, {}, {"hours": 23}, {"days": 1},
    )]  # fmt: skip
    assert held == [False, True, True, False]


def test_the_last_people_administrator_cannot_be_removed():
    provider = ProviderFactory()
    ada = person(Role.PROVIDER_LEAD, at=provider)
    with pytest.raises(Refused, match="must have a people administrator"):
        end(RoleGrant.objects.get(person=ada), by=ada, at=NOW)


def test_a_person_whose_role_has_ended_gets_an_email():
    provider = ProviderFactory()
    ada, ben = person(Role.PROVIDER_LEAD, at=provider), person(Role.PROVIDER_STAFF, at=provider)
    end(RoleGrant.objects.get(person=ben), by=ada, at=NOW)
    assert Message.objects.get(to=ben).subject == f"Your role at {provider} has ended"


def test_people_can_end_their_own_role_and_administrators_are_notified():
    provider = ProviderFactory()
    ada, ben = person(Role.PROVIDER_LEAD, at=provider), person(Role.PROVIDER_STAFF, at=provider)
    step_down(RoleGrant.objects.get(person=ben), by=ben, at=NOW)
    assert not ben.roles_at(provider, NOW)
    assert Message.objects.get().to == ada


def test_people_cannot_end_a_role_on_behalf_of_another_person():
    provider = ProviderFactory()
    ada, ben = person(Role.PROVIDER_LEAD, at=provider), person(Role.PROVIDER_STAFF, at=provider)
    with pytest.raises(PermissionDenied):
        step_down(RoleGrant.objects.get(person=ben), by=ada, at=NOW)


@pytest.mark.postgres15
def test_a_sole_administrator_sees_what_to_do_before_giving_up_the_role():
    provider = ProviderFactory()
    ada = person(Role.PROVIDER_LEAD, at=provider)
    with pytest.raises(Refused, match="Invite a colleague to this role"):
        step_down(RoleGrant.objects.get(person=ada), by=ada, at=NOW)
    assert ada.roles_at(provider, NOW) == {Role.PROVIDER_LEAD}


@pytest.mark.postgres15
@pytest.mark.django_db(transaction=True)
def test_if_two_leads_end_each_others_roles_at_the_same_moment_one_lead_remains():
    provider = ProviderFactory()
    ada, other = person(Role.PROVIDER_LEAD, at=provider), UserFactory()
    grants = [RoleGrant.objects.get(person=ada), RoleGrantFactory(person=other, organisation=provider)]
    turns = iter([0, 1, 0, 1])
    results = all_at_once(lambda: end(grants[next(turns)], by=ada, at=NOW), times=4)
    assert results.count("done") == 1
    assert RoleGrant.objects.filter(status=RoleGrantStatus.ACTIVE, role=Role.PROVIDER_LEAD).count() == 1


def moved(somebody, at=NOW):
    old = somebody.email
    change_email(somebody, new=f"New.{old}", at=at)
    return old


def test_a_new_email_address_suspends_every_role_and_notifies_administrators():
    provider = ProviderFactory()
    ada, ben = person(Role.PROVIDER_LEAD, at=provider), person(Role.PROVIDER_STAFF, at=provider)
    RoleGrantFactory(person=ben, organisation=ProviderFactory())
    old = moved(ben)
    ben.refresh_from_db()
    assert ben.email == f"new.{old}"
    assert {one.status for one in RoleGrant.objects.filter(person=ben)} == {RoleGrantStatus.SUSPENDED}
    assert not ben.can(Can.KEEP_EVIDENCE, organisation=provider, at=NOW)
    assert Message.objects.filter(to=ada).count() == 1


def test_a_suspended_role_can_be_approved_only_by_someone_else():
    provider = ProviderFactory()
    ada, other = person(Role.PROVIDER_LEAD, at=provider), UserFactory()
    RoleGrantFactory(person=other, organisation=provider)
    moved(other)
    grant = RoleGrant.objects.get(person=other)
    other.forget_roles()
    with pytest.raises(PermissionDenied):
        reapprove(grant, by=other, at=NOW)
    assert list(roles_to_reapprove(ada, NOW)) == [grant]
    reapprove(grant, by=ada, at=NOW)
    other.forget_roles()
    assert other.can(Can.APPLY, organisation=provider, at=NOW)
    assert not roles_to_reapprove(ada, NOW).exists()


def test_the_host_approves_the_sole_lead_of_a_provider_again():
    provider = ProviderFactory(host=AuthorityFactory())
    ada = person(Role.PROVIDER_LEAD, at=provider)
    olivia = person(Role.CONTRACTS_OFFICER, at=provider.host)
    moved(ada)
    grant = RoleGrant.objects.get(person=ada)
    assert grant.answerable == provider.host
    assert list(roles_to_reapprove(olivia, NOW)) == [grant]
    stranger = person(Role.CONTRACTS_OFFICER, at=AuthorityFactory())
    assert not roles_to_reapprove(stranger, NOW).exists()
    with pytest.raises(PermissionDenied):
        reapprove(grant, by=stranger, at=NOW)
    assert reapprove(grant, by=olivia, at=NOW).status == RoleGrantStatus.ACTIVE


def test_a_person_at_a_rival_provider_never_counts_as_a_buyer():
    ruth = person(Role.AP_LEAD, at=SchoolOrganisationFactory())
    assert ruth.is_buyer(NOW)
    RoleGrantFactory(person=ruth, organisation=ProviderFactory(), role=Role.PROVIDER_STAFF)
    ruth.forget_roles()
    assert not ruth.is_buyer(NOW)
    assert not UserFactory().is_buyer(NOW)
