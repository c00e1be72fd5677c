"""Tests that one rule decides how many people must agree to give a role, in whatever way a person joins."""

import pytest

from calloff.kernel.lifecycles import Refused
from calloff.outbox.models import Message
from calloff.people.commands import (
    accept_invitation,
    approve_join,
    ask_to_join,
    change_email,
    confirm_invitation,
    end,
    invite_first_person,
    invite_person,
    reapprove,
)
from calloff.people.commands.second_person import joining_needs_second_person
from calloff.people.models import Invitation, RoleGrant
from calloff.people.permissions import Role
from calloff.people.states import GRANT, InvitationStatus, RoleGrantStatus
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


@pytest.fixture
def authority():
    return AuthorityFactory()


@pytest.fixture
def school(authority):
    """Return a school at which one person has a role but no one manages people."""
    school = SchoolOrganisationFactory(host=authority)
    person(Role.SAFEGUARDING_LEAD, at=school)
    return school


@pytest.fixture
def olivia(authority):
    return person(Role.CONTRACTS_OFFICER, at=authority)


@pytest.fixture
def zed():
    return UserFactory(name="Zed")


def by_request(place, zed, by, role):
    approve_join(ask_to_join(place, by=zed, at=NOW, said="I teach here.", role=role), by=by, at=NOW)


def as_first_person(place, zed, by, role):
    invite_first_person(place, email=zed.email, roles=[role], by=by, at=NOW)


def by_invitation(place, zed, by, role):
    invite_person(place, email=zed.email, roles=[role], by=by, at=NOW)


FROM_OUTSIDE = [by_request, as_first_person]


def test_every_way_to_get_a_role_is_tested_in_this_file():
    """Only one person is needed to create an organisation (`found`).

    With `reapprove`, two people have already given the role.
    """
    ways = {move.verb for move in GRANT.transitions if move.target == RoleGrantStatus.ACTIVE}
    assert ways == {"found", "accept_role", "link", "reapprove"}


@pytest.mark.parametrize("role", [Role.HEAD, Role.FINANCE])
@pytest.mark.parametrize("let_in", FROM_OUTSIDE)
def test_a_second_person_at_the_council_confirms_the_role_if_there_is_one(school, olivia, zed, let_in, role):
    authority = school.host
    maud = person(Role.ADMINISTRATOR, at=authority)
    let_in(school, zed, olivia, role)
    assert not RoleGrant.objects.filter(person=zed).exists()
    invitation = Invitation.objects.get()
    assert (invitation.status, invitation.inviting) == (InvitationStatus.TO_CONFIRM, authority)
    assert set(invitation.roles) == {role, Role.BUYER_ADMINISTRATOR}
    assert Message.objects.filter(to=maud, subject__icontains="confirm").exists()
    accept_invitation(confirm_invitation(invitation, by=maud, at=NOW), by=zed, at=NOW)
    zed.forget_roles()
    assert zed.roles_at(school, NOW) == {role, Role.BUYER_ADMINISTRATOR}


@pytest.mark.parametrize("let_in", FROM_OUTSIDE)
def test_a_manager_whose_address_changed_cannot_be_replaced_unnoticed(authority, olivia, zed, let_in):
    person(Role.ADMINISTRATOR, at=authority)
    school = SchoolOrganisationFactory(host=authority)
    helen = person(Role.HEAD, at=school)
    change_email(helen, new="helen@new.example", at=NOW)
    with pytest.raises(Refused, match="approve their role again instead"):
        let_in(school, zed, olivia, Role.HEAD)
    assert not RoleGrant.objects.filter(person=zed).exists()


@pytest.mark.parametrize("let_in", FROM_OUTSIDE)
def test_an_officer_who_became_the_sole_administrator_today_must_wait_a_week(school, authority, olivia, zed, let_in):
    maud = person(Role.ADMINISTRATOR, at=authority)
    RoleGrant.objects.filter(person=maud).update(ends_at=NOW)
    with pytest.raises(Refused, match="A second person must confirm this role"):
        let_in(school, zed, olivia, Role.HEAD)


@pytest.mark.parametrize("let_in", [by_request, by_invitation])
def test_confirmation_by_a_second_manager_is_needed_only_for_roles_with_decisions(zed, let_in):
    school = SchoolOrganisationFactory()
    bea, _helen = person(Role.BUYER_ADMINISTRATOR, at=school), person(Role.HEAD, at=school)
    let_in(school, zed, bea, Role.AP_LEAD)
    let_in(school, UserFactory(), bea, Role.FINANCE)
    assert Invitation.objects.get(email=zed.email).status == InvitationStatus.TO_CONFIRM
    assert RoleGrant.objects.filter(role=Role.FINANCE).exists() == (let_in is by_request)
    assert not RoleGrant.objects.filter(role=Role.AP_LEAD).exists()


def test_one_officer_can_approve_the_first_person_of_an_organisation(authority, olivia, zed):
    person(Role.ADMINISTRATOR, at=authority)
    listed = ProviderFactory(recorded=True, host=authority)
    by_request(listed, zed, olivia, Role.PROVIDER_STAFF)
    zed.forget_roles()
    assert zed.roles_at(listed, NOW) == {Role.PROVIDER_LEAD, Role.PROVIDER_SIGNATORY}


def test_the_page_says_who_must_confirm(school, authority, olivia, zed):
    asked = ask_to_join(school, by=zed, at=NOW, said="I teach here.", role=Role.FINANCE)
    assert not joining_needs_second_person(asked, olivia, NOW)
    maud = person(Role.ADMINISTRATOR, at=authority)
    assert joining_needs_second_person(asked, olivia, NOW)
    RoleGrant.objects.filter(person=maud).update(ends_at=NOW)
    assert not joining_needs_second_person(asked, olivia, NOW)


def test_one_person_can_approve_a_role_again_if_it_does_not_change(zed):
    school = SchoolOrganisationFactory()
    bea = person(Role.BUYER_ADMINISTRATOR, at=school)
    grant = RoleGrantFactory(person=zed, organisation=school, role=Role.FINANCE)
    change_email(zed, new="zed@new.example", at=NOW)
    grant.refresh_from_db()
    reapprove(grant, by=bea, at=NOW)
    zed.forget_roles()
    assert zed.roles_at(school, NOW) == {Role.FINANCE}
    end(RoleGrant.objects.get(person=zed), by=bea, at=NOW)
    with pytest.raises(Refused):
        reapprove(RoleGrant.objects.get(person=zed), by=bea, at=NOW)
