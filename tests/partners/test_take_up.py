"""Tests for starting a Partnership Agreement with the legal entity that will sign it."""

from datetime import date

import pytest

from calloff.agreements.states import AgreementStatus
from calloff.kernel.lifecycles import Refused
from calloff.partners import commands
from calloff.partners.models import Partnership, SchoolCoverage
from calloff.people.models import Organisation
from calloff.people.permissions import Role
from tests.concurrency import all_at_once
from tests.factories import NOW, AuthorityFactory, TeamFactory, person
from tests.factories_markets import MarketFactory
from tests.partners.scenario import GOVERNORS, TRUST, binding, helen, market, registered, school, taken_up
from tests.unauthorised_users import assert_denied, everybody_but

pytestmark = pytest.mark.django_db


def test_a_new_agreement_awaits_signature_and_lasts_for_the_markets_term_from_today():
    buyer, one = school(), market()
    made = taken_up(buyer, one)
    agreement = made.agreement
    assert (agreement.status, agreement.buyer, agreement.provider) == (AgreementStatus.TO_SIGN, buyer, None)
    assert (agreement.starts_on, agreement.ends_on) == (date(2026, 3, 2), date(2029, 3, 1))
    assert agreement.text == one.partnership
    assert agreement.reference.startswith(f"{one.code}-G-")
    assert agreement.particulars == [
        {"heading": "Who signs", "rows": [["Governing body", "The governing body of Felpersham School"]]},
        {"heading": "For", "rows": [["Felpersham School", "URN 138001"]]},
    ]
    assert SchoolCoverage.objects.get().standing == SchoolCoverage.Standing.WAITING


def test_only_a_signatory_of_the_school_can_start_an_agreement():
    buyer, one = school(), market()
    others = everybody_but(Role.HEAD, buyer=buyer, authority=one.authority)
    assert_denied(lambda by: commands.take_up(buyer, one, by=by, at=NOW, **GOVERNORS), others)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"entity": "guild"}, "Select which legal body will sign"),
        ({"entity_name": "  "}, "Enter the full name"),
        ({"entity_name": "x" * 201}, "200 characters or fewer"),
        ({"entity_number": "1" * 31}, "30 characters or fewer"),
        ({"entity_number": "no number"}, "Company number or UKPRN must be 8 characters"),
        ({"schools": [138002]}, "Only an academy trust"),
    ],
)
def test_an_agreement_with_missing_details_is_refused_and_not_created(given, words):
    buyer, one = school(), market()
    with pytest.raises(Refused, match=words):
        taken_up(buyer, one, **given)
    assert not Partnership.objects.exists()


def test_a_trust_signs_once_for_all_the_schools_it_lists_and_missing_schools_are_created():
    authority = AuthorityFactory(la_code="938")
    am_vale = {"trust": "The Am Vale Trust", "group": "Academies"}
    buyer, one = school(host=authority, **am_vale), market(authority)
    registered(138002, "Ambridge Primary", **am_vale)
    registered(138003, "Penny Hassett", **am_vale, la_code="850", la_name="Loamshire")
    made = taken_up(buyer, one, **TRUST, schools=[138002, 138003, 138001])
    covered = [row.buyer.urn for row in made.covers.select_related("buyer").order_by("buyer__urn")]
    assert covered == [138001, 138002, 138003]
    entered = Organisation.objects.get(urn=138002)
    assert (entered.slug, entered.host, entered.has_people) == ("ambridge-primary-138002", authority, False)
    assert Organisation.objects.get(urn=138003).host == authority
    assert len(made.agreement.particulars[1]["rows"]) == 3


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"trust": "Another Trust"}, "does not list Ambridge Primary .URN 138002. in The Am Vale Trust"),
        ({"trust": ""}, "does not list Ambridge Primary"),
        ({"trust": "The Am Vale Trust", "standing": "Closed"}, "closed"),
    ],
)
def test_a_trust_can_list_only_its_own_schools_in_the_register(facts, words):
    buyer, one = school(trust="The Am Vale Trust"), market()
    registered(138002, "Ambridge Primary", **facts)
    with pytest.raises(Refused, match=words):
        taken_up(buyer, one, **TRUST, schools=[138002])
    assert not Organisation.objects.filter(urn=138002).exists()


def test_a_school_that_is_not_in_a_trust_cannot_list_other_schools():
    buyer, one = school(), market()
    registered(138002, "Ambridge Primary")
    with pytest.raises(Refused, match="in a trust with Felpersham School"):
        taken_up(buyer, one, **TRUST, schools=[138002])


def test_a_school_can_have_only_one_pending_agreement():
    buyer, one = school(), market()
    taken_up(buyer, one)
    with pytest.raises(Refused, match="Felpersham School: there is already an agreement for this school"):
        taken_up(buyer, one)


def test_a_new_agreement_can_be_pending_while_another_is_in_force():
    buyer, one = school(), market()
    binding(buyer, one)
    taken_up(buyer, one)
    assert set(SchoolCoverage.objects.values_list("standing", flat=True)) == {"binding", "waiting"}


def test_a_team_of_the_authority_that_runs_the_market_needs_no_agreement():
    one = market()
    team = TeamFactory(host=one.authority)
    with pytest.raises(Refused, match="You do not need a Partnership Agreement"):
        taken_up(team, one)


def test_a_team_of_another_authority_signs_in_the_same_way_as_a_school():
    one = market()
    team = TeamFactory(host=AuthorityFactory())
    made = taken_up(team, one, entity=Partnership.Entity.COUNCIL, entity_name="Loamshire County Council")
    assert made.agreement.buyer == team


def test_in_a_draft_market_or_one_without_an_agreement_there_is_nothing_to_sign():
    buyer = school()
    draft = MarketFactory(status="draft")
    with pytest.raises(Refused, match="not open to buyers"):
        taken_up(buyer, draft)
    with pytest.raises(Refused, match="You do not need a Partnership Agreement"):
        taken_up(buyer, MarketFactory(changes={"partnership": None}))


@pytest.mark.postgres15
@pytest.mark.django_db(transaction=True)
def test_only_one_of_several_agreements_started_at_the_same_moment_is_created():
    buyer, one = school(), market()
    by = helen(buyer)
    results = all_at_once(lambda: commands.take_up(buyer, one, by=by, at=NOW, **GOVERNORS), times=6)
    assert results.count("done") == 1
    assert SchoolCoverage.objects.count() == Partnership.objects.count() == 1


@pytest.mark.postgres15
@pytest.mark.django_db(transaction=True)
def test_two_schools_of_a_trust_that_list_each_other_at_the_same_moment_create_one_agreement():
    authority = AuthorityFactory(la_code="938")
    one = market(authority)
    first = school(trust="The Am Vale Trust", host=authority)
    second = school(138002, name="Ambridge Primary", trust="The Am Vale Trust", host=authority)
    turns = iter([(first, helen(first), 138002), (second, person(Role.HEAD, at=second), 138001)])

    def take_up():
        buyer, by, other = next(turns)
        commands.take_up(buyer, one, by=by, at=NOW, **TRUST, schools=[other])

    assert all_at_once(take_up, times=2).count("done") == 1
    assert Partnership.objects.count() == 1
