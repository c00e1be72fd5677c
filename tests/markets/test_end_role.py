from datetime import timedelta

import pytest

from calloff.kernel.lifecycles import Refused
from calloff.markets import commands, queries
from calloff.outbox.models import Message
from calloff.people.permissions import Can, Role
from tests.factories import NOW, ProviderFactory
from tests.factories_markets import MarketFactory
from tests.markets.scenario import caseworker, draft, olivia
from tests.unauthorised_users import assert_denied, everybody_but

LATER = NOW + timedelta(days=1)


def lent(market=None, role=Role.EVALUATOR):
    market = market or MarketFactory()
    return commands.appoint(market, caseworker(market.authority), role=role, by=olivia(market.authority), at=NOW)


def end_role(grant, *, by=None):
    return commands.end_role(grant, by=by or olivia(grant.authority), at=LATER)


@pytest.mark.django_db
@pytest.mark.parametrize("market", [draft, MarketFactory])
def test_ending_a_role_stops_access_immediately_and_the_person_is_notified(market):
    grant = end_role(lent(market()))
    lena = grant.person
    assert grant.ends_at == LATER
    assert not lena.can(Can.ASSESS, organisation=grant.authority, at=LATER, record=grant.market)
    assert lena.can(Can.ASSESS, organisation=grant.authority, at=LATER - timedelta(microseconds=1), record=grant.market)
    subjects = Message.objects.filter(address=lena.email).order_by("pk").values_list("subject", flat=True)
    assert [words.rpartition(" ")[2] for words in subjects] == [grant.market.code, "ended"]


@pytest.mark.django_db
def test_an_ended_role_can_be_given_again():
    grant = end_role(lent())
    again = commands.appoint(grant.market, grant.person, role=grant.role, by=olivia(grant.authority), at=LATER)
    assert list(queries.roles_in(grant.market, LATER)) == [again]


@pytest.mark.django_db
def test_an_ended_role_cannot_be_ended_again():
    grant = end_role(lent())
    with pytest.raises(Refused, match="already ended"):
        end_role(grant)


@pytest.mark.django_db
def test_a_person_with_a_role_in_one_market_can_act_in_that_market_only():
    grant = lent(role=Role.APPROVER)
    assert grant.person in queries.who_can(Can.DECIDE, in_market=grant.market, at=NOW)
    other = MarketFactory(authority=grant.authority)
    assert grant.person not in queries.who_can(Can.DECIDE, in_market=other, at=NOW)
    end_role(grant)
    assert grant.person not in queries.who_can(Can.DECIDE, in_market=grant.market, at=LATER)


@pytest.mark.django_db
def test_only_a_contracts_officer_of_the_authority_can_end_a_market_role():
    grant = lent()
    others = everybody_but(Role.CONTRACTS_OFFICER, provider=ProviderFactory(), authority=grant.authority)
    assert_denied(lambda by: end_role(grant, by=by), others)
