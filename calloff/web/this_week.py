"""The card “This week” on a home page, with what is on each day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from calloff.kernel.clock import local_day
from calloff.people.models import Organisation, User
from calloff.web.audience_hooks import DueItem
from calloff.web.dated_entries import DatedEntry, EntryPeriod, dated_entries

SATURDAY = 5  # as `date.weekday` counts
DAYS_PER_WEEK = 7
MAX_ENTRIES_PER_DAY = 4


@dataclass(frozen=True)
class WeekDay:
    """One day of the week, with its first few entries and the number of the others."""

    day: date
    is_today: bool
    entries: list[DatedEntry]
    more: int


@dataclass(frozen=True)
class HomeWeek:
    """The days of one week: Monday to Friday, and any day of the weekend that has an entry."""

    heading: str  # “This week”, or “Next week” at the weekend
    days: list[WeekDay]


def week_at(organisation: Organisation, person: User, work: Iterable[DueItem], at: datetime) -> HomeWeek | None:
    """Return a person's week at an organisation, or None if there is nothing in it. Cancelled sessions are left out.

    `work` is the person's work there, which the home page has already found.
    """
    today = local_day(at)
    is_weekend = today.weekday() >= SATURDAY
    monday = today + timedelta(days=(DAYS_PER_WEEK if is_weekend else 0) - today.weekday())
    days = [monday + timedelta(days=number) for number in range(DAYS_PER_WEEK)]
    found = dated_entries(organisation, person, EntryPeriod(days[0], days[-1], days[-1]), at, work=work)
    by_day: dict[date, list[DatedEntry]] = {day: [] for day in days}
    for entry in found:
        if not entry.is_cancelled:
            by_day[entry.day].append(entry)
    if not any(by_day.values()):
        return None
    shown = [day for day in days if day.weekday() < SATURDAY or by_day[day]]
    return HomeWeek("Next week" if is_weekend else "This week", [_week_day(day, by_day[day], today) for day in shown])


def _week_day(day: date, entries: list[DatedEntry], today: date) -> WeekDay:
    # one entry more is shown rather than “and 1 more”, which needs as much space
    most = MAX_ENTRIES_PER_DAY + 1 if len(entries) == MAX_ENTRIES_PER_DAY + 1 else MAX_ENTRIES_PER_DAY
    return WeekDay(day, day == today, entries[:most], max(0, len(entries) - most))
