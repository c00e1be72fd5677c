"""A child's charts: the sessions attended so far, and the week across all providers."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from calloff.directory.models import HalfDay, Weekday
from calloff.directory.timetables import MINUTES_PER_HOUR, TIMETABLE_WEEKDAYS
from calloff.kernel import time_of_day
from calloff.kernel.formatting import format_list, format_short_date, pluralise
from calloff.placements import agreed_terms, queries
from calloff.placements.models import AbsenceCause, Attendance, Placement, PlacementReview
from calloff.web.placements.placement_forms import format_attendance

UNEXPLAINED = "unexplained"  # the block for an absence without a reason
SCHOOL_DAYS = frozenset(TIMETABLE_WEEKDAYS[:5])
MAX_BLOCKS = 60  # sessions in a chart: six weeks of five days
KINDS = {
    "present": "present", "late": "late", "left_early": "left early", "absent": "absent with a reason",
    UNEXPLAINED: "absent without a reason",
}  # fmt: skip


class AttendanceBlock(NamedTuple):
    """One session in the attendance chart."""

    kind: str
    words: str
    follows_review: bool


class AttendanceChart(NamedTuple):
    """A child's sessions, oldest first, and a sentence with the same facts."""

    blocks: list[AttendanceBlock]
    sentence: str


class WeekSession(NamedTuple):
    """One session in a child's week."""

    service: str
    provider: str
    times: str
    is_this: bool  # whether it is a session in the page's own placement


class ChildWeek(NamedTuple):
    """A child's week: each weekday's morning and afternoon sessions, and the total hours."""

    days: list[tuple[str, list[list[WeekSession]]]]
    total: str


def attendance_chart(marked: Sequence[Attendance], reviews: Iterable[PlacementReview] = ()) -> AttendanceChart | None:
    """Return the chart for a child's sessions, given latest first, or None if no session is marked."""
    rows = list(marked[:MAX_BLOCKS])[::-1]
    if not rows:
        return None
    held = {one.held_on for one in reviews}
    blocks = []
    for row in rows:
        words = f"{format_short_date(row.day)}, {row.get_session_display().lower()}: {format_attendance(row).lower()}"
        blocks.append(AttendanceBlock(_kind(row), words, row.day in held and row.session == HalfDay.AM))
    number = Counter(block.kind for block in blocks)
    parts = format_list([f"{number[kind]} {words}" for kind, words in KINDS.items() if number[kind]])
    period = f"{format_short_date(rows[0].day)} to {format_short_date(rows[-1].day)}"
    return AttendanceChart(blocks, f"{pluralise(len(blocks), 'session')}, {period}: {parts}.")


def attendance_of_placement(placement: Placement, reviews: Iterable[PlacementReview]) -> AttendanceChart | None:
    """Return the chart of a placement with its reviews, or None if it has not started or no session is marked."""
    if not placement.started_on:
        return None
    marked = queries.attendance_of(placement).prefetch_related(None)[:MAX_BLOCKS]
    return attendance_chart(list(marked), reviews)


def child_week(placements: Iterable[Placement], day: date, this: Placement | None = None) -> ChildWeek | None:
    """Return a child's week in several placements' timetables on a day, or None without a session.

    A placement that has not started is shown with its first timetable. This reads each placement's changes and
    sessions.
    """
    cells: dict[tuple[str, str], list[WeekSession]] = {}
    minutes = 0
    for one in placements:
        for slot in agreed_terms.terms_on(one, max(day, one.starts_on or day)).timetable:
            times = (
                f"{time_of_day.format_time(slot.starts)} to {time_of_day.format_time(slot.ends)}"
                if slot.starts and slot.ends
                else ""
            )
            session = WeekSession(one.service.name, str(one.provider), times, this is not None and one.pk == this.pk)
            cells.setdefault((slot.day, slot.session), []).append(session)
            minutes += slot.minutes
    if not cells:
        return None
    days = [
        (str(weekday.label), [cells.get((weekday.value, half.value), []) for half in HalfDay])
        for weekday in Weekday
        if weekday.value in SCHOOL_DAYS or any((weekday.value, half.value) in cells for half in HalfDay)
    ]
    providers = {session.provider for several in cells.values() for session in several}
    hours = f"{minutes / MINUTES_PER_HOUR:.2f}".rstrip("0").rstrip(".")
    return ChildWeek(days, f"{hours} hours a week with {pluralise(len(providers), 'provider')}")


def _kind(row: Attendance) -> str:
    return UNEXPLAINED if row.cause == AbsenceCause.UNKNOWN else row.mark
