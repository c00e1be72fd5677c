"""Tests for a missing child who returns: the register asks about the child, and a note ends the alert for everyone."""

from datetime import time, timedelta

import pytest

from calloff.kernel.lifecycles import Refused
from calloff.placements import commands, off_site
from calloff.placements.models import Attendance, DayNote
from calloff.placements.whereabouts import whereabouts_of
from tests.placements import scenario
from tests.placements.scenario import FIRST, on

pytestmark = pytest.mark.django_db
NEXT = FIRST + timedelta(days=1)


def missing(placement, *, at=None, side="provider", when=time(9, 30)):
    at = at or on(NEXT.day)
    happened = commands.DayNoteEntry(("not_known",), at.date(), when, told="The mother")
    if side == "buyer":
        return commands.record_note(placement, happened=happened, by=scenario.ruth(placement), at=at)[0]
    return commands.provider_record_note(placement, happened=happened, by=scenario.ben(placement), at=at)[0]


@pytest.mark.parametrize("side", ["provider", "buyer"])
def test_marking_a_missing_child_as_present_asks_whether_the_child_has_been_found(side):
    placement = scenario.running()
    missing(placement, side=side)
    for mark, found in (("present", ""), ("left_early", ""), ("present", "no"), ("late", "no")):
        minutes = None if mark == "present" else 5
        with pytest.raises(Refused, match="missing"):
            scenario.mark(placement, day=NEXT, mark=mark, minutes=minutes, found=found, at=on(10, 11))
    assert not Attendance.objects.filter(day=NEXT).exists()
    assert whereabouts_of([placement])[placement.pk].is_missing


def test_recording_that_a_child_was_found_notifies_the_school_and_the_council():
    placement = scenario.running()
    saul, olivia = scenario.saul(placement), scenario.olivia(placement)
    missing(placement)
    scenario.mark(placement, day=NEXT, found=commands.FOUND_ANSWER, at=on(10, 11))
    note = DayNote.objects.get(kind="here")
    assert (note.side, note.day, note.time, note.recorded_by) == ("provider", NEXT, time(11), scenario.ben(placement))
    assert not whereabouts_of([placement])[placement.pk].is_missing
    for somebody in (saul, olivia):
        assert f"A pupil is with the provider ({placement.reference})" in scenario.subjects_to(somebody)
    scenario.mark(placement, day=NEXT, session="pm", at=on(10, 14))  # asked once


def test_a_child_stays_missing_after_an_absence_or_an_early_departure():
    placement = scenario.running()
    missing(placement)
    scenario.mark(placement, day=NEXT, mark="absent", cause="unknown", at=on(10, 11))
    scenario.mark(placement, day=NEXT, mark="left_early", minutes=60, found="no", at=on(10, 12))
    assert whereabouts_of([placement])[placement.pk].is_missing


def test_marking_a_session_from_before_the_child_went_missing_asks_no_question():
    placement = scenario.running()
    missing(placement, at=on(10, 15), when=time(14, 45))
    assert scenario.mark(placement, day=NEXT, at=on(10, 16))
    assert scenario.mark(placement, day=FIRST, mark="late", minutes=5, at=on(10, 16))
    assert whereabouts_of([placement])[placement.pk].is_missing


def test_the_off_site_list_shows_whether_the_mark_or_the_note_came_first():
    placement = scenario.running()
    scenario.mark(placement, day=NEXT, at=on(10, 9).replace(minute=30))
    missing(placement, at=on(10, 11), when=time(10, 30))
    [row] = off_site.pupils_off_site(placement.buyer, person=scenario.helen(placement), at=on(10, 11), now=time(11))
    assert row.word(time(11)) == "Whereabouts not known"
    assert row.marked_in_order == "marked at 9:30am, before they were recorded as missing"
    assert row.back is None


def test_a_day_already_in_the_timetable_does_not_count_as_an_extra_day(terms):
    placement = scenario.running()
    extra = commands.DayNoteEntry(("extra_day",), NEXT, time(9))
    with pytest.raises(Refused, match="Tuesday 10 March 2026 is in the timetable"):
        commands.provider_record_note(placement, happened=extra, by=scenario.ben(placement), at=on(10))
    friday = commands.DayNoteEntry(("extra_day",), on(13).date(), time(9))
    assert commands.provider_record_note(placement, happened=friday, by=scenario.ben(placement), at=on(13))
