"""Tests for finding the row that is valid on a given day, in any table of dated rows."""

import re
from datetime import date, timedelta
from typing import NamedTuple

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from calloff.kernel.dated_rows import row_valid_on
from calloff.markets.rulesets.valuation import LIGHT_TOUCH_THRESHOLDS, STANDARD_VAT_RATES
from calloff.placements.register_windows import REGISTER_WINDOWS
from calloff.pupils.access import GRACE_PERIODS
from calloff.referrals.legal_bases import LEGAL_DUTIES


class Rule(NamedTuple):
    """A row like those in any table of dated rows."""

    valid_from: date
    number: int


DAYS = st.dates(date(2020, 1, 1), date(2020, 3, 1))
TABLES = {
    "thresholds": LIGHT_TOUCH_THRESHOLDS,
    "VAT": STANDARD_VAT_RATES,
    "windows": REGISTER_WINDOWS,
    "graces": GRACE_PERIODS,
    **{
        basis: [row for row in LEGAL_DUTIES if row.basis == basis]
        for basis in sorted({row.basis for row in LEGAL_DUTIES})
    },
}
A_FINDER = re.compile(r"valid_from\s*(<=|<)|(>=|>)\s*\w+\.valid_from")


@hypothesis_settings(deadline=None)
@given(starts=st.lists(DAYS, unique=True, min_size=1), day=DAYS)
def test_the_row_in_force_on_a_given_day_is_the_latest_that_has_started(starts, day):
    rows = [Rule(start, n) for n, start in enumerate(starts)]
    if day < min(starts):
        with pytest.raises(LookupError, match="No row is valid"):
            row_valid_on(rows, day)
        return
    found = row_valid_on(rows, day)
    assert found in rows
    assert found.valid_from <= day
    assert not [row for row in rows if found.valid_from < row.valid_from <= day]
    assert found == row_valid_on(reversed(rows), day), "the order of the table says nothing"


def test_a_row_no_longer_applies_on_the_day_on_which_the_next_row_starts():
    old, new = Rule(date(2020, 1, 1), 1), Rule(date(2020, 2, 1), 2)
    assert row_valid_on([old, new], new.valid_from - timedelta(days=1)) == old
    assert row_valid_on([old, new], new.valid_from) == new


@pytest.mark.parametrize("name", TABLES)
def test_no_table_has_two_rows_that_start_on_the_same_day(name):
    days = [row.valid_from for row in TABLES[name]]
    assert len(days) == len(set(days))


def test_only_one_module_looks_up_dated_rows():
    finders = {
        str(path.relative_to(settings.BASE_DIR / "calloff"))
        for path in (settings.BASE_DIR / "calloff").rglob("*.py")
        if A_FINDER.search(path.read_text())
    }
    assert finders == {"kernel/dated_rows.py"}
