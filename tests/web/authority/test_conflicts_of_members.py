"""Tests for an officer who has a conflict of interest. Members and agreements stay in the lists, with a note."""

import pytest
from django.urls import reverse

from calloff.people.permissions import Role
from tests.factories import RoleGrantFactory, UserFactory, person
from tests.factories_markets import MemberFactory
from tests.factories_placements import PartnershipFactory
from tests.web.authority.test_application_flow import words
from tests.web.sign_in import browser

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_second_factor(settings):
    settings.DEMONSTRATION = True


@pytest.fixture
def member():
    return MemberFactory()


@pytest.fixture
def olivia(member):
    """Return a contracts officer who also acts for the provider."""
    both = person(Role.CONTRACTS_OFFICER, at=member.authority)
    RoleGrantFactory(person=both, organisation=member.provider, role=Role.PROVIDER_STAFF)
    both.forget_roles()
    return both


def at(record, route):
    return reverse(f"authority:{route}", args=[record.authority.slug, record.reference])


def of_list(record, route):
    return reverse(f"authority:{route}", args=[record.authority.slug])


def test_members_and_agreements_with_a_conflict_of_interest_stay_in_their_lists(member, olivia):
    for record, route in ((member, "members"), (member.agreement, "agreements")):
        page = words(browser(olivia).get(of_list(record, route)))
        assert record.reference in page
        assert "You have a conflict of interest" in page


@pytest.mark.parametrize("route", ["member", "member-history", "member-suspend", "member-record-check"])
def test_the_page_of_a_member_with_a_conflict_of_interest_shows_who_can_take_over(member, olivia, route):
    priya = UserFactory(name="Priya")
    RoleGrantFactory(person=priya, organisation=member.authority, role=Role.QUALITY_OFFICER)
    answer = browser(olivia).get(at(member, route))
    assert answer.status_code == 403
    assert f"You act for {member.provider}" in words(answer)
    assert "Priya can take over from you." in words(answer)


@pytest.mark.parametrize("route", ["agreement", "agreement-history", "agreement-countersign"])
def test_the_page_of_an_agreement_with_a_conflict_of_interest_shows_who_can_take_over(member, olivia, route):
    priya = UserFactory(name="Priya")
    RoleGrantFactory(person=priya, organisation=member.authority, role=Role.CONTRACTS_OFFICER)
    answer = browser(olivia).get(at(member.agreement, route))
    assert answer.status_code == 403
    assert "Priya can take over from you." in words(answer)


def test_acting_for_the_school_that_signs_also_counts_as_a_conflict(olivia):
    partnership = PartnershipFactory()
    both = person(Role.CONTRACTS_OFFICER, at=partnership.agreement.authority)
    RoleGrantFactory(person=both, organisation=partnership.agreement.buyer, role=Role.AP_LEAD)
    both.forget_roles()
    answer = browser(both).get(at(partnership.agreement, "agreement"))
    assert answer.status_code == 403
    assert f"You act for {partnership.agreement.buyer}" in words(answer)


def test_a_colleague_without_a_conflict_sees_no_warning(member, olivia):
    priya = UserFactory(name="Priya")
    RoleGrantFactory(person=priya, organisation=member.authority, role=Role.CONTRACTS_OFFICER)
    assert browser(priya).get(at(member, "member")).status_code == 200
    assert browser(priya).get(at(member.agreement, "agreement")).status_code == 200
    assert "conflict of interest" not in words(browser(priya).get(of_list(member, "members")))
