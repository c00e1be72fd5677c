"""Tests for dates, deadlines and waits as pages write them."""

from datetime import UTC, datetime

import pytest

from calloff.kernel import formatting

FRIDAY = datetime(2026, 11, 27, 17, tzinfo=UTC)


def test_a_day_is_written_with_and_without_its_year():
    assert formatting.format_date(FRIDAY) == "Friday 27 November 2026"
    assert formatting.format_day_of_year(FRIDAY) == "Friday 27 November"
    assert formatting.format_short_date(FRIDAY.date()) == "27 Nov 2026"


def test_a_deadline_at_midnight_is_the_end_of_the_day_before():
    assert formatting.format_before(FRIDAY) == "before 5pm on Friday 27 November 2026"
    midnight = datetime(2026, 11, 28, tzinfo=UTC)
    assert formatting.format_datetime(midnight) == "the end of Friday 27 November 2026"
    assert "Friday 27 November 2026" in formatting.format_before(midnight)


@pytest.mark.parametrize(
    ("seconds", "words"), [(1, "1 minute"), (61, "2 minutes"), (3600, "60 minutes"), (3700, "2 hours")]
)
def test_a_wait_is_rounded_up(seconds, words):
    assert formatting.format_wait(seconds) == words
