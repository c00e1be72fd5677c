from datetime import date

import pytest

from calloff.kernel.school_days import SchoolCalendar

SPRING = (date(2026, 2, 23), date(2026, 3, 27))
SUMMER = (date(2026, 4, 13), date(2026, 5, 22))
INSET = date(2026, 3, 6)
CALENDAR = SchoolCalendar([SUMMER, SPRING], [INSET])


@pytest.mark.parametrize(
    ("day", "school"),
    [
        (date(2026, 2, 23), True),
        (date(2026, 3, 27), True),
        (date(2026, 2, 28), False),  # a Saturday
        (INSET, False),
        (date(2026, 4, 6), False),  # Easter Monday, which is in the school holidays
        (date(2026, 5, 4), False),  # a bank holiday in term
        (date(2026, 5, 5), True),
    ],
)
def test_a_school_day_is_a_weekday_in_term_that_is_not_a_holiday(day, school):
    assert CALENDAR.is_school_day(day) is school


@pytest.mark.parametrize("day", [date(2026, 2, 22), date(2026, 5, 23), date(2027, 1, 1)])
def test_school_days_after_the_known_terms_are_not_guessed(day):
    with pytest.raises(LookupError, match="Import the term dates"):
        CALENDAR.is_school_day(day)


def test_a_long_gap_between_the_known_terms_does_not_count_as_a_holiday():
    with pytest.raises(LookupError):
        SchoolCalendar([SPRING, (date(2026, 9, 1), date(2026, 10, 23))]).is_school_day(date(2026, 5, 5))
    summer_holidays = SchoolCalendar([(date(2026, 6, 1), date(2026, 7, 22)), (date(2026, 9, 1), date(2026, 10, 23))])
    assert not summer_holidays.is_school_day(date(2026, 8, 3))


def test_school_days_cannot_be_calculated_without_term_dates():
    with pytest.raises(LookupError):
        SchoolCalendar([]).after(date(2026, 3, 2), 1)


def test_the_sixth_school_day_after_an_exclusion_skips_days_without_school():
    assert CALENDAR.after(date(2026, 3, 3), 6) == date(2026, 3, 12)  # An INSET day and a weekend are in between.
    assert CALENDAR.after(date(2026, 3, 25), 6) == date(2026, 4, 16)  # The Easter holidays are in between.
    assert CALENDAR.after(date(2026, 3, 25), 0) == date(2026, 3, 25)
    with pytest.raises(ValueError, match="forwards"):
        CALENDAR.after(date(2026, 3, 25), -1)


def test_adding_school_days_and_counting_them_give_the_same_result():
    start = date(2026, 3, 3)
    for n in range(1, 30):
        end = CALENDAR.after(start, n)
        assert CALENDAR.between(start, end) == n
        assert CALENDAR.between(end, start) == -n
    assert CALENDAR.between(start, start) == 0
