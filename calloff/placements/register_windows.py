"""Limit how long a provider can mark or correct the last days of an ended placement.

Each rule has a start date. The law sets no limit. An entry in the school's register is kept, and a correction is added
next to it (School Attendance (Pupil Registration) (England) Regulations 2024). The school itself can confirm codes at
any time.
"""

from datetime import date, timedelta
from typing import NamedTuple

from calloff.kernel.clock import local_day
from calloff.kernel.dated_rows import row_valid_on
from calloff.kernel.school_days import SchoolCalendar
from calloff.placements.models import Placement


class RegisterWindow(NamedTuple):
    """A rule: the day from which it applies, the number of school days allowed after the end, and its source."""

    valid_from: date
    school_days: int
    source: str


REGISTER_WINDOWS = (
    RegisterWindow(
        date(2024, 8, 19),
        10,
        "Our own choice. It is the time that the model terms allow for the exit report (clause 6.3)",
    ),
)  # the newest rule is last
UNKNOWN_TERMS = timedelta(days=14)  # days allowed if the school's term dates are not known


def register_window_on(on: date) -> RegisterWindow:
    """Return the rule that applies on a day. Raises LookupError for a day before the first rule."""
    return row_valid_on(REGISTER_WINDOWS, on)


def mark_until(placement: Placement, calendar: SchoolCalendar) -> date | None:
    """Return the last day for marking an ended placement's register, or None if the placement never started.

    The limit is counted from the day the placement ended or, if later, from the day on which the end was recorded.
    """
    ending = getattr(placement, "ending", None)
    if placement.started_on is None or placement.ended_on is None or ending is None:
        return None
    end = max(placement.ended_on, local_day(ending.made_at))
    try:
        return calendar.after(end, register_window_on(end).school_days)
    except LookupError:
        return end + UNKNOWN_TERMS
