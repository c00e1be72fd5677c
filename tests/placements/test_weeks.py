"""Tests for the rows of a placement's timetables: they never overlap, both sides agree them, and they never change."""

from datetime import date, time, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from calloff.history.transitions import announce_verb
from calloff.kernel.school_days import SchoolCalendar
from calloff.placements import agreed_terms, weeks
from calloff.placements.models import AgreedSession, Placement
from tests.factories_placements import PlacementFactory
from tests.placements import scenario
from tests.timetables import week

FIRST = date(2026, 2, 23)
NO_TERMS = SchoolCalendar([])
DAYS = ("mon", "tue", "wed", "thu", "fri")


def row(placement, **changes):
    usual = {"weekday": "mon", "session": "am", "starts": time(9), "ends": time(12)}
    return AgreedSession(placement=placement, **usual | changes)


@pytest.mark.postgres15
@pytest.mark.parametrize(
    ("second", "broken"),
    [
        ({"starts": time(13), "ends": time(15)}, "placement_session_once"),
        ({"from_on": date(2026, 4, 1)}, "placement_session_once"),
    ],
)
@pytest.mark.django_db
def test_the_database_refuses_overlapping_sessions_whatever_code_writes_them(second, broken):
    placement = PlacementFactory()
    row(placement, to_on=date(2026, 4, 1)).save()
    row(placement, from_on=date(2026, 4, 2)).save()  # another timetable can start the next day
    with pytest.raises(IntegrityError, match=broken), transaction.atomic():
        row(placement, **second | ({} if "from_on" in second else {"to_on": date(2026, 3, 9)})).save()


@pytest.mark.django_db
def test_signed_timetables_can_be_changed_only_by_a_change_both_sides_agree():
    placement = PlacementFactory(running=True)
    for change in (
        lambda: placement.sessions.all().delete(),
        lambda: placement.sessions.update(ends=time(12, 15)),
        lambda: row(placement, weekday="fri").save(),
    ):
        with pytest.raises(DatabaseError, match="Both sides agree"), transaction.atomic():
            change()
    assert placement.sessions.count() == 6


@pytest.mark.parametrize("status", ["running", "ended", "ended_early", "transferred"])
@pytest.mark.django_db
def test_signed_sessions_in_the_past_cannot_be_moved_or_changed(status):
    over = {} if status == "running" else {"ended_on": FIRST}
    signed, draft = PlacementFactory(status=status, started_on=FIRST, **over), PlacementFactory()
    row(draft, weekday="fri").save()
    for change in (
        lambda: signed.sessions.update(placement=draft),
        lambda: draft.sessions.update(placement=signed),
        lambda: signed.sessions.update(ends=time(12, 15)),
        lambda: signed.sessions.all().delete(),
        lambda: row(signed, weekday="fri").save(),
    ):
        with pytest.raises(DatabaseError, match="Both sides agree"), transaction.atomic():
            change()
    assert (signed.sessions.count(), draft.sessions.count()) == (6, 1)


@pytest.mark.django_db
def test_an_agreement_prepared_again_contains_only_the_new_timetable():
    placement = scenario.drawn(timetable=week("mon", "tue"))
    scenario.commands.redraw(placement, by=scenario.ruth(placement), at=scenario.NOW)
    again = scenario.drawn(Placement.objects.get(pk=placement.pk), timetable=week("fri"))
    assert [(one.weekday, one.session) for one in again.sessions.order_by("pk")] == [("fri", "am"), ("fri", "pm")]
    assert again.units_a_week == 1


class AnyOrderOfChanges(TestCase):
    """Timetables agreed in any order of dates. On each day, exactly one of them applies."""

    @settings(max_examples=25, deadline=None)
    @given(st.lists(st.tuples(st.integers(0, 40), st.sets(st.sampled_from(DAYS), min_size=1)), max_size=6))
    def test_each_day_follows_the_latest_timetable_agreed_for_that_day(self, changes):
        placement = PlacementFactory(running=True, timetable=week("mon"))
        # In the expected result, each later agreement applies from its start date.
        held = {day: {"mon"} for day in range(60)}
        for start, days in changes:
            announce_verb("agree_change")
            weeks.replace_timetable(placement, week(*sorted(days)), from_on=FIRST + timedelta(days=start))
            held |= {day: days for day in held if day >= start}
        found = Placement.objects.prefetch_related("changes", "sessions").get(pk=placement.pk)
        for day, days in held.items():
            on = FIRST + timedelta(days=day)
            assert {slot.day for slot in agreed_terms.terms_on(found, on).timetable} == days
            sessions = agreed_terms.sessions_on(found, on, NO_TERMS)
            assert len(sessions) == 2 * (on.weekday() < len(DAYS) and DAYS[on.weekday()] in days)
