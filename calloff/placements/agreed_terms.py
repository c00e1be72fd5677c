"""What is agreed for a placement on a day, on which days the child has a session, and what that costs.

The cost is counted session by session from the timetable. Where the school's term dates are known, only school days
count; on days for which they are not, every day of the timetable does, and the person who shows the sum says so.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db.models import prefetch_related_objects

from calloff.directory import timetables
from calloff.directory.models import PriceUnit, VatTreatment
from calloff.directory.timetables import MINUTES_PER_HOUR, TIMETABLE_WEEKDAYS, Slot, Timetable
from calloff.kernel.money import PENNY
from calloff.kernel.school_days import SchoolCalendar
from calloff.markets.rulesets.valuation import standard_vat_on
from calloff.placements.models import Placement
from calloff.placements.states import PlacementChangeStatus

EXIT_REPORT_WORKING_DAYS = 10  # of the model terms, 6.3: the provider sends a report within ten days of the end
FOLLOW_UP_WEEKS = (6, 12)  # after the end, as councils ask
USUAL_REVIEW_INTERVAL, MAX_REVIEW_INTERVAL = (
    timedelta(weeks=6),
    timedelta(weeks=7),
)  # half-termly: Keeping children safe in education
SETTLING_IN_PERIOD = timedelta(weeks=2)
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class AgreedTerms:
    """What holds on a day. A change that holds from a later day is not yet in it; the dates are those of now."""

    site_id: int | None
    timetable: Timetable
    unit: str
    amount: Decimal
    ratio: str

    def on(self, day: date) -> list[Slot]:
        """Return the sessions of a day of the week, in order."""
        return [slot for slot in self.timetable if slot.day == TIMETABLE_WEEKDAYS[day.weekday()]]


@dataclass(frozen=True)
class Cost:
    """What a stretch of days costs before VAT, by how many units, and whether its school days were all known."""

    units: Decimal
    total: Decimal
    known: bool


def terms_of(placement: Placement) -> AgreedTerms:
    """Return what holds now, or will once the changes that are agreed hold."""
    timetable = timetables.timetable_on(placement.sessions.all())
    return AgreedTerms(placement.site_id, timetable, placement.unit, placement.amount or Decimal(0), placement.ratio)


def terms_on(placement: Placement, day: date) -> AgreedTerms:
    """Return what held, holds or will hold on a day: the terms of now, less the agreed changes from a later day.

    The timetable has its dates on its own rows. Reads `placement.changes` and `placement.sessions`: fetch them together
    for a list (`with_terms_prefetched`).
    """
    found = terms_of(placement)
    agreed = [
        one for one in placement.changes.all() if one.status == PlacementChangeStatus.AGREED and one.from_on > day
    ]
    for change in sorted(agreed, key=lambda one: one.number, reverse=True):
        found = with_values(found, change.old)
    return replace(found, timetable=timetables.timetable_on(placement.sessions.all(), day))


def with_terms_prefetched(placement: Placement) -> Placement:
    """Prefetch what `terms_on` reads for a locked placement, so that reading several days needs no further queries."""
    prefetch_related_objects([placement], "changes", "sessions")
    return placement


def with_values(terms: AgreedTerms, values: Mapping[str, Any]) -> AgreedTerms:
    """Return terms with the values of a change in their place."""
    if "timetable" in values:
        terms = replace(terms, timetable=timetables.parse_slots(values["timetable"]))
    if "amount" in values:
        terms = replace(terms, amount=Decimal(values["amount"]))
    if "site" in values:
        terms = replace(terms, site_id=values["site"])
    return replace(terms, ratio=values["ratio"]) if "ratio" in values else terms


def is_school_day(calendar: SchoolCalendar, day: date) -> bool | None:
    """Say whether there is school on a day; nothing where the term dates are not known."""
    try:
        return calendar.is_school_day(day)
    except LookupError:
        return None


def sessions_on(placement: Placement, day: date, calendar: SchoolCalendar) -> list[Slot]:
    """Return the sessions of a child on a day: none before the start, after the last day, or without school."""
    last = placement.ended_on or placement.closes_on
    if placement.starts_on is None or last is None or not placement.starts_on <= day <= last:
        return []
    return [] if is_school_day(calendar, day) is False else terms_on(placement, day).on(day)


def cost_of(stretches: Iterable[tuple[date, AgreedTerms]], calendar: SchoolCalendar) -> Cost:
    """Count what some days cost, each by the terms that hold on it.

    A day with a session is a day, a session a session, an hour sixty minutes of the timetable, and a week any calendar
    week with a session in it, at the price of its first. Pounds before VAT, to the penny, half a penny up.
    """
    units, total, known = Decimal(0), Decimal(0), True
    weeks: set[tuple[int, int]] = set()
    for day, terms in stretches:
        today = terms.on(day)
        if not today:
            continue
        school = is_school_day(calendar, day)
        known = known and school is not None
        if school is False:
            continue
        week = day.isocalendar()[:2]
        if terms.unit == PriceUnit.HOUR:
            count = Decimal(sum(slot.minutes for slot in today)) / MINUTES_PER_HOUR
        elif terms.unit == PriceUnit.SESSION:
            count = Decimal(len(today))
        else:
            count = Decimal(1) if terms.unit == PriceUnit.DAY or week not in weeks else Decimal(0)
        weeks.add(week)
        units += count
        total += count * terms.amount
    return Cost(units.quantize(PENNY, ROUND_HALF_UP), total.quantize(PENNY, ROUND_HALF_UP), known)


def planned_cost(terms: AgreedTerms, starts_on: date, ends_on: date, calendar: SchoolCalendar) -> Cost:
    """Count what a placement costs from its first day to its last, both included, by terms that do not change."""
    return cost_of(((day, terms) for day in each_day(starts_on, ends_on)), calendar)


def cost_until(placement: Placement, last: date, calendar: SchoolCalendar) -> Cost:
    """Count what a placement cost from its first day to a last one, by the terms that held on each."""
    first, _ = placement.period
    return cost_of(((day, terms_on(placement, day)) for day in each_day(first, last)), calendar)


def add_vat(amount: Decimal, vat: str, on: date) -> Decimal:
    """Return a sum in pounds with VAT, if charged, at the rate on a day. Raises LookupError where none is recorded.

    Of a placement that day is its first: a rate that starts later is not yet known when the agreement is written.
    """
    per_cent = standard_vat_on(on) if vat == VatTreatment.STANDARD else Decimal(0)
    return (amount * (1 + per_cent / 100)).quantize(PENNY, ROUND_HALF_UP)


def plan_review_days(starts_on: date, ends_on: date, calendar: SchoolCalendar) -> list[date]:
    """Plan reviews: by the end of each half term that is known and of the placement, and never over 7 weeks apart.

    A half term that ends within a fortnight of the start has none of its own.
    """
    ends = {end for _, end in calendar.terms if starts_on + SETTLING_IN_PERIOD <= end < ends_on}
    found, before = [], starts_on
    for day in sorted({*ends, ends_on}):
        while day - before > MAX_REVIEW_INTERVAL:
            before += USUAL_REVIEW_INTERVAL
            found.append(_weekday(before))
        found.append(_weekday(day) if _weekday(day) > starts_on else day)
        before = day
    return sorted(set(found))


def each_day(first: date, last: date) -> Iterator[date]:
    """Walk from one day to another, both included."""
    day = first
    while day <= last:
        yield day
        day += ONE_DAY


def current_values(placement: Placement, names: Iterable[str]) -> dict[str, Any]:
    """Return what a placement has under some names, as a change keeps it."""
    found: dict[str, Any] = {}
    for name in names:
        if name == "timetable":
            found[name] = timetables.timetable_rows(terms_of(placement).timetable)
            continue
        value = placement.site_id if name == "site" else getattr(placement, name)
        found[name] = value if isinstance(value, int | None) else str(value)
    return found


def _weekday(day: date) -> date:
    """Move a day at the weekend back to its Friday."""
    return day - ONE_DAY * max(0, day.weekday() - 4)
