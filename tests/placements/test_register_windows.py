"""Tests for marking an ended placement's register, which is possible for ten school days after the end."""

from datetime import date, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied

from calloff.kernel.lifecycles import Refused
from calloff.people.permissions import Role
from calloff.placements import commands, due_sessions, queries, register_windows
from calloff.placements.models import Attendance, AttendanceCorrection, Placement
from calloff.pupils.models import RecordAccess
from calloff.registers.models import SchoolTerm
from tests.concurrency import all_at_once
from tests.factories import NOW, ProviderFactory, person
from tests.placements import scenario
from tests.placements.scenario import FIRST, LAST, on

pytestmark = pytest.mark.django_db
LAST_SESSION = date(2026, 3, 25)  # Wednesday, because the timetable has no sessions on Thursdays or Fridays
UNTIL = date(2026, 4, 24)  # the tenth school day after Friday 27 March, because term starts again on Monday 13 April


def late(day, hour=10):
    return datetime(day.year, day.month, day.day, hour, tzinfo=NOW.tzinfo)


def over(**changes):
    return scenario.ended(scenario.running(), **changes)


@pytest.mark.parametrize("how", ["end", "transfer"])
def test_the_last_day_can_be_marked_and_corrected_after_the_placement_ends(terms, how):
    placement = over(verb=how, **({"destination": "ap"} if how == "transfer" else {}))
    status = placement.status
    assert scenario.mark(placement, day=LAST_SESSION, at=late(UNTIL))
    assert scenario.mark(placement, day=LAST_SESSION, mark="late", minutes=20, at=late(UNTIL, 11))
    assert AttendanceCorrection.objects.get().mark == "present"
    placement.refresh_from_db()
    assert placement.status == status


def test_a_placement_that_ended_early_has_no_sessions_after_its_end(terms):
    placement = over(verb="end_early", last=FIRST + timedelta(days=1), at=on(10))
    assert scenario.mark(placement, day=FIRST + timedelta(days=1), at=on(11))
    with pytest.raises(Refused, match=r"last day was Tuesday 10 March 2026"):
        scenario.mark(placement, day=FIRST + timedelta(days=2), at=on(11))


def test_the_register_closes_after_ten_school_days(terms):
    placement = over()
    assert register_windows.mark_until(placement, queries.calendars_of([placement.buyer])[placement.buyer_id]) == UNTIL
    with pytest.raises(Refused, match="until Friday 24 April 2026"):
        scenario.mark(placement, day=LAST_SESSION, at=late(UNTIL + timedelta(days=1)))
    assert Attendance.objects.count() == 1


def test_the_ten_days_begin_when_the_end_is_recorded_if_that_is_after_the_last_day(terms):
    placement = scenario.running()
    placement = scenario.ended(placement, at=late(date(2026, 4, 13)))
    assert scenario.mark(placement, day=LAST_SESSION, at=late(date(2026, 4, 27)))
    with pytest.raises(Refused, match="Monday 27 April 2026"):
        scenario.mark(placement, day=LAST_SESSION, at=late(date(2026, 4, 28)))


def test_the_register_closes_after_two_weeks_if_term_dates_are_not_known(terms):
    placement = over()
    SchoolTerm.objects.exclude(starts_on__lte=LAST).delete()
    with pytest.raises(Refused, match="until Friday 10 April 2026"):
        scenario.mark(placement, day=LAST_SESSION, at=late(date(2026, 4, 11)))


def test_a_placement_that_never_started_has_no_register(terms):
    placement = scenario.agreed()
    commands.fall_through(placement, reason="The family moves.", by=scenario.ruth(placement), at=on(10))
    with pytest.raises(Refused, match="cancelled before it started"):
        scenario.mark(placement, day=FIRST, at=on(10))


def test_the_school_is_notified_of_an_absence_that_is_marked_late(terms):
    placement = over()
    ruth = scenario.ruth(placement)
    scenario.mark(placement, day=LAST_SESSION, mark="absent", cause="ill", at=on(28))
    assert scenario.subjects_to(ruth)[-1] == f"An absence was recorded late: {placement.reference}"


def test_the_page_identifies_the_child_only_while_the_register_can_be_marked(terms):
    placement = over()
    ben, reads = scenario.ben(placement), RecordAccess.objects.filter(what=RecordAccess.What.IDENTITY).count()
    given = {"person": ben, "at": late(UNTIL)}
    there = queries.day_sessions(placement.provider, LAST_SESSION, **given)
    [row] = queries.register_rows(there, {})["am"]
    assert row.name == placement.reference
    assert RecordAccess.objects.filter(what=RecordAccess.What.IDENTITY).count() == reads, "nobody's name was read"
    assert there.counts() == {"am": (1, 0), "pm": (1, 0)}
    until, days = due_sessions.late_marks(placement, late(UNTIL))
    assert (until, days[0]) == (UNTIL, LAST_SESSION)
    after = {"person": ben, "at": late(UNTIL + timedelta(days=1))}
    assert queries.day_sessions(placement.provider, LAST_SESSION, **after).found == []
    assert due_sessions.late_marks(placement, after["at"]) is None
    assert queries.day_sessions(placement.provider, date(2026, 3, 30), **given).found == []


def test_people_at_other_organisations_cannot_mark_the_register_after_a_placement_ends(terms):
    placement = over()
    for somebody in (scenario.ruth(placement), person(Role.PROVIDER_STAFF, at=ProviderFactory())):
        with pytest.raises(PermissionDenied):
            scenario.mark(placement, day=LAST_SESSION, at=on(28), by=somebody)


def test_every_rule_for_when_a_register_closes_has_a_source_and_a_first_day():
    for row in register_windows.REGISTER_WINDOWS:
        assert row.source
        assert register_windows.register_window_on(row.valid_from) == row
    with pytest.raises(LookupError):
        register_windows.register_window_on(date(1990, 1, 1))


@pytest.mark.postgres15
@pytest.mark.django_db(transaction=True)
def test_ending_a_placement_during_a_simultaneous_mark_leaves_no_mark_after_the_end(terms):
    placement = scenario.running()
    ruth, ben, day = scenario.ruth(placement), scenario.ben(placement), FIRST + timedelta(days=1)
    how = commands.EndingEntry(last_day=FIRST, reason="Done.", destination="school", outcomes=scenario.MET)
    acts = iter(
        [
            lambda: commands.end_early(placement, ended=how, by=ruth, at=on(10)),
            lambda: scenario.mark(placement, day=day, by=ben),
        ]
    )
    all_at_once(lambda: next(acts)(), times=2)  # noqa: PLW0108  (each thread takes a different action)
    ended_on = Placement.objects.get().ended_on
    assert ended_on is None or not Attendance.objects.filter(day__gt=ended_on).exists()
