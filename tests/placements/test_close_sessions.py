"""Tests for unmarked sessions, which the provider, school and council see as due until someone marks or closes them."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from calloff.kernel import clock
from calloff.kernel.lifecycles import Refused
from calloff.people.permissions import Role
from calloff.placements import commands, due_sessions, queries, retention
from calloff.placements.models import ClosedSession, Placement
from calloff.placements.whole_register import whole_register_of
from calloff.referrals.school_calendars import calendar_of
from calloff.web.authority import work_due as council_work
from calloff.web.buyer import work_due as school_due
from calloff.web.provider import work_due as provider_due
from tests.concurrency import all_at_once
from tests.factories import SchoolOrganisationFactory, person
from tests.placements import scenario
from tests.placements.scenario import FIRST, on

pytestmark = pytest.mark.django_db
MONDAY, TUESDAY = FIRST, FIRST + timedelta(days=1)
NEXT_WEEK = on(16)


def keys(found):
    return [(one.day, one.session) for one in found]


def of_school(placement, at=NEXT_WEEK):
    return due_sessions.of_school(placement.buyer, person=scenario.ruth(placement), at=at)


def to_mark(placement, at=NEXT_WEEK):
    """Return the sessions to mark, and check that the placement's own page lists the same sessions."""
    found = due_sessions.to_mark(placement.provider, person=scenario.ben(placement), at=at)
    calendar = calendar_of(placement.buyer)
    own = whole_register_of(Placement.objects.get(pk=placement.pk), calendar).to_mark(calendar, at)
    assert keys(own) == keys(found)
    return found


def close(placement, *sessions, reason="They were closed, and did not tell us.", by=None, at=NEXT_WEEK):
    by = by or scenario.ruth(placement)
    return commands.close_sessions(placement, sessions=sessions, reason=reason, by=by, at=at)


def test_unmarked_sessions_from_the_past_week_are_due_with_the_oldest_first(terms):
    # Monday's morning session is marked. Monday, Tuesday and Wednesday have two sessions each.
    placement = scenario.running()
    week = [(MONDAY, "pm"), (TUESDAY, "am"), (TUESDAY, "pm"), (date(2026, 3, 11), "am"), (date(2026, 3, 11), "pm")]
    assert keys(of_school(placement)) == week
    # including today's sessions
    assert keys(to_mark(placement)) == [*week, (date(2026, 3, 16), "am"), (date(2026, 3, 16), "pm")]
    olivia = scenario.olivia(placement)
    assert keys(due_sessions.of_council(placement.authority, person=olivia, at=NEXT_WEEK)) == week
    scenario.mark(placement, day=TUESDAY)
    assert (TUESDAY, "am") not in keys(of_school(placement))


def test_a_session_on_a_day_without_school_is_not_due(terms):
    from calloff.registers.models import ClosedDay  # noqa: PLC0415

    placement = scenario.running()
    ClosedDay.objects.create(la_code="938", day=TUESDAY, what="INSET day")
    assert TUESDAY not in {one.day for one in of_school(placement)}


def test_a_changed_timetable_applies_from_its_own_start_date(terms):
    placement = scenario.running()
    change = commands.propose_change(
        placement, side="buyer", values={"timetable": scenario.week("thu", afternoons=False)},
        from_on=date(2026, 3, 11),
        reason="A better day.", by=scenario.ruth(placement), at=on(9, 12),
    )  # fmt: skip
    commands.agree_change(change, by=scenario.ada(placement), at=on(9, 13))
    assert keys(of_school(placement)) == [
        (MONDAY, "pm"), (TUESDAY, "am"), (TUESDAY, "pm"), (date(2026, 3, 12), "am"),
    ]  # fmt: skip


def test_a_session_closed_with_a_reason_is_no_longer_due():
    placement = scenario.running()
    closed = close(placement, (MONDAY, "pm"), (TUESDAY, "am"))
    assert [(one.day, one.session, one.closed_by) for one in closed] == [
        (MONDAY, "pm", scenario.ruth(placement)), (TUESDAY, "am", scenario.ruth(placement)),
    ]  # fmt: skip
    for found in (of_school(placement), to_mark(placement)):
        assert not {(MONDAY, "pm"), (TUESDAY, "am")} & set(keys(found))
    with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
        ClosedSession.objects.update(reason="Other.")


@pytest.mark.parametrize(
    ("sessions", "reason", "words"),
    [
        ([], "Closed.", "Select at least one session"),
        ([(MONDAY, "pm")], " ", "Enter why the sessions were not marked"),
        ([(MONDAY, "pm")], "x" * 301, "300 characters"),
        ([(MONDAY, "am")], "Closed.", "has just marked or closed"),  # this session has already been marked
        ([(date(2026, 3, 16), "am")], "Closed.", "has just marked or closed"),  # today
        ([(date(2026, 3, 13), "am")], "Closed.", "has just marked or closed"),  # there is no session on Fridays
    ],
)
def test_only_due_sessions_can_be_closed_and_only_with_a_reason(sessions, reason, words):
    placement = scenario.running()
    with pytest.raises(Refused, match=words):
        close(placement, *sessions, reason=reason)
    assert not ClosedSession.objects.exists()


def test_only_people_at_the_school_can_close_sessions():
    placement = scenario.running()
    for somebody in (
        scenario.ben(placement),
        scenario.olivia(placement),
        person(Role.AP_LEAD, at=SchoolOrganisationFactory()),
    ):
        with pytest.raises(PermissionDenied):
            close(placement, (MONDAY, "pm"), by=somebody)


def test_old_sessions_remain_due_for_the_school_when_the_provider_can_no_longer_mark_them(terms):
    placement = scenario.running()
    scenario.ended(placement, last=date(2026, 3, 11), verb="end_early", at=on(11, 16))
    later = on(11).replace(month=6)
    placement = Placement.objects.get(pk=placement.pk)
    assert to_mark(placement, later) == []
    assert len(of_school(placement, later)) == 5
    close(placement, *keys(of_school(placement, later)), at=later)
    assert of_school(placement, later) == []


@pytest.mark.postgres15
@pytest.mark.django_db(transaction=True)
def test_if_a_session_is_closed_several_times_at_the_same_moment_one_closure_is_stored():
    placement = scenario.running()
    ruth = scenario.ruth(placement)
    assert all_at_once(lambda: close(placement, (MONDAY, "pm"), by=ruth), times=3).count("done") == 1
    assert ClosedSession.objects.count() == 1


def test_due_sessions_are_shown_on_the_home_pages_of_provider_school_and_council():
    placement = scenario.running()
    ben, ruth, olivia = scenario.ben(placement), scenario.ruth(placement), scenario.olivia(placement)

    def homes():
        yield [one.what for one in provider_due.provider_work_for(placement.provider, ben, NEXT_WEEK)]
        yield [one.what for one in school_due.buyer_work_for(placement.buyer, ruth, NEXT_WEEK)]
        yield [one.what for one in council_work.work_at_authority(placement.authority, olivia, NEXT_WEEK)]

    provider, school, council = homes()
    assert provider[0] == "Mark the morning register: 1 child not marked since 9:30am"
    assert "Mark the register for 1 child: 5 sessions not marked since 9 Mar 2026" in provider
    words = f"{placement.provider} has not marked 5 sessions, the earliest on 9 Mar 2026"
    assert words in school
    assert words in council
    with CaptureQueriesContext(connection) as few:
        due_sessions.to_mark(placement.provider, person=ben, at=NEXT_WEEK)
    for _ in range(3):
        scenario.running(given={"beside": placement})
    with CaptureQueriesContext(connection) as many:
        assert len(due_sessions.to_mark(placement.provider, person=ben, at=NEXT_WEEK)) == 28
    assert len(many) == len(few)


def test_the_providers_placement_page_links_to_each_session_that_needs_marking(client, monkeypatch):
    placement = scenario.running()
    monkeypatch.setattr(clock, "now", lambda: NEXT_WEEK)
    client.force_login(scenario.ben(placement))
    page = client.get(f"/providers/{placement.provider.slug}/placements/{placement.reference}").content.decode()
    assert "7 sessions to mark" in page
    assert f"/providers/{placement.provider.slug}/register/2026-03-09/pm" in page


def test_the_providers_home_page_does_not_load_placements_that_ended_long_ago(terms):
    placement = scenario.running()
    scenario.ended(placement, last=date(2026, 3, 11), verb="end_early", at=on(11, 16))
    ben = scenario.ben(placement)
    soon, late = on(12), on(12).replace(month=9)
    with CaptureQueriesContext(connection) as queries:
        assert len(due_sessions.to_mark(placement.provider, person=ben, at=soon)) == 5
    with CaptureQueriesContext(connection) as fewer:
        assert due_sessions.to_mark(placement.provider, person=ben, at=late) == []
    assert len(fewer) < len(queries)  # the timetables of placements that have ended are not loaded


def test_a_session_whose_register_entries_were_deleted_is_not_due(terms):
    placement = scenario.running()
    for day in (9, 10, 11):
        for half in ("am", "pm"):
            scenario.mark(placement, day=MONDAY.replace(day=day), session=half, at=on(11, 14))
    # No one marked the sessions on this Monday.
    scenario.ended(placement, verb="end_early", last=MONDAY.replace(day=16), at=on(16, 17))
    due = [(MONDAY.replace(day=16), half) for half in ("am", "pm")]
    of_those_days = on(12).replace(year=2032)  # six years later, when the entries for 9 to 11 March have been deleted
    assert keys(of_school(placement, of_those_days - timedelta(days=1))) == due
    retention.find_due_entries(of_those_days).delete()
    assert not placement.attendance.exists()
    assert keys(of_school(placement, of_those_days)) == due
    olivia = scenario.olivia(placement)
    assert keys(due_sessions.of_council(placement.authority, person=olivia, at=of_those_days)) == due
    assert of_school(placement, of_those_days + timedelta(days=5)) == []


def test_closed_sessions_show_their_reason_and_do_not_count_as_gaps(terms, client, monkeypatch):
    placement = scenario.running()
    monkeypatch.setattr(clock, "now", lambda: NEXT_WEEK)
    assert due_sessions.unmarked_days(placement, NEXT_WEEK) == [date(2026, 3, 11), TUESDAY, MONDAY]
    close(placement, *keys(of_school(placement)), reason="The hall had flooded.")
    assert due_sessions.unmarked_days(placement, NEXT_WEEK) == []
    ruth = scenario.ruth(placement)
    client.force_login(ruth)
    ours = f"/buyers/{placement.buyer.slug}"
    page = client.get(f"{ours}/placements/{placement.reference}").content.decode()
    assert "The provider has not marked the register" not in page
    assert "The hall had flooded." in client.get(f"{ours}/placements/{placement.reference}/register").content.decode()
    [held] = queries.placements_of_pupil(placement.pupil, person=ruth, at=NEXT_WEEK)
    assert {one.reason for one in held.closed_sessions.all()} == {"The hall had flooded."}
    client.force_login(scenario.ben(placement))
    theirs = f"/providers/{placement.provider.slug}/placements/{placement.reference}"
    assert "The hall had flooded." in client.get(theirs).content.decode()


def test_every_relation_of_a_placement_is_either_copied_or_listed_as_left_out():
    placement = scenario.confirmed()
    found = queries.placements_of_pupil(placement.pupil, person=scenario.ruth(placement), at=NEXT_WEEK)
    read = {getattr(one, "prefetch_to", one) for one in found._prefetch_related_lookups} | {"ending"}
    relations = {one.get_accessor_name() for one in Placement._meta.related_objects}
    # The history of the rows is left out.
    relations = {name for name in relations if not name.endswith("_events")}
    assert relations == (read & relations) | set(queries.LEFT_OUT_OF_COPY)
