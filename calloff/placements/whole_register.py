"""One placement's register from its first to its last day: marks, closed sessions, and sessions without a mark.

A placement's page reads everything about its sessions from here, in two queries. `due_sessions` finds the unmarked
sessions of many placements in the database.
"""

from dataclasses import dataclass
from datetime import date, datetime

from calloff.kernel.clock import local_day
from calloff.kernel.school_days import SchoolCalendar
from calloff.placements.due_sessions import DueSession
from calloff.placements.models import Attendance, ClosedSession, Placement
from calloff.placements.planned_days import slots_between
from calloff.placements.register_windows import mark_until
from calloff.placements.retention import ATTENDANCE_RETENTION
from calloff.placements.session_starts import start_of


@dataclass(frozen=True)
class RegisterSession:
    """One session of a placement: marked, closed without a mark, not marked yet, or still to come."""

    day: date
    session: str
    starts_at: datetime | None = None  # None for a session that is no longer in the timetable
    mark: str = ""
    minutes: int | None = None
    cause: str = ""
    is_closed: bool = False

    @property
    def is_open(self) -> bool:
        return not self.mark and not self.is_closed


@dataclass(frozen=True)
class WholeRegister:
    """All sessions of one placement, in order."""

    placement: Placement
    sessions: tuple[RegisterSession, ...]

    @property
    def attended(self) -> tuple[int, int]:
        """Return how many sessions the child attended, and how many are marked."""
        marked = [one for one in self.sessions if one.mark]
        return sum(one.mark != Attendance.Mark.ABSENT for one in marked), len(marked)

    @property
    def has_closed(self) -> bool:
        return any(one.is_closed for one in self.sessions)

    def due(self, last: date, at: datetime) -> list[DueSession]:
        """Return the sessions up to and including a day that have not been marked or closed, as `find_due` does."""
        first = local_day(ATTENDANCE_RETENTION.due_before(at))
        return [
            DueSession(self.placement, one.day, one.session)
            for one in self.sessions
            if one.is_open and first <= one.day <= last
        ]

    def to_mark(self, calendar: SchoolCalendar, at: datetime) -> list[DueSession]:
        """Return the sessions that the provider can still mark, and those that start later today."""
        today = local_day(at)
        if self.placement.is_over and ((until := mark_until(self.placement, calendar)) is None or today > until):
            return []
        return self.due(today, at)


def whole_register_of(placement: Placement, calendar: SchoolCalendar) -> WholeRegister:
    """Load one placement's register. A placement that is not signed has no sessions."""
    if placement.starts_on is None or not (placement.is_live or placement.started_on):
        return WholeRegister(placement, ())
    rows = Attendance.objects.filter(placement=placement).order_by()
    marks = {(day, session): (mark, minutes, cause) for day, session, mark, minutes, cause in rows.values_list(
        "day", "session", "mark", "minutes", "cause")}  # fmt: skip
    closed = set(ClosedSession.objects.filter(placement=placement).order_by().values_list("day", "session"))
    starts = {
        (day, str(slot.session)): start_of(slot, day)
        for day, slot, is_cancelled in slots_between(placement, calendar, placement.starts_on, date.max, {})
        if not is_cancelled
    }
    no_mark: tuple[str, int | None, str] = ("", None, "")
    return WholeRegister(placement, tuple(
        RegisterSession(key[0], key[1], starts.get(key), mark, minutes, cause, key in closed)
        for key in sorted({*starts, *marks, *closed})
        for mark, minutes, cause in [marks.get(key, no_mark)]
    ))  # fmt: skip
