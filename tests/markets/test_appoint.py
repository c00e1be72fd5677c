from datetime import timedelta

import pytest

from calloff.applications.models import Application
from calloff.kernel.lifecycles import Refused
from calloff.markets import commands
from calloff.markets.models import MarketGrant
from calloff.people.permissions import Can, Role
from tests.applications.scenario import submitted
from tests.concurrency import all_at_once
from tests.factories import NOW, ProviderFactory, UserFactory
from tests.factories_markets import ApplicationFactory, MarketFactory
from tests.markets.scenario import caseworker, draft, olivia
from tests.unauthorised_users import assert_denied, database_rows, everybody_but


def appoint(market, person, *, role=Role.EVALUATOR, by=None):
    return commands.appoint(market, person, role=role, by=by or olivia(market.authority), at=NOW)


@pytest.mark.django_db
@pytest.mark.parametrize("market", [draft, MarketFactory])
def test_a_market_role_applies_to_one_market_only(market):
    market = market()
    lena = caseworker(market.authority)
    grant = appoint(market, lena)
    assert (grant.market, grant.person, grant.starts_at, grant.ends_at) == (market, lena, NOW, None)
    assert lena.can(Can.ASSESS, organisation=market.authority, at=NOW, record=market)
    assert not lena.can(Can.ASSESS, organisation=market.authority, at=NOW - timedelta(microseconds=1), record=market)
    other = MarketFactory(authority=market.authority)
    assert not lena.can(Can.ASSESS, organisation=market.authority, at=NOW, record=other)


@pytest.mark.django_db
def test_a_person_with_a_role_in_one_market_can_see_its_submissions_but_no_drafts():
    application = submitted()
    lena = caseworker(application.authority)
    assert not Application.objects.visible_to(lena, NOW).exists()
    appoint(application.market, lena)
    ApplicationFactory(market=application.market)
    submitted(market__authority=application.authority)
    assert list(Application.objects.visible_to(lena, NOW)) == [application]


@pytest.mark.django_db
@pytest.mark.parametrize("role", [Role.PROVIDER_LEAD, Role.AP_LEAD, "wizard"])
def test_only_a_role_for_authorities_can_be_given_in_a_market(role):
    with pytest.raises(Refused, match="Select one of the council’s roles"):
        appoint(MarketFactory(), UserFactory(), role=role)


@pytest.mark.django_db
def test_a_person_cannot_be_given_the_same_market_role_twice():
    market = MarketFactory()
    lena = caseworker(market.authority)
    appoint(market, lena)
    before = database_rows()
    with pytest.raises(Refused, match="already has this role in this market"):
        appoint(market, lena)
    assert database_rows() == before
    assert appoint(market, lena, role=Role.APPROVER)


@pytest.mark.django_db
def test_only_a_contracts_officer_of_the_authority_can_give_a_role_in_one_market():
    market = MarketFactory()
    lena = caseworker(market.authority)
    others = everybody_but(Role.CONTRACTS_OFFICER, provider=ProviderFactory(), authority=market.authority)
    assert_denied(lambda by: appoint(market, lena, by=by), others)


@pytest.mark.postgres15
@pytest.mark.django_db(transaction=True)
def test_only_one_of_several_simultaneous_grants_of_a_market_role_is_stored():
    market = MarketFactory()
    lena = caseworker(market.authority)
    by = olivia(market.authority)
    by.roles_at(market.authority, NOW)
    assert all_at_once(lambda: appoint(market, lena, by=by), times=4).count("done") == 1
    assert MarketGrant.objects.count() == 1


@pytest.mark.django_db
def test_a_person_cannot_give_themselves_a_role_in_a_market():
    market = MarketFactory()
    with pytest.raises(Refused, match="cannot give a role to yourself"):
        appoint(market, olivia(market.authority), role=Role.APPROVER)
    assert not MarketGrant.objects.exists()


@pytest.mark.django_db
def test_only_people_with_a_role_at_the_authority_can_get_a_role_in_a_market():
    market = MarketFactory()
    for stranger in (UserFactory(), caseworker(MarketFactory().authority)):
        with pytest.raises(Refused, match="Invite this person"):
            appoint(market, stranger)
    assert not MarketGrant.objects.exists()
