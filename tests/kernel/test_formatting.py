"""Tests for formatting dates, times and deadlines for pages, including unusual cases."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from calloff.kernel import formatting
from calloff.people.reserved_slugs import RESERVED_SLUGS
from tests.factories import LONDON


def at(day, hour=0, minute=0, month=11):
    return datetime(2026, month, day, hour, minute, tzinfo=LONDON)


def test_dates_can_be_formatted_long_or_short():
    assert formatting.format_date(date(2026, 11, 27)) == "Friday 27 November 2026"
    assert formatting.format_short_date(at(27, 23, 59)) == "27 Nov 2026"


def test_a_time_is_formatted_with_its_date_in_london():
    assert formatting.format_short_date(datetime.fromisoformat("2026-06-30T23:30:00+00:00")) == "1 Jul 2026"


@pytest.mark.parametrize(
    ("instant", "said"),
    [
        (at(27, 17), "5pm on Friday 27 November 2026"),
        (at(27, 9, 30), "9:30am on Friday 27 November 2026"),
        (at(27, 12), "noon on Friday 27 November 2026"),
        (at(27, 0, 5), "12:05am on Friday 27 November 2026"),
        (at(27), "the end of Thursday 26 November 2026"),
    ],
)
def test_midnight_is_never_written_as_a_time(instant, said):
    assert formatting.format_datetime(instant) == said


def test_a_start_time_of_midnight_is_written_as_the_date_only():
    assert formatting.format_start(at(1, month=9)) == "on Tuesday 1 September 2026"
    assert formatting.format_start(at(1, 9, month=9)) == "at 9am on Tuesday 1 September 2026"


@pytest.mark.parametrize(
    ("closes", "now", "said"),
    [
        (at(27, 17), at(19, 10), "before 5pm on Friday 27 November 2026, 6 working days left"),
        (at(27, 17), at(26, 23, 59), "before 5pm on Friday 27 November 2026, 1 working day left"),
        (
            at(27, 17),
            at(27, 14, 50),
            "before 5pm on Friday 27 November 2026, 2 hours 10 minutes left. The time is now 2:50pm",
        ),
        (
            at(27, 17),
            at(27, 16, 59),
            "before 5pm on Friday 27 November 2026, 1 minute left. The time is now 4:59pm",
        ),
        (at(27, 17), at(27, 17), "Closed at 5pm on Friday 27 November 2026"),
        (at(27), at(24, 9), "by the end of Thursday 26 November 2026, 2 working days left"),
        (
            at(27),
            at(26, 22),
            "by the end of Thursday 26 November 2026, 2 hours left. The time is now 10pm",
        ),
    ],
)
def test_a_deadline_is_shown_with_the_time_left(closes, now, said):
    assert formatting.format_deadline(closes, now) == said


@pytest.mark.parametrize(
    ("due", "now", "said"),
    [
        (at(27), at(27), "Due Thu 26 Nov"),
        (at(27, 17), at(28), "Due Fri 27 Nov, before 5pm"),
        (at(27), at(24, 9), "Due Thu 26 Nov"),
        (at(27), at(26, 22), "Due today"),
        (at(27), datetime(2027, 1, 4, tzinfo=LONDON), "Due Thu 26 Nov 2026"),
        (at(27, 17), at(27, 14, 50), "Due today, before 5pm, 2 hours 10 minutes left"),
    ],
)
def test_a_task_is_shown_with_its_last_day(due, now, said):
    assert formatting.format_task_due(due, now) == said


def test_a_deadline_shows_no_days_left_if_its_bank_holidays_are_not_listed():
    assert (
        formatting.format_deadline(datetime(2029, 2, 24, tzinfo=LONDON), at(24))
        == "by the end of Friday 23 February 2029"
    )


def test_counts_sums_of_money_and_lists_are_formatted():
    assert formatting.pluralise(1, "application") == "1 application"
    assert formatting.pluralise(1204, "reply", "replies") == "1,204 replies"
    assert formatting.format_exact_pounds(Decimal("1250.5")) == "£1,250.50"
    assert formatting.format_list(["Priya", "Tom", "Ada"], "or") == "Priya, Tom or Ada"
    assert formatting.format_list(["Priya"]) == "Priya"


def test_reserved_words_cannot_be_used_in_a_web_address():
    assert all(word == word.lower() and "/" not in word for word in RESERVED_SLUGS)


def test_round_numbers_are_written_without_decimals():
    assert formatting.format_number(Decimal("10.00")) == "10"
    assert formatting.format_units(Decimal("7.50"), "hour") == "7.5 hours"
    assert formatting.format_units(Decimal(1), "day") == "1 day"


def test_the_time_left_can_be_shown_on_its_own_and_disappears_after_the_deadline():
    assert formatting.format_time_left(at(27, 17), at(19, 10)) == "6 working days left"
    assert formatting.format_time_left(at(27, 17), at(27, 15)) == "2 hours left"
    assert formatting.format_time_left(at(27, 17), at(27, 17)) == ""
    assert formatting.format_time_left(datetime(2029, 2, 24, tzinfo=LONDON), at(24)) == ""
