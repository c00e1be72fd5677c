"""Tests for lists of agreements, and for counts by whose turn it is."""

import pytest

from calloff.agreements import queries
from calloff.agreements.states import AgreementStatus
from calloff.people.permissions import Role
from tests.factories import NOW, AuthorityFactory, SchoolOrganisationFactory, person
from tests.factories_markets import AgreementFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def council():
    return AuthorityFactory()


@pytest.fixture
def agreements(council):
    """Make an agreement in force and three unsigned ones, of which a school countersigns one."""
    school = SchoolOrganisationFactory(host=council, name="Ambridge School")
    return {
        "in_force": AgreementFactory(authority=council),
        "to_sign": AgreementFactory(authority=council, unsigned=True),
        "to_countersign": AgreementFactory(authority=council, to_countersign=True),
        "with_buyer": AgreementFactory(authority=council, kind="placement", buyer=school, to_countersign=True),
    }


@pytest.mark.usefixtures("agreements")
def test_agreements_are_counted_by_whose_turn_it_is(council):
    olivia = person(Role.CONTRACTS_OFFICER, at=council)
    AgreementFactory()  # at another authority
    found = queries.of_authority(council, person=olivia, at=NOW)
    assert dict(queries.count_by_turn(found)) == {"in_force": 1, "to_sign": 1, "to_countersign": 1, "with_buyer": 1}


def test_agreements_are_filtered_by_name_status_and_kind(council, agreements):
    olivia = person(Role.CONTRACTS_OFFICER, at=council)
    found = queries.of_authority(council, person=olivia, at=NOW)
    assert set(queries.filter_agreements(found, words="ambridge")) == {agreements["with_buyer"]}
    assert set(queries.filter_agreements(found, kind="placement")) == {agreements["with_buyer"]}
    assert agreements["with_buyer"] not in queries.filter_agreements(found, kind=queries.MARKET_FILTER)
    signing = queries.filter_agreements(found, status=AgreementStatus.TO_SIGN)
    assert set(signing) == {agreements["to_sign"]}


def test_only_the_council_sees_the_agreements_that_it_must_countersign(council, agreements):
    olivia = person(Role.CONTRACTS_OFFICER, at=council)
    assert set(queries.to_countersign(council, person=olivia, at=NOW)) == {agreements["to_countersign"]}
    stranger = person(Role.CONTRACTS_OFFICER, at=AuthorityFactory())
    assert not queries.to_countersign(council, person=stranger, at=NOW)


def test_a_provider_sees_only_its_own_agreement_to_sign(agreements):
    mine = agreements["to_sign"]
    sian = person(Role.PROVIDER_SIGNATORY, at=mine.provider)
    assert list(queries.to_sign(mine.provider, person=sian, at=NOW)) == [mine]
    assert list(queries.of_provider(mine.provider, person=sian, at=NOW)) == [mine]
