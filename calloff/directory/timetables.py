"""Parse, check, describe, count and price the weekly timetable of a record."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, time
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple

from calloff.directory.models import HalfDay, PriceUnit, Site, Weekday, WeeklySession
from calloff.directory.states import SiteStatus
from calloff.kernel import time_of_day
from calloff.kernel.formatting import format_list
from calloff.kernel.lifecycles import Problem, Refused
from calloff.kernel.money import PENNY
from calloff.people.models import Organisation

TIMETABLE_WEEKDAYS: list[str] = list(Weekday.values)  # in the order of the numbers of date.weekday()
MINUTES_PER_HOUR = 60


class Slot(NamedTuple):
    """One weekly session: the day and half day, the start and end, and the site if it is not the usual one."""

    day: str
    session: str
    starts: time | None
    ends: time | None
    site_id: int | None = None

    @property
    def minutes(self) -> int:
        if self.starts is None or self.ends is None:
            return 0
        return (self.ends.hour - self.starts.hour) * MINUTES_PER_HOUR + self.ends.minute - self.starts.minute

    def as_row(self) -> dict[str, Any]:
        row: dict[str, Any] = {"day": self.day, "session": self.session}
        if self.starts and self.ends:
            row |= {"from": f"{self.starts:%H:%M}", "to": f"{self.ends:%H:%M}"}
        return row | ({"site": self.site_id} if self.site_id else {})


Timetable = tuple[Slot, ...]


def sort_slots(timetable: Iterable[Slot]) -> Timetable:
    return tuple(sorted(timetable, key=lambda slot: (TIMETABLE_WEEKDAYS.index(slot.day), slot.session)))


def parse_slots(rows: Iterable[Mapping[str, Any]]) -> Timetable:
    """Parse the timetable rows of a proposed change, and return them in the order of the week."""
    return sort_slots(
        Slot(row["day"], row["session"], _parse_time(row.get("from")), _parse_time(row.get("to")), row.get("site"))
        for row in rows
    )


def timetable_rows(timetable: Iterable[Slot]) -> list[dict[str, Any]]:
    """Return a timetable as the rows that a proposed change stores."""
    return [slot.as_row() for slot in sort_slots(timetable)]


def timetable_on(sessions: Iterable[WeeklySession], day: date | None = None) -> Timetable:
    """Return a record's timetable on a day or, if no day is given, the one without an end date."""
    return sort_slots(
        _slot(session) for session in sessions if (session.to_on is None if day is None else _covers(session, day))
    )


def session_values(timetable: Iterable[Slot]) -> list[dict[str, Any]]:
    """Return the column values for a timetable's rows. Raises LookupError for a session without times."""
    rows = []
    for slot in sort_slots(timetable):
        if slot.starts is None or slot.ends is None:
            raise LookupError(f"{slot.day} {slot.session} has no times.")
        rows.append(
            {"weekday": slot.day, "session": slot.session, "starts": slot.starts, "ends": slot.ends,
             "site_id": slot.site_id}
        )  # fmt: skip
    return rows


def require_timetable(timetable: Sequence[Slot], unit: str, *, provider: Organisation) -> None:
    """Raise Refused if a timetable has problems, with the field of each problem.

    Problems are an empty timetable, a repeated session, impossible times, another provider's site or an unknown unit.
    """
    problems = find_timetable_problems(timetable)
    sites = {slot.site_id for slot in timetable if slot.site_id}
    if sites and Site.objects.filter(pk__in=sites, provider=provider, status=SiteStatus.OPEN).count() < len(sites):
        problems.append(Problem("Select one of the provider’s open sites", "apart"))
    if unit not in set(PriceUnit):
        problems.append(Problem("Select a price by the hour, session, day or week", "unit"))
    if problems:
        raise Refused.because(problems)


def find_timetable_problems(timetable: Sequence[Slot]) -> list[Problem]:
    """Return the problems with the sessions and times of a week, one for each field. Forms also call this."""
    problems = [] if timetable else [Problem("Select the sessions in the week", "sessions")]
    if any(slot.day not in Weekday.values or slot.session not in HalfDay.values for slot in timetable):
        problems.append(Problem("Select at least one morning or afternoon", "sessions"))
    elif len({(slot.day, slot.session) for slot in timetable}) < len(timetable):
        problems.append(Problem("Select each session only once", "sessions"))
    problems += _time_problems(timetable)
    if not problems and (day := _find_overlapping_day(timetable)):
        problems.append(Problem(f"On {day} the afternoon session must start after the morning session ends", "pm_from"))
    return problems


def format_timetable(timetable: Iterable[Slot], sites: Mapping[int, Any] | None = None) -> str:
    """Return a timetable as text: “Monday to Wednesday, 9:30am to noon and 12:30pm to 2:30pm; Friday, 9:30am to noon”.

    `sites` is {key: site}, so that sites other than the usual one can be named.
    """
    by_day: dict[str, list[Slot]] = {}
    for slot in sort_slots(timetable):
        by_day.setdefault(slot.day, []).append(slot)
    days_by_sessions: dict[tuple[Any, ...], list[str]] = {}
    for day, slots_of_day in by_day.items():
        days_by_sessions.setdefault(tuple(slot[1:] for slot in slots_of_day), []).append(day)
    parts = [
        f"{format_days(days)}, {format_list([_format_session(Slot(days[0], *rest), sites or {}) for rest in sessions])}"
        for sessions, days in days_by_sessions.items()
    ]
    return "; ".join(parts) or "None"


def sites_named(*timetables: Iterable[Slot]) -> dict[int, Site]:
    """Return the sites in timetables other than the usual site, by key.

    If there are none, this makes no query.
    """
    keys = {slot.site_id for timetable in timetables for slot in timetable if slot.site_id}
    return {site.pk: site for site in Site.objects.filter(pk__in=keys)} if keys else {}


def format_timetables(sessions: Iterable[WeeklySession]) -> list[tuple[date | None, date | None, str]]:
    """Return each timetable of a record as text, with its first and last date, earliest first."""
    sessions_by_dates: dict[tuple[date | None, date | None], list[WeeklySession]] = {}
    for session in sessions:
        sessions_by_dates.setdefault((session.from_on, session.to_on), []).append(session)
    in_time = sorted(sessions_by_dates.items(), key=lambda item: (item[0][0] or date.min, item[0][1] or date.max))
    timetables_read = [(dates, sort_slots(map(_slot, dated_sessions))) for dates, dated_sessions in in_time]
    sites = sites_named(*(timetable for _, timetable in timetables_read))
    return [(*dates, format_timetable(timetable, sites)) for dates, timetable in timetables_read]


def weekly_hours(timetable: Iterable[Slot]) -> Decimal:
    """Return the hours in one week, rounded to a hundredth. Breaks between sessions do not count."""
    return (Decimal(sum(slot.minutes for slot in timetable)) / MINUTES_PER_HOUR).quantize(PENNY, ROUND_HALF_UP)


def weekly_units(timetable: Sequence[Slot], unit: str) -> Decimal:
    """Return the number of units in one week of a timetable: hours, sessions, days, or 1 for a week."""
    if unit == PriceUnit.HOUR:
        return weekly_hours(timetable)
    if unit == PriceUnit.SESSION:
        return Decimal(len(timetable))
    return Decimal(len({slot.day for slot in timetable})) if unit == PriceUnit.DAY else Decimal(1)


def weekly_price(timetable: Sequence[Slot], unit: str, amount: Decimal) -> Decimal:
    """Return the cost of one week before VAT, in pounds and pence, at a price per unit.

    For hours, only the final amount is rounded (half up), and not the number of hours.
    """
    if unit == PriceUnit.HOUR:
        minutes = sum(slot.minutes for slot in timetable)
        return (minutes * amount / MINUTES_PER_HOUR).quantize(PENNY, ROUND_HALF_UP)
    return (weekly_units(timetable, unit) * amount).quantize(PENNY, ROUND_HALF_UP)


def _slot(session: WeeklySession) -> Slot:
    return Slot(session.weekday, session.session, session.starts, session.ends, session.site_id)


def _format_session(slot: Slot, sites: Mapping[int, Any]) -> str:
    """Return one session as text: “9:30am to noon, at Boat shed”, or “the morning” if the session has no times."""
    text = (
        f"{time_of_day.format_time(slot.starts)} to {time_of_day.format_time(slot.ends)}"
        if slot.starts and slot.ends
        else ""
    )
    text = text or f"the {str(HalfDay(slot.session).label).lower()}"
    return f"{text}, at {sites.get(slot.site_id, 'another site')}" if slot.site_id else text


def format_days(days: Sequence[str]) -> str:
    """Return days of the week as text, in order, with three or more in a row joined: “Monday to Wednesday”."""
    names = [str(Weekday(day).label) for day in days]
    places = [TIMETABLE_WEEKDAYS.index(day) for day in days]
    if len(days) > 2 and places[-1] - places[0] == len(days) - 1:  # noqa: PLR2004
        return f"{names[0]} to {names[-1]}"
    return format_list(names)


def _covers(session: WeeklySession, day: date) -> bool:
    return (session.from_on is None or session.from_on <= day) and (session.to_on is None or day <= session.to_on)


def _time_problems(timetable: Sequence[Slot]) -> list[Problem]:
    problems = []
    for session in HalfDay:
        of_half = [slot for slot in timetable if slot.session == session]
        half = str(session.label).lower()
        if any(slot.starts is None or slot.ends is None for slot in of_half):
            problems.append(Problem(f"Enter when the {half} session starts and ends", f"{session}_from"))
        elif any(slot.minutes <= 0 for slot in of_half):
            problems.append(Problem(f"The {half} session must end after it starts", f"{session}_to"))
    return problems


def _find_overlapping_day(timetable: Sequence[Slot]) -> str:
    """Return the first day on which the afternoon starts before the morning ends, or an empty string."""
    for before, after in zip(ordered := sort_slots(timetable), ordered[1:], strict=False):
        if before.day == after.day and before.ends and after.starts and after.starts < before.ends:
            return str(Weekday(before.day).label)
    return ""


def _parse_time(text: str | None) -> time | None:
    return time.fromisoformat(text) if text else None
