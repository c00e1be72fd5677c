import json
from datetime import date, timedelta

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from calloff.kernel.working_days import (
    BankHolidayCalendar,
    is_working_day,
    load_bank_holidays,
    working_days_after,
    working_days_between,
)

CALENDARS = st.sampled_from(BankHolidayCalendar)
DAYS = st.dates(date(2013, 1, 1), date(2027, 6, 30))
PUBLISHED = settings.BASE_DIR.parent / "shared" / "data" / "calendars" / "bank-holidays.json"


def test_ten_working_days_from_a_thursday_skip_two_weekends_and_a_bank_holiday():
    assert working_days_after(date(2026, 4, 30), 10, BankHolidayCalendar.ENGLAND_AND_WALES) == date(2026, 5, 15)


def test_ten_working_days_over_easter_skip_both_bank_holidays():
    assert working_days_after(date(2026, 3, 27), 10, BankHolidayCalendar.ENGLAND_AND_WALES) == date(2026, 4, 14)


def test_extending_ten_working_days_to_fifteen_adds_a_week():
    assert working_days_after(date(2026, 4, 30), 15, BankHolidayCalendar.ENGLAND_AND_WALES) == date(2026, 5, 22)


def test_the_day_of_receipt_is_not_counted_even_at_a_weekend():
    friday, saturday, sunday = date(2026, 6, 5), date(2026, 6, 6), date(2026, 6, 7)
    ends = {working_days_after(day, 1, BankHolidayCalendar.ENGLAND_AND_WALES) for day in (friday, saturday, sunday)}
    assert ends == {date(2026, 6, 8)}


def test_if_christmas_day_is_a_saturday_there_are_substitute_bank_holidays():
    assert working_days_after(date(2027, 12, 24), 1, BankHolidayCalendar.ENGLAND_AND_WALES) == date(2027, 12, 29)


@pytest.mark.parametrize(
    "day", [date(2026, 11, 30), date(2026, 7, 13), date(2026, 1, 2)], ids=["St Andrew's", "the Boyne", "2 January"]
)
def test_a_holiday_in_only_one_part_of_the_uk_counts_only_in_the_uk_calendar(day):
    assert is_working_day(day, BankHolidayCalendar.ENGLAND_AND_WALES)
    assert not is_working_day(day, BankHolidayCalendar.UNITED_KINGDOM)


@pytest.mark.parametrize("calendar", BankHolidayCalendar)
def test_a_year_without_listed_bank_holidays_is_refused(calendar):
    years = load_bank_holidays(calendar).years
    for year in (max(years) + 1, min(years) - 1):
        for day in (date(year, 1, 1), date(year, 7, 7)):
            with pytest.raises(LookupError, match=str(year)):
                is_working_day(day, calendar)


def test_a_deadline_beyond_the_listed_bank_holidays_is_refused():
    last = date(max(load_bank_holidays(BankHolidayCalendar.ENGLAND_AND_WALES).years), 12, 22)
    with pytest.raises(LookupError, match="not in the list"):
        working_days_after(last, 10, BankHolidayCalendar.ENGLAND_AND_WALES)
    with pytest.raises(LookupError, match="not in the list"):
        working_days_between(last, last + timedelta(days=20), BankHolidayCalendar.ENGLAND_AND_WALES)


def test_a_year_is_covered_only_if_its_holidays_are_listed_for_every_part_of_the_uk(monkeypatch):
    class HalfShipped:
        def __init__(self, **options):
            assert options == {"use_cached_holidays": True}
            january, december = {"date": date(2027, 1, 1)}, {"date": date(2027, 12, 27)}
            self.data = {
                "england-and-wales": [january, december],
                "scotland": [january, december],
                "northern-ireland": [january],
            }

    monkeypatch.setattr("calloff.kernel.working_days.BankHolidays", HalfShipped)
    load_bank_holidays.cache_clear()
    try:
        assert load_bank_holidays(BankHolidayCalendar.ENGLAND_AND_WALES).years == {2027}
        assert load_bank_holidays(BankHolidayCalendar.UNITED_KINGDOM).years == set()
        with pytest.raises(LookupError, match="2027"):
            is_working_day(date(2027, 6, 1), BankHolidayCalendar.UNITED_KINGDOM)
    finally:
        load_bank_holidays.cache_clear()


def test_the_working_days_left_become_negative_after_the_deadline():
    due = date(2026, 5, 15)
    left = [
        working_days_between(day, due, BankHolidayCalendar.ENGLAND_AND_WALES)
        for day in (date(2026, 4, 30), date(2026, 5, 14), due)
    ]
    assert left == [10, 1, 0]
    assert working_days_between(date(2026, 5, 19), due, BankHolidayCalendar.ENGLAND_AND_WALES) == -2


def test_a_negative_number_of_working_days_is_refused():
    with pytest.raises(ValueError, match="forwards"):
        working_days_after(date(2026, 5, 1), -1, BankHolidayCalendar.UNITED_KINGDOM)


@hypothesis_settings(deadline=None)
@given(DAYS, st.integers(0, 60), CALENDARS)
def test_adding_working_days_and_counting_them_give_the_same_result(start, days, calendar):
    end = working_days_after(start, days, calendar)
    assert working_days_between(start, end, calendar) == days
    assert days == 0 or is_working_day(end, calendar)


@hypothesis_settings(deadline=None)
@given(DAYS, DAYS, CALENDARS)
def test_counting_working_days_backwards_gives_a_negative_number(one, other, calendar):
    assert working_days_between(one, other, calendar) == -working_days_between(other, one, calendar)


@hypothesis_settings(deadline=None)
@given(st.lists(DAYS, min_size=3, max_size=3), CALENDARS)
def test_the_working_days_in_two_parts_of_a_period_add_up_to_the_whole(days, calendar):
    start, stop, end = days
    whole = working_days_between(start, end, calendar)
    assert working_days_between(start, stop, calendar) + working_days_between(stop, end, calendar) == whole


@hypothesis_settings(deadline=None)
@given(DAYS, st.integers(1, 40))
def test_every_working_day_in_the_uk_calendar_is_also_one_in_england(start, days):
    england = working_days_after(start, days, BankHolidayCalendar.ENGLAND_AND_WALES)
    assert working_days_after(start, days, BankHolidayCalendar.UNITED_KINGDOM) >= england


@pytest.mark.skipif(not PUBLISHED.exists(), reason="the published list of bank holidays is not here to compare with")
def test_the_included_bank_holidays_match_the_published_list():
    published = json.loads(PUBLISHED.read_text())
    by_division = {
        name: {date.fromisoformat(event["date"]) for event in division["events"]}
        for name, division in published.items()
    }
    assert load_bank_holidays(BankHolidayCalendar.ENGLAND_AND_WALES).holidays == by_division["england-and-wales"]
    assert load_bank_holidays(BankHolidayCalendar.UNITED_KINGDOM).holidays == set().union(*by_division.values())
