"""Parse, check, describe and count a service's opening hours (ADR 0053).

Each row is one period on one day of the week. A day can have several rows, and periods that touch are joined. A row can
apply only at one of the service's other sites, or only between certain dates. Rows are plain data, as stored in
`Service.week`: `day` (mon), `from` and `to` (09:30), `site` (a key, or left out for the main site), `starts_on` and
`ends_on` (dates, both included). Fields that do not apply are left out.
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
# The maximum number of rows for one service. More rows are probably a mistake, and no page could show them.
MAX_OPENING_ROWS = 60
NOON = time(12)
OpeningRow = dict[str, Any]
OpeningWeek = list[OpeningRow]


class OpenPeriod(NamedTuple):
    """One period on one day of the week."""

    day: str
    starts: time | None = None  # None if the service is open that day at unknown times
    ends: time | None = None
    site_id: int | None = None  # None for the service's main site
    from_on: date | None = None
    to_on: date | None = None

    @property
    def minutes(self) -> int:
        if self.starts is None or self.ends is None:
            return 0
        return (self.ends.hour - self.starts.hour) * MINUTES_PER_HOUR + self.ends.minute - self.starts.minute

    def as_row(self) -> OpeningRow:
        values = {
            "day": self.day, "from": _format_clock(self.starts), "to": _format_clock(self.ends), "site": self.site_id,
            "starts_on": self.from_on and self.from_on.isoformat(), "ends_on": self.to_on and self.to_on.isoformat(),
        }  # fmt: skip
        return {name: value for name, value in values.items() if value}

    def covers(self, on: date) -> bool:
        return (self.from_on is None or self.from_on <= on) and not self.is_over(on)

    def is_over(self, on: date) -> bool:
        return self.to_on is not None and self.to_on < on

    def overlaps(self, other: "OpenPeriod") -> bool:
        """Return whether two periods overlap on any date at the same site.

        A period without times counts as the whole day.
        """
        if (self.day, self.site_id) != (other.day, other.site_id):
            return False
        is_apart = _ends_before(self.to_on, other.from_on) or _ends_before(other.to_on, self.from_on)
        if is_apart or not (self.starts and self.ends and other.starts and other.ends):
            return not is_apart
        return self.starts < other.ends and other.starts < self.ends


class AlikeDays(NamedTuple):
    """Days of the week with the same times, site and dates."""

    days: list[str]
    starts: time | None
    ends: time | None
    site_id: int | None
    from_on: date | None
    to_on: date | None


def parse_week(week: Iterable[Mapping[str, Any]]) -> list[OpenPeriod]:
    """Parse a week's rows and sort them.

    Raises ValueError for an invalid time or date, and KeyError for a row without a day.
    """
    return sort_hours(
        OpenPeriod(
            row["day"], _parse_time(row.get("from")), _parse_time(row.get("to")), row.get("site"),
            _parse_date(row.get("starts_on")), _parse_date(row.get("ends_on")),
        )
        for row in week
    )  # fmt: skip


def week_rows(hours: Iterable[OpenPeriod]) -> OpeningWeek:
    """Return periods as the rows to store, in the order of the week.

    The same opening hours always give the same rows. Periods that touch are joined, so that a search for 9am to 3pm
    finds a service that is open from 9am to noon and from noon to 3pm.
    """
    return [period.as_row() for period in _join_adjoining(sort_hours(dict.fromkeys(hours)))]


def week_of_days(days: Iterable[str], starts: time | None = None, ends: time | None = None) -> OpeningWeek:
    """Return the rows for a simple week in which every day has the same times."""
    return week_rows(OpenPeriod(day, starts, ends) for day in days)


def sort_hours(hours: Iterable[OpenPeriod]) -> list[OpenPeriod]:
    return sorted(hours, key=_sort_key)


def find_week_problems(week: Sequence[Mapping[str, Any]], sites: Collection[int], *, own: int | None) -> list[Problem]:
    """Return the problems with the opening hours of a service with the given sites."""
    try:
        hours = parse_week(week)
    except (KeyError, TypeError, ValueError, AttributeError):
        return [Problem("Select the days, and enter each time like 9:30am", "week")]
    problems = []
    if len(hours) > MAX_OPENING_ROWS:
        problems.append(f"Enter no more than {MAX_OPENING_ROWS} opening times a week")
    if any(period.day not in WEEKDAYS for period in hours):
        problems.append("Select days from Monday to Sunday")
    if any((period.starts is None) != (period.ends is None) for period in hours):
        problems.append("Enter both an opening time and a closing time")
    if any(period.starts and period.ends and period.ends <= period.starts for period in hours):
        problems.append("Each closing time must be after its opening time")
    if any(period.from_on and period.to_on and period.to_on < period.from_on for period in hours):
        problems.append("The last date of opening hours must be the same as or after the first date")
    if any(period.site_id not in {None, own, *sites} for period in hours):
        problems.append("Select one of the service’s sites for each opening time")
    if not problems and (clashing_day := _first_overlap(hours, own)):
        problems.append(f"Two times on {Weekday(clashing_day).label} overlap. Change one of them.")
    return [Problem(sentence, "week") for sentence in problems]


def keep_to_sites(week: Iterable[Mapping[str, Any]], own: int | None, sites: Collection[int]) -> OpeningWeek:
    """Remove opening hours at sites that a service no longer uses.

    `own` is the key of the main site. Periods at the main site are stored without a site. A period that would then
    overlap another period is removed.
    """
    kept_periods: list[OpenPeriod] = []
    for period in sorted(parse_week(week), key=lambda period: (period.site_id is not None, *_sort_key(period))):
        placed = period._replace(site_id=None) if period.site_id == own else period
        is_at_site = placed.site_id is None or placed.site_id in sites
        if is_at_site and not any(placed.overlaps(other) for other in kept_periods if other != placed):
            kept_periods.append(placed)
    return week_rows(kept_periods)


def hours_still_to_come(week: Iterable[Mapping[str, Any]], on: date) -> list[OpenPeriod]:
    """Return the periods that end on or after a given day."""
    return [period for period in parse_week(week) if not period.is_over(on)]


def days_open(hours: Iterable[OpenPeriod]) -> list[str]:
    open_weekdays = {period.day for period in hours}
    return [day for day in WEEKDAYS if day in open_weekdays]


def group_alike_days(hours: Iterable[OpenPeriod]) -> list[AlikeDays]:
    """Return groups of days that have the same periods, earliest first, for forms and schedules."""
    days_by_times: dict[tuple[Any, ...], list[str]] = {}
    for period in sort_hours(hours):
        days_by_times.setdefault(period[1:], []).append(period.day)
    return [AlikeDays(days, *times) for times, days in days_by_times.items()]


def schedule_id(service: UUID, number: int) -> UUID:
    """Return the open data id of a service's schedule, given the number of the schedule.

    The first schedule keeps the id that it had when each service had only one.
    """
    return uuid5(service, "schedule" if number == 1 else f"schedule/{number}")


def first_open_date(hours: AlikeDays, since: date) -> date:
    """Return the first date on which these days are open, from the day `since` or from their own first date."""
    start = hours.from_on or since
    week = (start + timedelta(ahead) for ahead in range(7))
    return next(day for day in week if WEEKDAYS[day.weekday()] in hours.days)


def format_hours(hours: Iterable[OpenPeriod], sites: Mapping[int, Any] | None = None, *, own: int | None = None) -> str:
    """Return opening hours as text, for example “Monday to Thursday, 9am to noon and 1pm to 3pm; Friday, 9am to noon”.

    `sites` is {key: site of the service}. Without `sites`, no site is named. If `own` is given, the main site is also
    named when there are periods at other sites.
    """
    hours = list(hours)
    own = own if any(period.site_id for period in hours) else None
    by_dates: dict[tuple[date | None, date | None], dict[str, dict[str, list[str]]]] = {}
    for period in sort_hours(hours):
        by_day = by_dates.setdefault((period.from_on, period.to_on), {})
        times_at_place = by_day.setdefault(period.day, {}).setdefault(_format_place(period, sites, own), [])
        times_text = (
            f"{time_of_day.format_time(period.starts)} to {time_of_day.format_time(period.ends)}"
            if period.starts and period.ends
            else ""
        )
        if times_text and times_text not in times_at_place:
            times_at_place.append(times_text)
    sentences = []
    for (from_on, to_on), by_day in sorted(by_dates.items(), key=lambda item: item[0][0] or date.min):
        days_by_spans: dict[tuple[str, ...], list[str]] = {}
        for weekday, by_place in by_day.items():
            spans = (" ".join(filter(None, [format_list(times), place])) for place, times in by_place.items())
            days_by_spans.setdefault(tuple(filter(None, spans)), []).append(weekday)
        for spans_alike, days in days_by_spans.items():
            text = ", ".join(filter(None, [format_days(days), format_list(list(spans_alike))]))
            sentences.append(f"{text}{_format_dates(from_on, to_on)}")
    return "; ".join(sentences)


def count_hours(week: Iterable[Mapping[str, Any]], on: date, *, of_week: bool) -> Decimal | None:
    """Return how many hours a service is open at its main site on a given date, in a day or in a week.

    Returns None if any period has no times or, for a day, if the days differ.
    """
    main_site_periods = [period for period in parse_week(week) if period.covers(on) and period.site_id is None]
    minutes: dict[str, int] = {}
    for period in main_site_periods:
        minutes[period.day] = minutes.get(period.day, 0) + period.minutes
    if (
        not minutes
        or any(period.starts is None for period in main_site_periods)
        or (not of_week and len(set(minutes.values())) > 1)
    ):
        return None
    total = sum(minutes.values()) if of_week else next(iter(minutes.values()))
    return (Decimal(total) / MINUTES_PER_HOUR).quantize(Decimal("0.01"))


def timetable_of_week(week: Iterable[Mapping[str, Any]], on: date) -> Timetable:
    """Return a week's opening hours as school sessions, to suggest in a reply or an agreement.

    A period that spans noon becomes a morning and an afternoon, because a register has two sessions a day. If a half
    day has several periods, only the first is used.
    """
    slots: dict[tuple[str, str], Slot] = {}
    for period in sort_hours(
        period for period in parse_week(week) if period.covers(on) and period.starts and period.ends
    ):
        assert period.starts and period.ends  # noqa: S101, PT018  (for mypy: the loop leaves out all other cases)
        parts = [(period.starts, period.ends)]
        if period.starts < NOON < period.ends:
            parts = [(period.starts, NOON), (NOON, period.ends)]
        for starts, ends in parts:
            half = HalfDay.AM.value if starts < NOON else HalfDay.PM.value
            slots.setdefault((period.day, half), Slot(period.day, half, starts, ends, period.site_id))
    return tuple(slots.values())


def _join_adjoining(hours: Iterable[OpenPeriod]) -> list[OpenPeriod]:
    """Join two periods if one starts when the other ends, and both have the same day, dates and site."""
    joined: list[OpenPeriod] = []
    for period in hours:
        adjoining = [index for index, before in enumerate(joined) if _adjoin(before, period)]
        if adjoining:
            joined[adjoining[0]] = joined[adjoining[0]]._replace(ends=period.ends)
        else:
            joined.append(period)
    return joined


def _adjoin(before: OpenPeriod, after: OpenPeriod) -> bool:
    alike = before._replace(starts=None, ends=None) == after._replace(starts=None, ends=None)
    return alike and before.ends is not None and before.ends == after.starts


def _first_overlap(hours: Sequence[OpenPeriod], own: int | None) -> str:
    placed = [period._replace(site_id=None) if period.site_id == own else period for period in hours]
    pairs = ((period, other) for place, period in enumerate(placed) for other in placed[place + 1 :])
    return next((period.day for period, other in pairs if period.overlaps(other)), "")


def _sort_key(period: OpenPeriod) -> tuple[Any, ...]:
    day = WEEKDAYS.index(period.day) if period.day in WEEKDAYS else len(WEEKDAYS)
    dates = (period.from_on or date.min, period.to_on or date.max)
    return (day, period.starts or time.min, period.ends or time.max, period.site_id or 0, *dates)


def _format_place(period: OpenPeriod, sites: Mapping[int, Any] | None, own: int | None) -> str:
    site = period.site_id or own
    return f"at {sites.get(site, 'another site')}" if site and sites is not None else ""


def _format_dates(from_on: date | None, to_on: date | None) -> str:
    if from_on and to_on:
        return f" (from {long_day(from_on)} to {long_day(to_on)})"
    if from_on:
        return f" (from {long_day(from_on)})"
    return f" (until {long_day(to_on)})" if to_on else ""


def _ends_before(end: date | None, start: date | None) -> bool:
    return end is not None and start is not None and end < start


def _format_clock(at: time | None) -> str:
    return f"{at:%H:%M}" if at else ""


def _parse_time(text: str | None) -> time | None:
    return time.fromisoformat(text) if text else None


def _parse_date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
