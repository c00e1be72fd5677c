"""Tests for asking to join a school by its URN, which only creates a request. Scenario 47."""

import pytest

from calloff.kernel.lifecycles import Refused
from calloff.outbox.models import Message
from calloff.partners.commands import ask_to_join
from calloff.partners.school_lookup import find_school_by_urn, is_schools_domain, organisations_now_at
from calloff.people.commands import approve_join
from calloff.people.models import Organisation, RoleGrant
from calloff.people.permissions import Role
from calloff.people.states import OrganisationStatus
from tests.concurrency import all_at_once
from tests.factories import NOW, AuthorityFactory, UserFactory, person
from tests.partners.scenario import closed, registered
from tests.unauthorised_users import assert_denied, everybody_but

pytestmark = pytest.mark.django_db


@pytest.fixture
def borsetshire():
    return AuthorityFactory(name="Borsetshire County Council", la_code="938")


@pytest.fixture
def ruth():
    return UserFactory(name="Ruth Adeyemi", email="ruth@felpersham.example")


def ask(by, urn=138001, role=Role.AP_LEAD, **given):
    return ask_to_join(urn, by=by, at=NOW, role=role, said="I am the SENCO: ask the office.", **given)


def test_asking_to_join_creates_the_school_from_the_register_but_gives_no_access(borsetshire, ruth):
    registered()
    olivia = person(Role.CONTRACTS_OFFICER, at=borsetshire)
    request = ask(ruth)
    school = request.organisation
    assert (school.kind, school.slug, school.host) == ("school", "felpersham-school-138001", borsetshire)
    assert school.status == OrganisationStatus.RECORDED
    assert "Church Lane" in school.address
    assert request.answerable == borsetshire
    assert not RoleGrant.objects.filter(organisation=school).exists()
    assert Message.objects.get().to == olivia


def test_a_second_person_can_ask_to_join_the_same_school(borsetshire, ruth):
    registered()
    assert ask(ruth).organisation == ask(UserFactory(name="Zed")).organisation
    assert Organisation.objects.filter(kind="school").count() == 1


def test_the_first_person_approved_by_an_officer_becomes_a_people_administrator(borsetshire, ruth):
    registered()
    approve_join(ask(ruth), by=person(Role.CONTRACTS_OFFICER, at=borsetshire), at=NOW)
    ruth.forget_roles()
    school = Organisation.objects.get(kind="school")
    assert school.status == OrganisationStatus.REGISTERED
    assert ruth.roles_at(school, NOW) == {Role.AP_LEAD, Role.BUYER_ADMINISTRATOR}


def test_later_requests_are_approved_by_the_first_person_and_not_by_the_officer(borsetshire, ruth):
    registered()
    olivia = person(Role.CONTRACTS_OFFICER, at=borsetshire)
    approve_join(ask(ruth), by=olivia, at=NOW)
    ruth.forget_roles()
    helen = UserFactory(name="Helen")
    request = ask(helen, role=Role.HEAD)
    assert request.answerable == request.organisation
    assert_denied(lambda by: approve_join(request, by=by, at=NOW), [olivia, helen])
    approve_join(request, by=ruth, at=NOW)
    helen.forget_roles()
    assert helen.roles_at(request.organisation, NOW) == {Role.HEAD}


def test_only_the_people_responsible_can_approve_a_request_to_join(borsetshire, ruth):
    registered()
    request = ask(ruth)
    others = everybody_but(Role.CONTRACTS_OFFICER, Role.ADMINISTRATOR, authority=borsetshire)
    assert_denied(lambda by: approve_join(request, by=by, at=NOW), [*others, ruth])


@pytest.mark.parametrize(
    "role", [Role.COMMISSIONER, Role.BUYER_ADMINISTRATOR, Role.PROVIDER_LEAD, Role.CONTRACTS_OFFICER]
)
def test_only_a_role_at_a_school_can_be_requested(borsetshire, ruth, role):
    registered()
    with pytest.raises(Refused, match="Ask your organisation"):
        ask(ruth, role=role)
    assert not Organisation.objects.filter(kind="school").exists()


def test_a_request_to_join_a_closed_school_is_refused_and_its_successor_is_suggested(borsetshire, ruth):
    closed(138000, "Felpersham Boys", after=137999)
    closed(137999, "Felpersham College", after=138001)
    registered()
    with pytest.raises(Refused, match=r"Felpersham Boys \(URN 138000\) closed.*Felpersham School \(URN 138001\)"):
        ask(ruth, 138000)
    assert find_school_by_urn(138000).successors == [find_school_by_urn("138001").school]


def test_a_closed_school_without_a_successor_has_its_own_message(borsetshire, ruth):
    registered(138000, "Felpersham Boys", standing="Closed")
    with pytest.raises(Refused, match="does not list a school that replaced it"):
        ask(ruth, 138000)


def test_joining_with_an_unknown_urn_is_refused(ruth):
    with pytest.raises(Refused, match="No school in the register has the URN 999999"):
        ask(ruth, 999999)


def test_an_earlier_authority_answers_the_request_if_the_current_one_does_not_use_calloff(ruth):
    registered(la_code="850", la_name="Loamshire")
    with pytest.raises(Refused, match="Loamshire does not use Calloff"):
        ask(ruth)
    other = AuthorityFactory()
    assert ask(ruth, authority=other).answerable == other


def test_the_current_authority_of_a_school_answers_instead_of_an_earlier_one(borsetshire, ruth):
    registered()
    assert ask(ruth, authority=AuthorityFactory()).answerable == borsetshire


def test_the_page_of_a_closed_school_leads_to_its_successor(borsetshire, ruth):
    closed(138000, "Felpersham Boys", after=138001)
    registered()
    school = ask(ruth).organisation
    assert organisations_now_at("felpersham-boys-138000") == [school]
    assert organisations_now_at("felpersham-high-138001") == [school]
    assert (
        organisations_now_at(school.slug)
        == organisations_now_at("felpersham")
        == organisations_now_at("felpersham-999999")
        == []
    )


@pytest.mark.parametrize(
    ("email", "website", "same"),
    [
        ("ruth@felpersham.example", "www.felpersham.example", True),
        ("ruth@Felpersham.example", "https://felpersham.example/contact", True),
        ("ruth@mail.example", "www.felpersham.example", False),
        ("ruth@example", "www.felpersham.example", False),
        ("ruth@borset.sch.example", "www.felpersham.borset.sch.example", False),
        ("ruth@felpersham.example", "", None),
        ("ruth@felpersham.example", "none", None),
    ],
)
def test_the_request_shows_whether_the_email_address_belongs_to_the_schools_website(email, website, same):
    assert is_schools_domain(email, website) is same


@pytest.mark.postgres15
@pytest.mark.django_db(transaction=True)
def test_several_simultaneous_requests_to_join_create_the_school_once():
    AuthorityFactory(la_code="938")
    registered()
    people = iter([UserFactory() for _ in range(6)])
    results = all_at_once(lambda: ask(next(people)), times=6)
    assert results == ["done"] * 6
    assert Organisation.objects.filter(urn=138001).count() == 1
