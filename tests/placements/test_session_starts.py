"""Tests that a session can be marked once it has started, and before that only for an absence that is already known."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from calloff.directory.timetables import Slot
from calloff.kernel.lifecycles import Refused
from calloff.placements import commands, register_alerts
from calloff.placements.models import AbsenceCause, Attendance, Placement
from calloff.placements.register_alerts import AlertSide
from calloff.placements.session_starts import why_not_markable_yet
from tests.placements import scenario
from tests.placements.scenario import FIRST, on
from tests.placements.test_register import absent, confirm, marked
from tests.placements.test_register_alerts import note

pytestmark = pytest.mark.django_db
NEXT = FIRST + timedelta(days=1)  # on Tuesday 10 March, sessions start at 9:30am and 12:30pm


def at(hour, minute=0):
    return on(10, hour).replace(minute=minute)


def take(placement, *marks, at):
    return commands.take_register(placement.provider, day=NEXT, marks=marks, by=scenario.ben(placement), at=at)


def late(placement, at):
    found = Placement.objects.filter(pk=placement.pk)
    return [one.slot.session for one in register_alerts.late_registers(found, at, side=AlertSide.PROVIDER)]


@pytest.mark.parametrize("mark", ["present", "late", "left_early"])
def test_no_child_can_be_marked_present_before_the_session_starts(mark):
    placement = scenario.running()
    with pytest.raises(Refused, match=r"the session starts at 9:30am\. Mark the pupil then"):
        take(placement, marked(placement, mark=mark, minutes=10), at=at(9, 29))
    with pytest.raises(Refused, match=r"the session starts at 12:30pm\. Mark the pupil then"):
        take(placement, marked(placement, "pm", mark, minutes=10), at=at(10, 48))
    assert not Attendance.objects.filter(day=NEXT).exists()
    left = mark == "left_early"
    assert take(placement, marked(placement, mark=mark, minutes=150 if left else 1), at=at(9, 31))


def test_all_children_who_were_marked_too_early_are_reported_together():
    first = scenario.running()
    second = scenario.running(given={"beside": first})
    with pytest.raises(Refused) as refused:
        take(first, marked(first, "pm"), marked(second, "pm"), at=at(10))
    assert [one.where for one in refused.value.problems] == [f"{one.reference}-pm" for one in (first, second)]


def test_an_absence_can_be_marked_early_with_a_reason_and_the_school_is_notified():
    placement = scenario.running()
    ruth = scenario.ruth(placement)
    with pytest.raises(Refused, match="if you know the reason"):
        take(placement, absent(placement, "pm", cause=AbsenceCause.UNKNOWN), at=at(8))
    take(placement, absent(placement, "pm", cause=AbsenceCause.APPOINTMENT), at=at(8))
    assert scenario.subjects_to(ruth)[-1] == f"Absent today: {placement.reference}"


def test_an_absence_marked_early_cannot_be_corrected_to_present_before_the_start():
    placement = scenario.running()
    take(placement, absent(placement), at=at(8))
    with pytest.raises(Refused, match="starts at 9:30am"):
        take(placement, marked(placement), at=at(8, 30))
    take(placement, marked(placement), at=at(9, 30))
    assert Attendance.objects.get(day=NEXT).mark == "present"


def test_the_minutes_late_cannot_exceed_the_minutes_since_the_start():
    placement = scenario.running()
    with pytest.raises(Refused, match="started at 9:30am, so the pupil cannot be 15 minutes late yet"):
        take(placement, marked(placement, mark="late", minutes=15), at=at(9, 35))
    assert late(placement, at(9, 46)) == ["am"]
    assert take(placement, marked(placement, mark="late", minutes=15), at=at(9, 44).replace(second=10))


def test_an_early_departure_needs_a_time_after_the_start_that_is_not_in_the_future():
    placement = scenario.running()
    with pytest.raises(Refused, match="ends at noon, so the pupil cannot have left only 120 minutes early yet"):
        take(placement, marked(placement, mark="left_early", minutes=120), at=at(9, 46))
    with pytest.raises(Refused, match="from 9:30am to noon, so the pupil cannot leave 151 minutes early"):
        take(placement, marked(placement, mark="left_early", minutes=151), at=at(10, 30))
    assert late(placement, at(9, 46)) == ["am"]
    assert take(placement, marked(placement, mark="left_early", minutes=120), at=at(10))


def test_a_mark_made_before_the_session_does_not_prevent_the_mornings_alert():
    placement = scenario.running()
    for mark, when in ((marked(placement), at(7)), (marked(placement, "pm"), at(9, 35))):
        with pytest.raises(Refused):
            take(placement, mark, at=when)
    take(placement, absent(placement, "pm", cause=AbsenceCause.APPOINTMENT), at=at(9, 35))
    assert late(placement, at(10, 15)) == ["am"]
    take(placement, absent(placement, "pm", cause=AbsenceCause.ILL), at=at(12, 40))
    assert late(placement, at(12, 45)) == []  # this mark was changed after the session had started


def test_a_note_made_before_the_session_does_not_prevent_the_alert():
    placement = scenario.running()
    note(placement, "here", at(7))
    assert late(placement, at(9, 45)) == ["am"]
    [one] = register_alerts.late_registers(
        Placement.objects.filter(pk=placement.pk), at(9, 45), side=AlertSide.PROVIDER
    )
    assert not one.is_answered


def test_an_earlier_day_can_be_marked_at_any_time_of_day():
    placement = scenario.running()
    assert commands.take_register(
        placement.provider, day=FIRST, marks=[marked(placement, "pm")], by=scenario.ben(placement), at=at(7)
    )


def test_the_session_start_for_each_child_comes_from_their_own_timetable():
    early = scenario.running(timetable=scenario.week("mon", "tue"))
    later = scenario.agreed(timetable=[Slot(day, "am", time(11), time(12), None) for day in ("mon", "tue")])
    assert take(early, marked(early), at=at(10))
    with pytest.raises(Refused, match="starts at 11am"):
        take(later, marked(later), at=at(10))


def test_a_timetable_that_changes_today_applies_from_today():
    placement = scenario.running()
    change = commands.propose_change(
        placement, side="buyer", values={"timetable": [Slot("tue", "am", time(11), time(12), None)]}, from_on=NEXT,
        reason="A later start.", by=scenario.ruth(placement), at=on(9, 12),
    )  # fmt: skip
    commands.agree_change(change, by=scenario.ada(placement), at=on(9, 13))
    found = Placement.objects.get(pk=placement.pk)
    with pytest.raises(Refused, match="starts at 11am"):
        take(found, marked(found), at=at(10))


def test_only_an_absence_code_can_be_confirmed_in_advance():
    placement = scenario.running()
    take(placement, absent(placement, cause=AbsenceCause.APPOINTMENT), at=at(8))
    row = Attendance.objects.get(day=NEXT)
    for code in ("K", "L", "U", "V"):
        with pytest.raises(Refused, match="This session starts at 9:30am"):
            confirm(placement, row, code, "Farm", at=at(8, 30))
    confirm(placement, row, "M", at=at(8, 30))
    confirm(placement, row, "K", "Farm", at=at(9, 30))


def test_start_times_are_london_times_in_summer_as_well():
    slot, day = Slot("mon", "am", time(9, 30), time(12), None), date(2026, 6, 1)
    nine_thirty = datetime(2026, 6, 1, 9, 30, tzinfo=ZoneInfo("Europe/London"))
    assert why_not_markable_yet(slot, day, mark="present", at=nine_thirty - timedelta(seconds=1))
    assert not why_not_markable_yet(slot, day, mark="present", at=nine_thirty)


@pytest.mark.parametrize(("session", "starts"), [("am", "the start"), ("pm", "noon")])
def test_a_session_without_times_starts_at_the_usual_time(session, starts):
    slot = Slot("tue", session, None, None, None)
    assert bool(why_not_markable_yet(slot, NEXT, mark="present", at=at(11))) is (starts == "noon")
