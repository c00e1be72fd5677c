"""A child's week with all their providers."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from calloff.directory.models import HalfDay, Weekday
from calloff.directory.timetables import MINUTES_PER_HOUR, TIMETABLE_WEEKDAYS
from calloff.kernel import time_of_day
from calloff.kernel.formatting import pluralise
from calloff.placements import agreed_terms
from calloff.placements.models import Placement

SCHOOL_DAYS = frozenset(TIMETABLE_WEEKDAYS[:5])


class WeekSession(NamedTuple):
    """One session in a child's week."""

    service: str
    provider: str
    times: str
    is_this: bool  # whether the session belongs to the placement that the page shows


class ChildWeek(NamedTuple):
    """A child's week: each weekday's morning and afternoon sessions, and the total hours."""

    days: list[tuple[str, list[list[WeekSession]]]]
    total: str
    names_providers: bool  # whether each session shows its provider, because there are several


def child_week(placements: Iterable[Placement], day: date, this: Placement | None = None) -> ChildWeek | None:
    """Return a child's week on a date, from the timetables of several placements, or None if there are no
    sessions.

    If a placement has not started by that date, its first timetable is used. This reads the changes and
    sessions of each placement.
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
    return ChildWeek(days, f"{hours} hours a week with {pluralise(len(providers), 'provider')}", len(providers) > 1)
