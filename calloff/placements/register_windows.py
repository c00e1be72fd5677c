"""Until when a provider may still mark, or put right, the last days of a placement that is over: dated rows.

No law names a time. An entry of the school's register is kept as it was made and corrected beside it (School Attendance
(Pupil Registration) (England) Regulations 2024); the school's own codes it confirms whenever it learns better.
"""

from datetime import date, timedelta
from typing import NamedTuple

from calloff.kernel.clock import local_day
from calloff.kernel.dated_rows import row_valid_on
from calloff.kernel.school_days import SchoolCalendar
from calloff.placements.models import Placement


class RegisterWindow(NamedTuple):
    """From which day it holds, for how many school days after the end, and by whose rule."""

    valid_from: date
    school_days: int
    source: str


REGISTER_WINDOWS = (
    RegisterWindow(
        date(2024, 8, 19), 10, "Our own choice: the time that the model terms give for the exit report, 6.3"
    ),
)  # newest last
UNKNOWN_TERMS = timedelta(days=14)  # instead, where the school's term dates are not known


def register_window_on(on: date) -> RegisterWindow:
    """Return the row that holds on a day. Raises LookupError before the first."""
    return row_valid_on(REGISTER_WINDOWS, on)


def mark_until(placement: Placement, calendar: SchoolCalendar) -> date | None:
    """Return the last day on which the register of a placement that is over can be marked; nothing if it never started.

    It counts from the last day of the placement, or from the day on which that was recorded, if that is later.
    """
    ending = getattr(placement, "ending", None)
    if placement.started_on is None or placement.ended_on is None or ending is None:
        return None
    end = max(placement.ended_on, local_day(ending.made_at))
    try:
        return calendar.after(end, register_window_on(end).school_days)
    except LookupError:
        return end + UNKNOWN_TERMS
