"""Tests that a people administrator who is now the only one must wait a week before giving certain roles."""

from datetime import timedelta

import pytest

from calloff.accounts.commands import close_account
from calloff.kernel.lifecycles import Refused
from calloff.outbox.models import Message
from calloff.people.commands import (
    approve_join,
    ask_to_join,
    change_email,
    end,
    invite_first_person,
    invite_person,
    reapprove,
    step_down,
)
from calloff.people.models import RoleGrant
from calloff.people.permissions import Role
from calloff.people.states import InvitationStatus, RoleGrantStatus
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
WEEK = timedelta(days=7)


@pytest.fixture
def school():
    return SchoolOrganisationFactory(host=AuthorityFactory())


@pytest.fixture
def ann(school):
    return person(Role.BUYER_ADMINISTRATOR, at=school)


@pytest.fixture
def carol(school):
    return RoleGrantFactory(person=UserFactory(name="Carol"), organisation=school, role=Role.BUYER_ADMINISTRATOR)


def ended(carol, ann):
    end(carol, by=ann, at=NOW)


def stepped_down(carol, ann):
    step_down(carol, by=carol.person, at=NOW)


def closed(carol, ann):
    close_account(carol.person, by=carol.person, at=NOW)


def lapsed(carol, ann):
    RoleGrant.objects.filter(pk=carol.pk).update(ends_at=NOW)


ROUTES = [ended, stepped_down, closed, lapsed]


def invite(school, ann, role=Role.AP_LEAD, at=NOW):
    ann.forget_roles()
    return invite_person(school, email="accomplice@example.org", roles=[role], by=ann, at=at)


@pytest.mark.parametrize("leave", ROUTES)
def test_a_new_sole_administrator_must_wait_a_week_to_give_a_role_that_needs_two_people(school, ann, carol, leave):
    leave(carol, ann)
    with pytest.raises(Refused, match="A second person must confirm this role"):
        invite(school, ann)
    with pytest.raises(Refused, match="A second person must confirm this role"):
        invite(school, ann, at=NOW + WEEK - timedelta(microseconds=1))
    assert invite(school, ann, Role.FINANCE).status == InvitationStatus.SENT


@pytest.mark.parametrize("leave", ROUTES)
def test_a_sole_administrator_can_give_a_role_that_needs_two_people_after_a_week(school, ann, carol, leave):
    leave(carol, ann)
    assert invite(school, ann, at=NOW + WEEK).alone


def test_a_colleague_whose_email_address_changed_still_counts_as_an_administrator(school, ann, carol):
    change_email(carol.person, new="carol@new.example", at=NOW - 2 * WEEK)
    with pytest.raises(Refused, match="needs approving again"):
        invite(school, ann)


def test_an_administrator_who_was_always_the_only_one_does_not_have_to_wait(school, ann):
    assert invite(school, ann).alone


def test_closing_a_persons_second_account_does_not_cause_a_wait(school, ann):
    twin = UserFactory(email=ann.email.replace("@", "+2@"))
    end(RoleGrantFactory(person=twin, organisation=school, role=Role.HEAD), by=ann, at=NOW)
    assert invite(school, ann).alone


def test_approving_a_request_to_join_does_not_avoid_the_week_of_waiting(ann, school, carol):
    zed = UserFactory()
    asked = ask_to_join(school, by=zed, at=NOW, said="I teach here.", role=Role.AP_LEAD)
    end(carol, by=ann, at=NOW)
    ann.forget_roles()
    with pytest.raises(Refused, match="A second person must confirm this role"):
        approve_join(asked, by=ann, at=NOW)
    approve_join(asked, by=ann, at=NOW + WEEK)
    zed.forget_roles()
    assert zed.roles_at(school, NOW + WEEK) == {Role.AP_LEAD}


def test_inviting_a_first_person_does_not_avoid_the_week_of_waiting():
    authority = AuthorityFactory()
    provider = ProviderFactory(host=authority)
    person(Role.PROVIDER_STAFF, at=provider)
    maud, olivia = person(Role.ADMINISTRATOR, at=authority), person(Role.CONTRACTS_OFFICER, at=authority)
    RoleGrant.objects.filter(person=maud).update(ends_at=NOW)
    with pytest.raises(Refused, match="A second person must confirm this role"):
        invite_first_person(provider, email="zed@example.org", by=olivia, at=NOW)


def test_the_colleague_who_left_and_the_council_get_an_email(school, ann, carol):
    olivia = person(Role.CONTRACTS_OFFICER, at=school.host)
    end(carol, by=ann, at=NOW)
    assert "is now the only people administrator" in Message.objects.get(to=carol.person).body
    assert Message.objects.get(to=olivia).subject == f"{school} now has only one people administrator"
    assert not Message.objects.filter(to=ann).exists()


def test_the_signatory_of_a_provider_gets_an_email():
    provider = ProviderFactory()
    ada, sian = person(Role.PROVIDER_LEAD, at=provider), person(Role.PROVIDER_SIGNATORY, at=provider)
    end(RoleGrantFactory(organisation=provider, role=Role.PROVIDER_LEAD), by=ada, at=NOW)
    assert Message.objects.filter(to=sian).exists()


def test_no_one_else_is_notified_if_another_administrator_remains(school, ann, carol):
    helen, olivia = person(Role.HEAD, at=school), person(Role.CONTRACTS_OFFICER, at=school.host)
    end(carol, by=ann, at=NOW)
    assert not Message.objects.filter(to__in=[helen, olivia]).exists()
    assert invite(school, ann).status == InvitationStatus.TO_CONFIRM


def test_a_role_that_needs_two_people_cannot_be_approved_again_within_the_week(school, ann, carol):
    back = RoleGrantFactory(organisation=school, role=Role.AP_LEAD, status=RoleGrantStatus.SUSPENDED)
    plain = RoleGrantFactory(organisation=school, role=Role.FINANCE, status=RoleGrantStatus.SUSPENDED)
    end(carol, by=ann, at=NOW)
    for at in (NOW, NOW + WEEK - timedelta(microseconds=1)):
        with pytest.raises(Refused, match="You can approve this role from"):
            reapprove(back, by=ann, at=at)
    assert reapprove(plain, by=ann, at=NOW).status == RoleGrantStatus.ACTIVE
    assert reapprove(back, by=ann, at=NOW + WEEK).status == RoleGrantStatus.ACTIVE


def test_the_remaining_administrator_can_approve_again_everyone_whose_address_changed(school, ann, carol):
    another = RoleGrantFactory(organisation=school, role=Role.BUYER_ADMINISTRATOR, status=RoleGrantStatus.SUSPENDED)
    change_email(carol.person, new="carol@new.example", at=NOW)
    carol.refresh_from_db()
    assert reapprove(carol, by=ann, at=NOW).status == RoleGrantStatus.ACTIVE
    assert reapprove(another, by=ann, at=NOW).status == RoleGrantStatus.ACTIVE
