"""A service's opening hours: read, check, describe and count them. ADR 0053.

One time of one day is one row. Two times of a day are two rows, or one where they adjoin. A time at another of its
sites, or on some dates alone, is a row that says so. A row is plain data, as `Service.week` keeps it: `day` (mon),
`from` and `to` (09:30), `site` (a key; none: the service's own), `starts_on` and `ends_on` (dates, both included). What
is not said is left out.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID, uuid5

from calloff.directory.models import HalfDay, Weekday
from calloff.directory.timetables import MINUTES_PER_HOUR, Slot, Timetable, format_days
from calloff.kernel import time_of_day
from calloff.kernel.formatting import format_date as long_day
from calloff.kernel.formatting import format_list
from calloff.kernel.lifecycles import Problem

WEEKDAYS: list[str] = list(Weekday.values)
MAX_OPENING_ROWS = 60  # rows of one service: more is a slip, and no page could show them
NOON = time(12)
OpeningRow = dict[str, Any]
OpeningWeek = list[OpeningRow]


class OpenPeriod(NamedTuple):
    """One time of one day."""

    day: str
    starts: time | None = None  # none: open that day, without times
    ends: time | None = None
    site_id: int | None = None  # none: at the service's own site
    from_on: date | None = None
    to_on: date | None = None

    @property
    def minutes(self) -> int:
        if self.starts is None or self.ends is None:
            return 0
        return (self.ends.hour - self.starts.hour) * MINUTES_PER_HOUR + self.ends.minute - self.starts.minute

    def as_row(self) -> OpeningRow:
        said = {
            "day": self.day, "from": _clock(self.starts), "to": _clock(self.ends), "site": self.site_id,
            "starts_on": self.from_on and self.from_on.isoformat(), "ends_on": self.to_on and self.to_on.isoformat(),
        }  # fmt: skip
        return {name: value for name, value in said.items() if value}

    def covers(self, on: date) -> bool:
        return (self.from_on is None or self.from_on <= on) and not self.is_over(on)

    def is_over(self, on: date) -> bool:
        return self.to_on is not None and self.to_on < on

    def overlaps(self, other: "OpenPeriod") -> bool:
        """Return whether two rows overlap on the same date at the same site. A day without times is the whole day."""
        if (self.day, self.site_id) != (other.day, other.site_id):
            return False
        apart = _before(self.to_on, other.from_on) or _before(other.to_on, self.from_on)
        if apart or not (self.starts and self.ends and other.starts and other.ends):
            return not apart
        return self.starts < other.ends and other.starts < self.ends


class AlikeDays(NamedTuple):
    """Days with the same times, site and dates."""

    days: list[str]
    starts: time | None
    ends: time | None
    site_id: int | None
    from_on: date | None
    to_on: date | None


def parse_week(week: Iterable[Mapping[str, Any]]) -> list[OpenPeriod]:
    """Read the rows of a week. Raises ValueError for what is no time or date, KeyError for a row without its day."""
    return sort_hours(
        OpenPeriod(
            row["day"], _time(row.get("from")), _time(row.get("to")), row.get("site"), _date(row.get("starts_on")),
            _date(row.get("ends_on")),
        )
        for row in week
    )  # fmt: skip


def week_rows(hours: Iterable[OpenPeriod]) -> OpeningWeek:
    """Return hours as a service stores them, in weekday order, so that equal hours give equal rows.

    Join two times that adjoin: a search for 9am to 3pm finds a service open from 9am to noon and from noon to 3pm.
    """
    return [one.as_row() for one in _joined(sort_hours(dict.fromkeys(hours)))]


def week_of_days(days: Iterable[str], starts: time | None = None, ends: time | None = None) -> OpeningWeek:
    """Return a simple week: some days, all with the same times."""
    return week_rows(OpenPeriod(day, starts, ends) for day in days)


def sort_hours(hours: Iterable[OpenPeriod]) -> list[OpenPeriod]:
    return sorted(hours, key=_place)


def find_week_problems(week: Sequence[Mapping[str, Any]], sites: Collection[int], *, own: int | None) -> list[Problem]:
    """Return the problems with a week, given the service's sites."""
    try:
        hours = parse_week(week)
    except (KeyError, TypeError, ValueError, AttributeError):
        return [Problem("Select the days, and enter each time like 9:30am", "week")]
    found = []
    if len(hours) > MAX_OPENING_ROWS:
        found.append(f"Enter {MAX_OPENING_ROWS} opening times a week or fewer")
    if any(one.day not in WEEKDAYS for one in hours):
        found.append("Select days from Monday to Sunday")
    if any((one.starts is None) != (one.ends is None) for one in hours):
        found.append("Enter both an opening time and a closing time")
    if any(one.starts and one.ends and one.ends <= one.starts for one in hours):
        found.append("Each closing time must be after its opening time")
    if any(one.from_on and one.to_on and one.to_on < one.from_on for one in hours):
        found.append("The last date of opening hours must be the same as or after the first date")
    if any(one.site_id not in {None, own, *sites} for one in hours):
        found.append("Select one of the service’s sites for each opening time")
    if not found and (clash := _first_overlap(hours, own)):
        found.append(f"Two times on {Weekday(clash).label} overlap. Change one of them")
    return [Problem(sentence, "week") for sentence in found]


def keep_to_sites(week: Iterable[Mapping[str, Any]], own: int | None, sites: Collection[int]) -> OpeningWeek:
    """Limit a week to the service's sites. Hours at its main site move with it.

    Hours at a site that it has left go. Where a site of hours has become its own, and it is there at that time already,
    the time is said once.
    """
    kept: list[OpenPeriod] = []
    for one in sorted(parse_week(week), key=lambda one: (one.site_id is not None, *_place(one))):
        here = one._replace(site_id=None) if one.site_id == own else one
        is_there = here.site_id is None or here.site_id in sites
        if is_there and not any(here.overlaps(other) for other in kept if other != here):
            kept.append(here)
    return week_rows(kept)


def hours_still_to_come(week: Iterable[Mapping[str, Any]], on: date) -> list[OpenPeriod]:
    """Return the hours that have not ended by a day."""
    return [one for one in parse_week(week) if not one.is_over(on)]


def days_open(hours: Iterable[OpenPeriod]) -> list[str]:
    there = {one.day for one in hours}
    return [day for day in WEEKDAYS if day in there]


def group_alike_days(hours: Iterable[OpenPeriod]) -> list[AlikeDays]:
    """Group hours into days with the same times, earliest first, for forms and schedules."""
    found: dict[tuple[Any, ...], list[str]] = {}
    for one in sort_hours(hours):
        found.setdefault(one[1:], []).append(one.day)
    return [AlikeDays(days, *rest) for rest, days in found.items()]


def schedule_id(service: UUID, number: int) -> UUID:
    """Name a schedule of a service by its place among them; the first as it was named when there was but one."""
    return uuid5(service, "schedule" if number == 1 else f"schedule/{number}")


def first_open_date(hours: AlikeDays, since: date) -> date:
    """Return the first date on which some days alike are open: from their first date, or since a day."""
    start = hours.from_on or since
    week = (start + timedelta(ahead) for ahead in range(7))
    return next(day for day in week if WEEKDAYS[day.weekday()] in hours.days)


def format_hours(hours: Iterable[OpenPeriod], sites: Mapping[int, Any] | None = None, *, own: int | None = None) -> str:
    """Describe hours: “Monday to Thursday, 9am to noon and 1pm to 3pm; Friday, 9am to noon”.

    `sites` names places by key; without it, a time at another site is said without its place. With the key of the
    service's `own` site, a time there is said with its place too, where other times are elsewhere.
    """
    hours = list(hours)
    own = own if any(one.site_id for one in hours) else None
    by_dates: dict[tuple[date | None, date | None], dict[str, dict[str, list[str]]]] = {}
    for one in sort_hours(hours):
        by_day = by_dates.setdefault((one.from_on, one.to_on), {})
        times_there = by_day.setdefault(one.day, {}).setdefault(_place_words(one, sites, own), [])
        words = (
            f"{time_of_day.format_time(one.starts)} to {time_of_day.format_time(one.ends)}"
            if one.starts and one.ends
            else ""
        )
        if words and words not in times_there:
            times_there.append(words)
    said = []
    for (from_on, to_on), by_day in sorted(by_dates.items(), key=lambda each: each[0][0] or date.min):
        same: dict[tuple[str, ...], list[str]] = {}
        for weekday, by_place in by_day.items():
            spans = (" ".join(filter(None, [format_list(several), place])) for place, several in by_place.items())
            same.setdefault(tuple(filter(None, spans)), []).append(weekday)
        for spans_alike, days in same.items():
            words = ", ".join(filter(None, [format_days(days), format_list(list(spans_alike))]))
            said.append(f"{words}{_dates(from_on, to_on)}")
    return "; ".join(said)


def count_hours(week: Iterable[Mapping[str, Any]], on: date, *, of_week: bool) -> Decimal | None:
    """Return the hours in a service's day or week on a date, at its main site.

    Nothing where a day says no times, or where days differ and a day is asked.
    """
    there = [one for one in parse_week(week) if one.covers(on) and one.site_id is None]
    minutes: dict[str, int] = {}
    for one in there:
        minutes[one.day] = minutes.get(one.day, 0) + one.minutes
    if not minutes or any(one.starts is None for one in there) or (not of_week and len(set(minutes.values())) > 1):
        return None
    total = sum(minutes.values()) if of_week else next(iter(minutes.values()))
    return (Decimal(total) / MINUTES_PER_HOUR).quantize(Decimal("0.01"))


def timetable_of_week(week: Iterable[Mapping[str, Any]], on: date) -> Timetable:
    """Return a week's opening hours as school sessions, to suggest in a reply or an agreement.

    A time that starts before noon and goes on after it is a morning until noon and an afternoon from then on: a
    register has two sessions a day. A second time in the same half of a day is left out: a half has one session.
    """
    found: dict[tuple[str, str], Slot] = {}
    for one in sort_hours(one for one in parse_week(week) if one.covers(on) and one.starts and one.ends):
        assert one.starts and one.ends  # noqa: S101, PT018  (the line above)
        parts = [(one.starts, one.ends)]
        if one.starts < NOON < one.ends:
            parts = [(one.starts, NOON), (NOON, one.ends)]
        for starts, ends in parts:
            half = HalfDay.AM.value if starts < NOON else HalfDay.PM.value
            found.setdefault((one.day, half), Slot(one.day, half, starts, ends, one.site_id))
    return tuple(found.values())


def _joined(hours: Iterable[OpenPeriod]) -> list[OpenPeriod]:
    """Join each time to the one that ends as it starts, on the same day and dates and at the same site."""
    joined: list[OpenPeriod] = []
    for one in hours:
        met = [at for at, before in enumerate(joined) if _adjoin(before, one)]
        if met:
            joined[met[0]] = joined[met[0]]._replace(ends=one.ends)
        else:
            joined.append(one)
    return joined


def _adjoin(before: OpenPeriod, after: OpenPeriod) -> bool:
    alike = before._replace(starts=None, ends=None) == after._replace(starts=None, ends=None)
    return alike and before.ends is not None and before.ends == after.starts


def _first_overlap(hours: Sequence[OpenPeriod], own: int | None) -> str:
    at = [one._replace(site_id=None) if one.site_id == own else one for one in hours]
    pairs = ((one, other) for place, one in enumerate(at) for other in at[place + 1 :])
    return next((one.day for one, other in pairs if one.overlaps(other)), "")


def _place(one: OpenPeriod) -> tuple[Any, ...]:
    day = WEEKDAYS.index(one.day) if one.day in WEEKDAYS else len(WEEKDAYS)
    dates = (one.from_on or date.min, one.to_on or date.max)
    return (day, one.starts or time.min, one.ends or time.max, one.site_id or 0, *dates)


def _place_words(one: OpenPeriod, sites: Mapping[int, Any] | None, own: int | None) -> str:
    site = one.site_id or own
    return f"at {sites.get(site, 'another site')}" if site and sites is not None else ""


def _dates(from_on: date | None, to_on: date | None) -> str:
    if from_on and to_on:
        return f" (from {long_day(from_on)} to {long_day(to_on)})"
    if from_on:
        return f" (from {long_day(from_on)})"
    return f" (until {long_day(to_on)})" if to_on else ""


def _before(end: date | None, start: date | None) -> bool:
    return end is not None and start is not None and end < start


def _clock(at: time | None) -> str:
    return f"{at:%H:%M}" if at else ""


def _time(text: str | None) -> time | None:
    return time.fromisoformat(text) if text else None


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
