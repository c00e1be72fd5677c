"""Tests for dates in tables: UK formats, ISO 8601, and Excel's day numbers."""

from datetime import date

import pytest

from calloff.kernel.typed_dates import parse_date

FIRST = date(2026, 9, 1)


@pytest.mark.parametrize(
    "typed",
    [
        "2026-09-01", "20260901", "2026-9-1", "2026/09/01", "01/09/2026", "1/9/2026", "1/9/26", "01-09-2026",
        "01.09.2026", "1 9 2026", "1 Sep 2026", "1 Sept 2026", "1 September 2026", "1-Sep-26", "1st September 2026",
        "Tuesday 1 September 2026", "2026-09-01 00:00:00", "2026-09-01T00:00", "01/09/2026 00:00", "46266", "46266.0",
        "  1\u00a0Sep  2026 ",
    ],
)  # fmt: skip
def test_the_same_date_is_read_in_any_common_format(typed):
    assert parse_date(typed) == FIRST


def test_a_date_is_read_with_the_day_before_the_month():
    assert parse_date("03/04/2026") == date(2026, 4, 3)


@pytest.mark.parametrize(("typed", "year"), [("3/11/21", 2021), ("3-Nov-21", 2021), ("1/1/68", 2068), ("1/1/69", 1969)])
def test_a_two_digit_year_up_to_68_is_in_this_century(typed, year):
    assert parse_date(typed).year == year


def test_an_excel_day_number_is_read_as_a_date():
    assert parse_date("44503") == date(2021, 11, 3)


@pytest.mark.parametrize(
    "typed",
    [
        "", "soon", "31/02/2026", "09/13/2026", "1 Ma 2026", "1 Ju 2026", "1 Foo 2026", "19999", "73051", "125863.0",
        "44503.5", "2026-09-01 09:30", "0/1/2026", "1/9/206", "1 May", "2026",
    ],
)  # fmt: skip
def test_invalid_dates_are_refused(typed):
    assert parse_date(typed) is None
