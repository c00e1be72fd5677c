"""Tests for weekly timetables: parsing, checks, text, totals and prices."""

from datetime import date, time
from decimal import Decimal

import pytest

from calloff.directory import timetables
from calloff.directory.timetables import Slot
from calloff.kernel.lifecycles import Refused
from calloff.placements.models import AgreedSession
from tests.factories import ProviderFactory
from tests.factories_markets import SiteFactory
from tests.timetables import week

AM, PM = (time(9, 30), time(12)), (time(12, 30), time(14, 45))
DAYS = ("mon", "tue", "wed", "thu", "fri")
TWO_DAYS = [Slot("mon", "am", *AM), Slot("mon", "pm", *PM), Slot("tue", "am", *AM)]


def test_a_timetable_is_written_in_the_order_of_the_week():
    kept = timetables.timetable_rows([TWO_DAYS[2], TWO_DAYS[1], TWO_DAYS[0]])
    assert [(row["day"], row["session"]) for row in kept] == [("mon", "am"), ("mon", "pm"), ("tue", "am")]
    assert timetables.format_timetable(timetables.parse_slots(kept)) == (
        "Monday, 9:30am to noon and 12:30pm to 2:45pm; Tuesday, 9:30am to noon"
    )
    assert timetables.format_timetable(week("mon", "tue", "wed")) == (
        "Monday to Wednesday, 9:30am to noon and 12:30pm to 2:30pm"
    )
    assert timetables.format_timetable(week("mon", "wed", afternoons=False)) == "Monday and Wednesday, 9:30am to noon"


def test_a_timetable_shows_sessions_at_other_places_and_different_times():
    slots = [Slot("mon", "am", *AM), Slot("tue", "am", time(10), time(11, 30), 7)]
    words = timetables.format_timetable(
        timetables.parse_slots(timetables.timetable_rows(slots)), {7: "Boat shed, Felpham"}
    )
    assert words == "Monday, 9:30am to noon; Tuesday, 10am to 11:30am, at Boat shed, Felpham"


@pytest.mark.parametrize(
    ("slots", "words"),
    [
        ([], "Select the sessions in the week"),
        ([Slot("mon", "am", *AM), Slot("mon", "am", *AM)], "each session only once"),
        ([Slot("mon", "am", None, None)], "when the morning session starts and ends"),
        ([Slot("mon", "pm", time(14), time(13))], "afternoon session must end after it starts"),
        (
            [Slot("mon", "am", time(9), time(13)), Slot("mon", "pm", time(12), time(14))],
            "On Monday the afternoon session must",
        ),
        ([Slot("now", "am", *AM)], "at least one morning or afternoon"),
    ],
)
@pytest.mark.django_db
def test_an_impossible_timetable_is_refused(slots, words):
    with pytest.raises(Refused, match=words):
        timetables.require_timetable(slots, "day", provider=ProviderFactory())


@pytest.mark.django_db
def test_every_timetable_session_must_be_at_an_open_site_of_the_provider():
    ours, theirs = SiteFactory(), SiteFactory()
    timetables.require_timetable([Slot("mon", "am", *AM, ours.pk)], "day", provider=ours.provider)
    with pytest.raises(Refused, match="provider’s open sites"):
        timetables.require_timetable([Slot("mon", "am", *AM, theirs.pk)], "day", provider=ours.provider)


@pytest.mark.parametrize(("unit", "units"), [("hour", "7.25"), ("session", "3"), ("day", "2"), ("week", "1")])
def test_a_weekly_timetable_is_converted_into_price_units(unit, units):
    assert timetables.weekly_units(TWO_DAYS, unit) == Decimal(units)


def test_the_weekly_price_is_calculated_from_the_timetable():
    ten_hours = [Slot(day, "am", time(9), time(11, 30)) for day in ("mon", "tue", "wed", "thu")]
    assert timetables.weekly_hours(ten_hours) == Decimal(10)
    assert timetables.weekly_price(ten_hours, "hour", Decimal(22)) == Decimal(220)


@pytest.mark.parametrize(("minutes", "amount", "price"), [(50, 30, "125.00"), (100, 60, "500.00")])
def test_the_hours_are_added_up_and_the_hourly_price_is_rounded_once(minutes, amount, price):
    five = [Slot(day, "am", time(9), time(9 + minutes // 60, minutes % 60)) for day in DAYS]
    assert timetables.weekly_price(five, "hour", Decimal(amount)) == Decimal(price)


def test_timetables_are_shown_with_their_dates_in_date_order():
    rows = [
        AgreedSession(**timetables.session_values(week("mon", afternoons=False))[0], from_on=date(2026, 3, 16)),
        AgreedSession(**timetables.session_values(week("tue", afternoons=False))[0], to_on=date(2026, 3, 15)),
    ]
    assert timetables.format_timetables(rows) == [
        (None, date(2026, 3, 15), "Tuesday, 9:30am to noon"),
        (date(2026, 3, 16), None, "Monday, 9:30am to noon"),
    ]
