"""Tests for calculating the value of a contract under Schedule 3 (scenarios 64 and 65)."""

from datetime import date
from decimal import Decimal

import pytest

from calloff.markets.rulesets.valuation import (
    ProcurementThreshold,
    ValuedAmount,
    estimate_value,
    is_above_threshold,
    threshold_on,
)

LAST = date(2027, 7, 23)
TERM = ValuedAmount("The term", Decimal(500_000), Decimal(20))


def test_the_value_of_a_contract_includes_vat_options_extensions_and_past_payments():
    found = estimate_value(
        [TERM, ValuedAmount("An option", Decimal(40_000)), ValuedAmount("An extension of a year", Decimal("12345.67"),
            Decimal(20)),
         ValuedAmount("Already paid", Decimal("100.10"))],
        last_day=LAST,
    )  # fmt: skip
    assert found.value == Decimal("654914.90")
    assert found.working == (
        "The term: £500,000 and VAT of 20%, £600,000.",
        "An option: £40,000, without VAT, £40,000.",
        "An extension of a year: £12,345.67 and VAT of 20%, £14,814.80.",
        "Already paid: £100.10, without VAT, £100.10.",
        "It ends on Friday 23 July 2027.",
        "Total: £654,914.90 including VAT.",
    )


def test_a_contract_without_a_last_day_or_a_ceiling_counts_as_above_the_threshold():
    found = estimate_value([ValuedAmount("A week", Decimal(100))], last_day=None)
    assert found.value is None
    assert "no end date and no maximum value" in found.working[0]
    assert is_above_threshold(found, date(2026, 3, 2))


@pytest.mark.parametrize("last_day", [None, LAST])
def test_a_ceiling_limits_the_value_of_a_contract(last_day):
    found = estimate_value([TERM], last_day=last_day, ceiling=Decimal(250_000))
    assert found.value == Decimal(250_000)
    assert not is_above_threshold(found, date(2026, 3, 2))


@pytest.mark.parametrize(("gross", "above"), [("663539.99", False), ("663540.00", True), ("663540.01", True)])
def test_a_contract_value_equal_to_the_threshold_counts_as_above_it(gross, above):
    assert (
        is_above_threshold(estimate_value([ValuedAmount("The term", Decimal(gross))], last_day=LAST), date(2026, 1, 1))
        is above
    )


def test_similar_contracts_are_added_together_unless_there_is_a_good_reason():
    like = [ValuedAmount("The same again in May", Decimal(300_000))]
    added = estimate_value([TERM], last_day=LAST, like=like)
    assert (added.value, is_above_threshold(added, date(2026, 3, 2))) == (Decimal(900_000), True)
    assert estimate_value([TERM], last_day=LAST, like=like, good_reasons="  ").value == Decimal(900_000)
    apart = estimate_value([TERM], last_day=LAST, like=like, good_reasons="Another child, found by another school.")
    assert apart.value == Decimal(600_000)
    assert "Reason: Another child, found by another school." in " ".join(apart.working)


def test_a_changed_threshold_applies_to_contracts_that_start_on_or_after_its_date():
    rows = (
        ProcurementThreshold(date(2026, 1, 1), Decimal(10), "a"),
        ProcurementThreshold(date(2028, 1, 1), Decimal(20), "b"),
    )
    assert [threshold_on(on, rows).citation for on in (date(2027, 12, 31), date(2028, 1, 1))] == ["a", "b"]
    with pytest.raises(LookupError, match="No threshold is recorded"):
        threshold_on(date(2025, 12, 31))
