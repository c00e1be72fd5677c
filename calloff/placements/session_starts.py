"""Decide when a session can be marked. Attendance cannot be recorded before the session starts.

An absence can be known earlier, for example because the parent called or the child has an appointment. A mark made
before the start therefore needs a cause, which decides the code that we suggest. The codes for attendance must not be
set in advance either (DfE, Working together to improve school attendance, and the School Attendance (Pupil
Registration) (England) Regulations 2024, reg 10).
"""

from datetime import UTC, date, datetime, time, timedelta

from django.utils import timezone

from calloff.directory.models import HalfDay
from calloff.directory.timetables import Slot
from calloff.kernel import time_of_day
from calloff.placements import agreed_terms
from calloff.placements.models import AbsenceCause, Attendance, Placement

MINUTE = timedelta(minutes=1)
NOON = time(12)
AttendanceMark = Attendance.Mark


def instant_of(day: date, at: time) -> datetime:
    """Return a London time of day on a date as a UTC time.

    Differences in minutes are then correct even on a day when the clocks change.
    """
    return timezone.make_aware(datetime.combine(day, at)).astimezone(UTC)


def start_time(slot: Slot) -> time:
    """Return a session's start time, or the start of its half day if it has no times."""
    return slot.starts or (time.min if slot.session == HalfDay.AM else NOON)


def start_of(slot: Slot, day: date) -> datetime:
    """Return the time at which a day's session starts."""
    return instant_of(day, start_time(slot))


def has_started(slot: Slot, day: date, at: datetime) -> bool:
    return start_of(slot, day) <= at


def find_slot(placement: Placement, day: date, session: str) -> Slot | None:
    """Return a session from a day's timetable, or None if the timetable does not contain it."""
    return next((slot for slot in agreed_terms.terms_on(placement, day).on(day) if slot.session == session), None)


def was_marked_early(attendance: Attendance, placement: Placement) -> bool:
    """Return whether a mark was made as a known absence before its session started."""
    slot = find_slot(placement, attendance.day, attendance.session)
    return slot is not None and attendance.marked_at < start_of(slot, attendance.day)


def why_not_markable_yet(
    slot: Slot, day: date, *, mark: str, cause: str = "", minutes: int | None = None, at: datetime
) -> str:  # fmt: skip
    """Return why a session cannot be marked in this way yet, and from when it can, or an empty string if it can.

    Before the start, only an absence with a known cause can be marked. After the start, a child cannot be later than
    the time since the start, and cannot have left in the future or before the start.
    """
    starts, since = time_of_day.format_time(start_time(slot)), start_of(slot, day)
    if at < since:
        if mark != AttendanceMark.ABSENT:
            return (
                f"the session starts at {starts}. Mark the pupil then. Before then you can only record an absence that "
                "you already know about."
            )
        if cause in {"", AbsenceCause.UNKNOWN}:
            return f"the session starts at {starts}. Before then you can only record an absence if you know the reason."
    elif mark == AttendanceMark.LATE and minutes and since + (minutes - 1) * MINUTE >= at:
        return f"the session started at {starts}, so the pupil cannot be {minutes} minutes late yet"
    elif mark == AttendanceMark.LEFT_EARLY and minutes and slot.ends:
        return _why_not_left(slot, instant_of(day, slot.ends), minutes, since=since, at=at)
    return ""


def _why_not_left(slot: Slot, ends: datetime, minutes: int, *, since: datetime, at: datetime) -> str:
    """Return why a child cannot have left that many minutes early, or an empty string if it is possible."""
    starts, until = time_of_day.format_time(start_time(slot)), time_of_day.format_time(slot.ends) if slot.ends else ""
    if ends - minutes * MINUTE < since:
        return f"the session is from {starts} to {until}, so the pupil cannot leave {minutes} minutes early"
    if ends - (minutes + 1) * MINUTE >= at:
        return f"the session ends at {until}, so the pupil cannot have left only {minutes} minutes early yet"
    return ""
