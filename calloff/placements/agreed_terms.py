"""A placement's agreed terms and sessions on a given day, and their cost.

Costs are counted session by session from the timetable. If the school's term dates are known, only school days count.
Otherwise, every timetabled day counts, and the page that shows the total must say so.
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

EXIT_REPORT_WORKING_DAYS = 10  # model terms 6.3: the provider sends a report within ten working days of the end
FOLLOW_UP_WEEKS = (6, 12)  # days after the end, at which councils require a check
USUAL_REVIEW_INTERVAL, MAX_REVIEW_INTERVAL = (
    timedelta(weeks=6),
    timedelta(weeks=7),
)  # once each half term (Keeping children safe in education)
SETTLING_IN_PERIOD = timedelta(weeks=2)
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class AgreedTerms:
    """A placement's terms on one day.

    A change that takes effect after that day is not included.
    """

    site_id: int | None
    timetable: Timetable
    unit: str
    amount: Decimal
    ratio: str

    def on(self, day: date) -> list[Slot]:
        """Return the sessions on one day of the week, in order."""
        return [slot for slot in self.timetable if slot.day == TIMETABLE_WEEKDAYS[day.weekday()]]


@dataclass(frozen=True)
class Cost:
    """The cost of a period before VAT, the number of units, and whether all school days in the period were known."""

    units: Decimal
    total: Decimal
    known: bool


def terms_of(placement: Placement) -> AgreedTerms:
    """Return the terms as they will be when every agreed change has taken effect."""
    timetable = timetables.timetable_on(placement.sessions.all())
    return AgreedTerms(placement.site_id, timetable, placement.unit, placement.amount or Decimal(0), placement.ratio)


def terms_on(placement: Placement, day: date) -> AgreedTerms:
    """Return the terms that apply on a day, without the changes that take effect later.

    Each row of the timetable has its own dates. The function reads `placement.changes` and `placement.sessions`, so
    prefetch both for a list (`with_terms_prefetched`).
    """
    found = terms_of(placement)
    agreed = [
        one for one in placement.changes.all() if one.status == PlacementChangeStatus.AGREED and one.from_on > day
    ]
    for change in sorted(agreed, key=lambda one: one.number, reverse=True):
        found = with_values(found, change.old)
    return replace(found, timetable=timetables.timetable_on(placement.sessions.all(), day))


def periods_of_terms(placement: Placement, first: date, last: date) -> Iterator[tuple[date, date, AgreedTerms]]:
    """Yield each period between two days in which a placement's terms stay the same: its first and last day, and them.

    The timetable is then read once for each period. This reads what `terms_on` reads.
    """
    changes = {one.from_on for one in placement.changes.all() if one.status == PlacementChangeStatus.AGREED}
    starts = sorted({first, *(day for day in changes if first < day <= last)})
    for start, after in zip(starts, [*starts[1:], last + ONE_DAY], strict=True):
        yield start, after - ONE_DAY, terms_on(placement, start)


def with_terms_prefetched(placement: Placement) -> Placement:
    """Prefetch what `terms_on` reads for a locked placement, so that reading several days takes no further queries."""
    prefetch_related_objects([placement], "changes", "sessions")
    return placement


def with_values(terms: AgreedTerms, values: Mapping[str, Any]) -> AgreedTerms:
    """Return the terms with some values replaced by a change's values."""
    if "timetable" in values:
        terms = replace(terms, timetable=timetables.parse_slots(values["timetable"]))
    if "amount" in values:
        terms = replace(terms, amount=Decimal(values["amount"]))
    if "site" in values:
        terms = replace(terms, site_id=values["site"])
    return replace(terms, ratio=values["ratio"]) if "ratio" in values else terms


def is_school_day(calendar: SchoolCalendar, day: date) -> bool | None:
    """Return whether a day is a school day, or None if the term dates are unknown."""
    try:
        return calendar.is_school_day(day)
    except LookupError:
        return None


def sessions_on(placement: Placement, day: date, calendar: SchoolCalendar) -> list[Slot]:
    """Return a child's sessions on a day.

    The list is empty before the start, after the last day, and when the school is closed.
    """
    last = placement.ended_on or placement.closes_on
    if placement.starts_on is None or last is None or not placement.starts_on <= day <= last:
        return []
    return [] if is_school_day(calendar, day) is False else terms_on(placement, day).on(day)


def cost_of(stretches: Iterable[tuple[date, AgreedTerms]], calendar: SchoolCalendar) -> Cost:
    """Return the cost of several days, each at the terms of that day.

    Depending on the price, one unit is a day with a session, a session, 60 minutes of the timetable, or a calendar week
    with a session. A week costs the price that applies at its first session. The result is in pounds before VAT,
    rounded half up to the penny.
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
    """Return what a placement costs from its first to its last day, both included, if its terms do not change."""
    return cost_of(((day, terms) for day in each_day(starts_on, ends_on)), calendar)


def cost_until(placement: Placement, last: date, calendar: SchoolCalendar) -> Cost:
    """Return a placement's cost from its first day to a given last day, with each day at its own terms."""
    first, _ = placement.period
    periods = periods_of_terms(placement, first, last)
    return cost_of(((day, terms) for begin, end, terms in periods for day in each_day(begin, end)), calendar)


def add_vat(amount: Decimal, vat: str, on: date) -> Decimal:
    """Return an amount in pounds with VAT added, at the rate on a day. Raises LookupError if no rate is recorded.

    For a placement, pass its first day, because later rates are unknown when the agreement is written.
    """
    per_cent = standard_vat_on(on) if vat == VatTreatment.STANDARD else Decimal(0)
    return (amount * (1 + per_cent / 100)).quantize(PENNY, ROUND_HALF_UP)


def plan_review_days(starts_on: date, ends_on: date, calendar: SchoolCalendar) -> list[date]:
    """Return the days by which reviews must take place, no more than 7 weeks apart.

    There is a review by the end of each known half term and by the end of the placement. A half term that ends within a
    fortnight of the start needs no review.
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
    """Yield each day from the first to the last, both included."""
    day = first
    while day <= last:
        yield day
        day += ONE_DAY


def current_values(placement: Placement, names: Iterable[str]) -> dict[str, Any]:
    """Return a placement's values by name, in the form in which a change stores them."""
    found: dict[str, Any] = {}
    for name in names:
        if name == "timetable":
            found[name] = timetables.timetable_rows(terms_of(placement).timetable)
            continue
        value = placement.site_id if name == "site" else getattr(placement, name)
        found[name] = value if isinstance(value, int | None) else str(value)
    return found


def _weekday(day: date) -> date:
    """Return the Friday before, if the day is at a weekend, or otherwise the day itself."""
    return day - ONE_DAY * max(0, day.weekday() - 4)
