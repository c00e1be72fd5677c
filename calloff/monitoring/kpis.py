"""Compute two KPIs from stored records: how soon placements start, and whether attendance improves.

Attendance is compared with each child's own baseline. A fixed target rate would be unfair to these children. The
market's pack sets the values that count as met or nearly met. Figures for fewer than five children are suppressed, and
so are figures from which the suppressed ones could be worked out (kernel/small_number_suppression.py). For this check,
figures for all placements, by market, and by provider in a market count as one table, whichever part of the table a
page shows.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import product
from statistics import median
from typing import Any, NamedTuple

from django.db.models import Count, F, Q

from calloff.kernel.clock import local_day
from calloff.kernel.school_days import SchoolCalendar
from calloff.kernel.small_number_suppression import TOTAL, Cell, find_suppressed_cells
from calloff.markets.models import Market, MarketTerms
from calloff.people.models import Organisation, User
from calloff.placements.models import Attendance, Placement
from calloff.registers.queries import school_calendars

START_KPI, ATTENDANCE_KPI = "start", "attendance"  # the keys that packs use for the KPIs computed here
MIN_CHILDREN_SHOWN = 5  # figures for fewer children are suppressed
# The minimum number of marked sessions for comparing a child's attendance: one week of full days.
MIN_SESSIONS_MEASURED = 10
MEASURED_PERIOD = timedelta(days=365)  # placements are measured if they started within this period before today
KPI_TITLES = {
    START_KPI: "Time from agreement to start",
    ATTENDANCE_KPI: "Attendance better than the child's own baseline",
}
ATTENDED_MARKS = (Attendance.Mark.PRESENT, Attendance.Mark.LATE, Attendance.Mark.LEFT_EARLY)


class KpiRating(StrEnum):
    """A KPI's rating in words: green, amber, red or no data."""

    MET = "Met"
    CLOSE = "Close"
    MISSED = "Missed"
    NO_DATA = "No data"


class MeasuredPlacement(NamedTuple):
    """One placement and its value for a KPI. The pupil's key is used only in this module, to count children."""

    pupil: int
    provider: int
    market: int
    month: date  # the first day of the month in which the placement started
    value: float  # the number of school days before the start, or of percentage points above the child's baseline


class KpiMonth(NamedTuple):
    """A KPI's value for the placements that started in one month. The value is None if it is suppressed."""

    month: date
    value: float | None


@dataclass(frozen=True)
class KpiFigure:
    """A KPI's value for all placements, for one market or for one provider."""

    name: str
    children: int | None  # None if the figure is suppressed
    value: float | None  # school days or per cent, or None if the figure is suppressed or there is no data
    within: int | None  # the number of children who reached the target
    word: KpiRating
    key: str = ""  # the value for filtering a list of placements: a provider's slug, or a market's code

    @property
    def is_told(self) -> bool:
        return self.value is not None

    @property
    def is_withheld(self) -> bool:
        """Return whether the figure is suppressed, because it could reveal something about a few children."""
        return self.children is None


@dataclass(frozen=True)
class KpiMeasure:
    """A KPI with its target, and its figures for all placements, by market and by provider."""

    key: str
    title: str
    how: str
    target: str
    met: int | None
    close: int | None
    all: KpiFigure
    by_market: list[KpiFigure]
    by_provider: list[KpiFigure]
    by_month: list[KpiMonth]  # only the months in which placements started, oldest first
    # The number of children who lack the necessary term dates, baseline or sessions. No page must show it.
    left_out: int


def compute_kpis(authority: Organisation, *, person: User, at: datetime, market: str = "") -> list[KpiMeasure]:
    """Return both KPIs for an authority or, with a market's code, for one market.

    The number of queries is constant.
    """
    markets = list(Market.objects.filter(authority=authority).exclude(status="draft").order_by("title", "pk"))
    MarketTerms.read_ahead(each_market.terms_id for each_market in markets)
    started = Placement.objects.visible_to(person, at).filter(authority=authority)
    started = started.filter(started_on__gt=local_day(at) - MEASURED_PERIOD, started_on__lte=local_day(at))
    markets_shown = [each_market for each_market in markets if market in ("", each_market.code)]
    pairs = started.values_list("provider", "provider__name", "provider__slug", "market").distinct()
    providers = {
        pk: (name, slug)
        for pk, name, slug, market_key in pairs.order_by("provider__name", "provider", "market")
        if market_key in {each_market.pk for each_market in markets_shown}
    }
    # No record has the key 0, so this matches nothing.
    narrowed_to = next((each_market.pk for each_market in markets_shown), 0) if market else TOTAL
    names = _Names(markets_shown, providers, narrowed_to)
    return [
        _measure(START_KPI, names, _measure_starts(authority, started), _summarise_starts),
        _measure(ATTENDANCE_KPI, names, _measure_attendance(started), _summarise_attendance),
    ]


class _Names(NamedTuple):
    markets: Sequence[Market]  # the markets on the page
    providers: dict[int, tuple[str, str]]  # the names and slugs of the providers in these markets
    market: int | None  # the market that the page is filtered to, or TOTAL


SummariseChildren = Callable[[list[MeasuredPlacement], int, int], tuple[float, int, KpiRating]]


def _measure_starts(authority: Organisation, started: Any) -> tuple[list[MeasuredPlacement], Counter[int]]:
    """Count the school days from the signed agreement to the first session, using the calendar of the child's
    school.
    """
    rows = list(
        started.exclude(agreed_at=None).values_list(
            "pupil", "provider", "market", "buyer__urn", "agreed_at", "started_on"
        )
    )
    calendars = school_calendars((authority.la_code, row[3]) for row in rows)
    counted: dict[Any, int | None] = {}
    children, unknown = [], Counter[int]()
    for pupil, provider, market, urn, agreed_at, started_on in rows:
        period = (urn, local_day(agreed_at), started_on)
        if period not in counted:
            counted[period] = _school_days(calendars[authority.la_code, urn], period)
        days = counted[period]
        if days is None:
            unknown[market] += 1
        else:
            children.append(MeasuredPlacement(pupil, provider, market, started_on.replace(day=1), max(days, 0)))
    return children, unknown


def _school_days(calendar: SchoolCalendar, period: Any) -> int | None:
    try:
        return calendar.between(period[1], period[2])
    except LookupError:
        return None


def _measure_attendance(started: Any) -> tuple[list[MeasuredPlacement], Counter[int]]:
    """Compare the share of sessions that each child attended with the child's attendance before the placement."""
    counted = started.annotate(
        marked=Count("attendance"), came=Count("attendance", filter=Q(attendance__mark__in=ATTENDED_MARKS)),
        before=F("pupil__attendance"),
    )  # fmt: skip
    children, unknown = [], Counter[int]()
    for row in counted.values_list("pupil", "provider", "market", "started_on", "marked", "came", "before"):
        pupil, provider, market, started_on, marked, attended, before = row
        if before is None or marked < MIN_SESSIONS_MEASURED:
            unknown[market] += 1
        else:
            better = 100 * attended / marked - float(before)
            children.append(MeasuredPlacement(pupil, provider, market, started_on.replace(day=1), better))
    return children, unknown


def _summarise_starts(children: list[MeasuredPlacement], met: int, close: int) -> tuple[float, int, KpiRating]:
    days = [child.value for child in children]
    typical = median(days)
    word = KpiRating.MET if typical <= met else KpiRating.CLOSE if typical <= close else KpiRating.MISSED
    return typical, sum(number <= met for number in days), word


def _summarise_attendance(children: list[MeasuredPlacement], met: int, close: int) -> tuple[float, int, KpiRating]:
    better = sum(child.value > 0 for child in children)
    share = 100 * better / len(children)
    return share, better, KpiRating.MET if share >= met else KpiRating.CLOSE if share >= close else KpiRating.MISSED


def _measure(
    key: str, names: _Names, measured: tuple[list[MeasuredPlacement], Counter[int]], summary: SummariseChildren
) -> KpiMeasure:
    children, left_out = measured
    defined = [kpi for market in names.markets for kpi in market.pack.kpis if kpi.key == key]
    aims = [(kpi.met, kpi.close) for kpi in defined if kpi.met is not None and kpi.close is not None]
    # Markets can have different targets.
    strictest = (min(aims) if key == START_KPI else max(aims)) if aims else None
    cells = _cells(children)
    small = {
        cell
        for cell, measured_here in cells.items()
        if len({child.pupil for child in measured_here}) < MIN_CHILDREN_SHOWN
    }
    withheld = find_suppressed_cells(
        {cell: len(measured_here) for cell, measured_here in cells.items()}, small, fewest=MIN_CHILDREN_SHOWN
    )

    def figure(name: str, cell: Cell, slug: str = "") -> KpiFigure:
        members = cells.get(cell, [])
        if cell in withheld:
            return KpiFigure(name, None, None, None, KpiRating.NO_DATA, slug)
        number = len({child.pupil for child in members})
        if not number or strictest is None:
            return KpiFigure(name, number, None, None, KpiRating.NO_DATA, slug)
        value, within, word = summary(members, *strictest)
        return KpiFigure(name, number, value, within, word, slug)

    return KpiMeasure(
        key=key,
        title=defined[0].title if defined else KPI_TITLES[key],
        how=defined[0].measure if defined else "",
        target=defined[0].target if defined else "",
        met=strictest[0] if strictest else None,
        close=strictest[1] if strictest else None,
        all=figure("All", (TOTAL, names.market)),
        by_market=[figure(market.title, (TOTAL, market.pk), market.code) for market in names.markets],
        by_provider=[figure(name, (pk, names.market), slug) for pk, (name, slug) in names.providers.items()],
        by_month=_by_month(children, names.market, withheld, lambda members: summary(members, *strictest)[0])
        if strictest
        else [],
        left_out=sum(left_out[market.pk] for market in names.markets),
    )


def _by_month(
    children: list[MeasuredPlacement], market: int | None, withheld: Iterable[Cell], summarise: Callable[..., float]
) -> list[KpiMonth]:
    """Return the value for each month in which placements of a market started.

    Months and markets are suppressed as one table. The totals are hidden here if they are hidden in the table of
    providers.
    """
    cells: dict[Cell, list[MeasuredPlacement]] = {}
    for child in children:
        for cell in product((child.month, TOTAL), (child.market, TOTAL)):
            cells.setdefault(cell, []).append(child)
    small = {cell for cell, members in cells.items() if len({child.pupil for child in members}) < MIN_CHILDREN_SHOWN}
    small |= {(TOTAL, each_market) for provider, each_market in withheld if provider is TOTAL}
    counts = {cell: len(members) for cell, members in cells.items()}
    hidden = find_suppressed_cells(counts, small, fewest=MIN_CHILDREN_SHOWN)
    months = sorted({child.month for child in children if market in (TOTAL, child.market)})
    return [KpiMonth(month, None if (month, market) in hidden else summarise(cells[month, market])) for month in months]


def _cells(children: Iterable[MeasuredPlacement]) -> dict[Cell, list[MeasuredPlacement]]:
    """Return the children grouped by provider and market.

    Each child is in four cells: one provider or all providers, in one market or all markets.
    """
    cells: dict[Cell, list[MeasuredPlacement]] = {}
    for child in children:
        for cell in product((child.provider, TOTAL), (child.market, TOTAL)):
            cells.setdefault(cell, []).append(child)
    return cells
