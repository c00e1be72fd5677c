from datetime import date, datetime, timedelta

import pytest
from django.db import DatabaseError, transaction

from calloff.history.models import Event
from calloff.history.record_types import record_type
from calloff.kernel.lifecycles import Refused
from calloff.markets import commands
from calloff.markets.models import Market, MarketExtension
from calloff.people.permissions import Role
from tests.concurrency import all_at_once
from tests.factories import LONDON, NOW, ProviderFactory
from tests.markets.scenario import DPS, draft, olivia, opened, term
from tests.unauthorised_users import assert_denied, database_rows, everybody_but

LAST_CHANGE = datetime(2026, 2, 23, 23, 59, 59, 999999, tzinfo=LONDON)
LATER = {"closes_on": date(2026, 6, 30), "term_ends_on": date(2029, 8, 31)}


def extend(market, *, by=None, at=NOW, reason="More children are waiting.", **days):
    return commands.extend(market, **{**LATER, **days}, reason=reason, by=by or olivia(market.authority), at=at)


def dps():
    return opened(**DPS, **term(), at=LAST_CHANGE - timedelta(days=100))


@pytest.mark.django_db
def test_extending_a_market_moves_all_its_dates_and_stores_the_changes_and_the_reason():
    market = opened()
    made = extend(market)
    moved = Market.objects.get()
    assert (moved.last_day, moved.term_ends_on) == (date(2026, 6, 30), date(2029, 8, 31))
    assert moved.is_open_at(datetime(2026, 6, 30, 23, 59, 59, 999999, tzinfo=LONDON))
    assert not moved.is_open_at(datetime(2026, 7, 1, tzinfo=LONDON))
    assert moved.runs_on(date(2029, 8, 31))
    assert (made.number, made.old_closes_at, made.new_closes_at) == (1, market.closes_at, moved.closes_at)
    assert (made.old_term_ends_on, made.new_term_ends_on) == (date(2028, 8, 31), date(2029, 8, 31))
    assert (made.reason, made.made_at) == ("More children are waiting.", NOW)
    assert "reg 72" in made.citation
    event = Event.objects.get(verb="extend")
    assert event.changes == {
        "last day to apply": ["2026-04-30", "2026-06-30"],
        "market ends": ["2028-08-31", "2029-08-31"],
    }
    assert (event.reason_type, event.reason_id) == (record_type(type(made)), made.pk)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "days",
    [
        {"closes_on": date(2026, 4, 29)},
        {"term_ends_on": date(2028, 8, 30)},
        {"closes_on": date(2026, 4, 30), "term_ends_on": date(2028, 8, 31)},
        {"closes_on": date(2029, 9, 1)},
    ],
)
def test_an_extension_must_move_dates_later_and_applications_must_close_before_the_end(days):
    market = opened()
    before = database_rows()
    with pytest.raises(Refused):
        extend(market, **days)
    assert database_rows() == before


@pytest.mark.django_db
def test_extending_a_market_needs_a_reason():
    with pytest.raises(Refused, match="Enter a reason"):
        extend(opened(), reason=" ")


@pytest.mark.django_db
def test_a_reg_34_dps_can_be_extended_until_the_end_of_23_february_2026():
    market = dps()
    until = {"term_ends_on": date(2029, 2, 23)}
    with pytest.raises(Refused, match="PCR 2015 reg 34") as refusal:
        extend(market, at=LAST_CHANGE + timedelta(microseconds=1), **until)
    assert refusal.value.problems[0].where == "term_ends_on"
    assert extend(market, at=LAST_CHANGE, **until).new_term_ends_on == date(2029, 2, 23)


@pytest.mark.django_db
def test_a_reg_34_dps_cannot_continue_after_23_february_2029():
    market = dps()
    with pytest.raises(Refused, match="23 February 2029"):
        extend(market, at=LAST_CHANGE, term_ends_on=date(2029, 2, 24))
    assert Market.objects.get().term_ends_on == date(2028, 8, 31)


@pytest.mark.django_db
def test_accepting_applications_for_longer_also_extends_the_dps():
    market = dps()
    with pytest.raises(Refused, match="cannot be changed after"):
        extend(market, term_ends_on=market.term_ends_on)
    assert extend(market, at=LAST_CHANGE, term_ends_on=market.term_ends_on)


@pytest.mark.django_db
def test_an_ended_market_cannot_be_extended():
    market = opened(**term(closes_on="2026-02-28", ends_on="2026-03-02"), at=NOW - timedelta(days=100))
    days = {"closes_on": date(2026, 6, 30), "term_ends_on": date(2026, 8, 31)}
    with pytest.raises(Refused, match="ended on"):
        extend(market, at=datetime(2026, 3, 3, tzinfo=LONDON), **days)
    assert extend(market, at=datetime(2026, 3, 2, 23, 59, tzinfo=LONDON), **days)


@pytest.mark.django_db
def test_only_an_open_market_can_be_extended():
    with pytest.raises(Refused, match="Draft"):
        extend(draft())


@pytest.mark.django_db
def test_only_a_contracts_officer_of_the_authority_can_extend_a_market():
    market = opened()
    others = everybody_but(Role.CONTRACTS_OFFICER, provider=ProviderFactory(), authority=market.authority)
    assert_denied(lambda by: extend(market, by=by), others)


@pytest.mark.django_db
def test_the_database_numbers_extensions_and_refuses_changes_to_them():
    market = opened()
    extend(market)
    second = extend(market, closes_on=date(2026, 7, 31))
    assert (second.number, second.old_closes_at) == (2, datetime(2026, 7, 1, tzinfo=LONDON))
    for attempt in (lambda: MarketExtension.objects.update(reason="Other"), second.delete):
        with pytest.raises(DatabaseError, match="pgtrigger: Cannot"), transaction.atomic():
            attempt()


@pytest.mark.postgres15
@pytest.mark.django_db(transaction=True)
def test_simultaneous_extensions_get_different_numbers():
    market = opened()
    by = olivia(market.authority)
    by.roles_at(market.authority, NOW)
    days = iter([date(2026, 6, day) for day in (1, 2, 3, 4)])
    results = all_at_once(lambda: extend(market, by=by, closes_on=next(days)), times=4)
    numbers = list(MarketExtension.objects.order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, results.count("done") + 1))
    assert set(results) <= {"done", "The new dates must be the same as or later than the current dates"}
