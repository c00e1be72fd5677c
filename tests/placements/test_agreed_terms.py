"""Tests for the timetable, its exact cost and the review dates, without a database."""

from datetime import date, time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calloff.directory.timetables import Slot
from calloff.kernel.school_days import SchoolCalendar
from calloff.markets.rulesets import valuation
from calloff.placements import agreed_terms
from calloff.placements.agreed_terms import AgreedTerms

MONDAY = date(2026, 3, 2)
SPRING = SchoolCalendar([(date(2026, 2, 23), date(2026, 3, 27)), (date(2026, 4, 13), date(2026, 5, 22))])
UNKNOWN = SchoolCalendar([])
AM, PM = (time(9, 30), time(12)), (time(12, 30), time(14, 45))


def of(unit, amount, *slots):
    return AgreedTerms(
        None, tuple(Slot(day, half, *(AM if half == "am" else PM)) for day, half in slots), unit, Decimal(amount), ""
    )


TWO_DAYS = (("mon", "am"), ("mon", "pm"), ("tue", "am"))


@pytest.mark.parametrize(
    ("unit", "amount", "units", "total"),
    [
        ("day", "120", 4, "480"),
        ("session", "60.50", 6, "363"),
        ("week", "300", 2, "600"),
        ("hour", "33.33", "14.50", "483.29"),  # two weeks of (2½ + 2¼ + 2½) hours, at £33.33 an hour, cost £483.285
    ],
)
def test_the_cost_of_two_weeks_is_correct_to_the_penny(unit, amount, units, total):
    worth = agreed_terms.planned_cost(of(unit, amount, *TWO_DAYS), MONDAY, date(2026, 3, 15), SPRING)
    assert (worth.units, worth.total, worth.known) == (Decimal(units), Decimal(total), True)


def test_holidays_cost_nothing_if_term_dates_are_known_and_are_charged_otherwise():
    days = of("day", "100", ("mon", "am"))
    assert agreed_terms.planned_cost(days, date(2026, 3, 23), date(2026, 4, 13), SPRING).total == Decimal(200)
    unknown = agreed_terms.planned_cost(days, date(2026, 3, 23), date(2026, 4, 13), UNKNOWN)
    assert (unknown.total, unknown.known) == (Decimal(400), False)


@given(
    st.lists(st.integers(1, 60), min_size=1, max_size=5),
    st.decimals("0.01", 500, places=2),
    st.sampled_from(["hour", "session", "day"]),
)
def test_the_costs_of_the_parts_add_up_to_the_whole_except_for_rounding(lengths, amount, unit):
    agreed = of(unit, str(amount), *TWO_DAYS)
    day, parts = MONDAY, Decimal(0)
    for length in lengths:
        last = date.fromordinal(day.toordinal() + length - 1)
        parts += agreed_terms.planned_cost(agreed, day, last, UNKNOWN).total
        day = date.fromordinal(last.toordinal() + 1)
    whole = agreed_terms.planned_cost(agreed, MONDAY, date.fromordinal(day.toordinal() - 1), UNKNOWN).total
    assert abs(whole - parts) <= Decimal("0.01") * len(lengths)


def test_vat_is_added_if_the_provider_charges_it():
    assert agreed_terms.add_vat(Decimal("405.05"), "standard", MONDAY) == Decimal("486.06")
    assert agreed_terms.add_vat(Decimal("405.05"), "exempt", MONDAY) == Decimal("405.05")


def test_vat_is_charged_at_the_rate_that_applies_on_the_day(monkeypatch):
    rows = (*valuation.STANDARD_VAT_RATES, valuation.VatRate(date(2026, 9, 1), Decimal("17.5"), "An invented rate"))
    monkeypatch.setattr(agreed_terms, "standard_vat_on", lambda on: valuation.standard_vat_on(on, rows))
    assert agreed_terms.add_vat(Decimal("100"), "standard", date(2026, 8, 31)) == Decimal("120.00")
    assert agreed_terms.add_vat(Decimal("100"), "standard", date(2026, 9, 1)) == Decimal("117.50")


def test_a_date_before_the_first_vat_rate_is_refused():
    with pytest.raises(LookupError, match="No rate of VAT is recorded"):
        agreed_terms.add_vat(Decimal("100"), "standard", date(2010, 12, 31))


@given(st.integers(0, 400))
def test_reviews_are_no_more_than_eight_weeks_apart_and_end_before_the_last_day(length):
    ends = date.fromordinal(MONDAY.toordinal() + length)
    planned = agreed_terms.plan_review_days(MONDAY, ends, SPRING)
    assert planned == sorted(set(planned))
    assert max(planned) <= ends
    gaps = [(later - earlier).days for earlier, later in zip([MONDAY, *planned], [*planned, ends], strict=True)]
    assert max(gaps) <= 7 * 7 + 2
