"""Two measures that are computed from what is stored: how soon children start, and whether they attend better.

Attendance is measured against each child's own baseline, never against a fixed rate, which would be unfair to these
children. What counts as met or close stands in the market's pack. Of fewer than five children nothing is notified, and
nothing from which it could be worked out (small_numbers.py): the figures of all, of each market and of each provider in
each market are one table, whichever part of it a page shows.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
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

START_KPI, ATTENDANCE_KPI = "start", "attendance"  # the keys of a pack's measures that are computed here
MIN_CHILDREN_SHOWN = 5  # children of whom something is told
MIN_SESSIONS_MEASURED = 10  # that must be marked before a child's attendance is compared: a week of full days
MEASURED_PERIOD = timedelta(days=365)  # children who started within it
KPI_TITLES = {
    START_KPI: "Time from agreement to start",
    ATTENDANCE_KPI: "Attendance improved on the child's own baseline",
}
ATTENDED_MARKS = (Attendance.Mark.PRESENT, Attendance.Mark.LATE, Attendance.Mark.LEFT_EARLY)


class KpiRating(StrEnum):
    """Red, amber and green, in words."""

    MET = "Met"
    CLOSE = "Close"
    MISSED = "Missed"
    NO_DATA = "No data"


class MeasuredPlacement(NamedTuple):
    """What is measured of one placement; who the child is does not leave this module."""

    pupil: int
    provider: int
    market: int
    value: float  # school days to the start; or percentage points above the child's own baseline


@dataclass(frozen=True)
class KpiFigure:
    """A measure of some children: of all, of a market's, of a provider's."""

    name: str
    children: int | None  # nothing where it is not to be shown
    value: float | None  # school days, or per cent; nothing where it is not to be shown
    within: int | None  # how many of the children by themselves reach what counts as met
    word: KpiRating
    key: str = ""  # what narrows a list of placements to these: the slug of a provider, the code of a market

    @property
    def is_told(self) -> bool:
        return self.value is not None

    @property
    def is_withheld(self) -> bool:
        """Say whether it is kept back for the sake of a few children; of how few, and whose, is not to be told."""
        return self.children is None


@dataclass(frozen=True)
class KpiMeasure:
    """One measure with what it aims at, and its figures: all together, by market, by provider."""

    key: str
    title: str
    how: str
    target: str
    met: int | None
    close: int | None
    all: KpiFigure
    by_market: list[KpiFigure]
    by_provider: list[KpiFigure]
    left_out: int  # of whom it cannot be computed (no term dates, no baseline, too few sessions): not to be shown


def compute_kpis(authority: Organisation, *, person: User, at: datetime, market: str = "") -> list[KpiMeasure]:
    """Compute both measures for an authority, or for one of its markets by its code. As many queries for any number."""
    several = list(Market.objects.filter(authority=authority).exclude(status="draft").order_by("title", "pk"))
    MarketTerms.read_ahead(one.terms_id for one in several)
    started = Placement.objects.visible_to(person, at).filter(authority=authority)
    started = started.filter(started_on__gt=local_day(at) - MEASURED_PERIOD, started_on__lte=local_day(at))
    shown = [one for one in several if market in ("", one.code)]
    where = started.values_list("provider", "provider__name", "provider__slug", "market").distinct()
    providers = {
        pk: (name, slug)
        for pk, name, slug, its in where.order_by("provider__name", "provider", "market")
        if its in {one.pk for one in shown}
    }
    which = next((one.pk for one in shown), 0) if market else TOTAL  # 0: of a market that there is not, nothing
    names = _Names(shown, providers, which)
    return [
        _measure(START_KPI, names, _starts(authority, started), _soon),
        _measure(ATTENDANCE_KPI, names, _attendances(started), _improved),
    ]


class _Names(NamedTuple):
    markets: Sequence[Market]  # that are shown
    providers: dict[int, tuple[str, str]]  # in those: names and slugs
    market: int | None  # the one to which the page is narrowed, or ALL


SummariseChildren = Callable[[list[MeasuredPlacement], int, int], tuple[float, int, KpiRating]]


def _starts(authority: Organisation, started: Any) -> tuple[list[MeasuredPlacement], Counter[int]]:
    """Count the school days from the signed agreement to the first session, by each school's own calendar."""
    rows = list(
        started.exclude(agreed_at=None).values_list(
            "pupil", "provider", "market", "buyer__urn", "agreed_at", "started_on"
        )
    )
    calendars = school_calendars((authority.la_code, row[3]) for row in rows)
    counted: dict[Any, int | None] = {}
    children, unknown = [], Counter[int]()
    for pupil, provider, market, urn, agreed_at, started_on in rows:
        between = (urn, local_day(agreed_at), started_on)
        if between not in counted:
            counted[between] = _school_days(calendars[authority.la_code, urn], between)
        days = counted[between]
        if days is None:
            unknown[market] += 1
        else:
            children.append(MeasuredPlacement(pupil, provider, market, max(days, 0)))
    return children, unknown


def _school_days(calendar: SchoolCalendar, between: Any) -> int | None:
    try:
        return calendar.between(between[1], between[2])
    except LookupError:
        return None


def _attendances(started: Any) -> tuple[list[MeasuredPlacement], Counter[int]]:
    """Compare the share of sessions that a child came to with the child's own attendance before."""
    counted = started.annotate(
        marked=Count("attendance"), came=Count("attendance", filter=Q(attendance__mark__in=ATTENDED_MARKS)),
        before=F("pupil__attendance"),
    )  # fmt: skip
    children, unknown = [], Counter[int]()
    for row in counted.values_list("pupil", "provider", "market", "marked", "came", "before"):
        pupil, provider, market, marked, came, before = row
        if before is None or marked < MIN_SESSIONS_MEASURED:
            unknown[market] += 1
        else:
            children.append(MeasuredPlacement(pupil, provider, market, 100 * came / marked - float(before)))
    return children, unknown


def _soon(children: list[MeasuredPlacement], met: int, close: int) -> tuple[float, int, KpiRating]:
    days = [one.value for one in children]
    typical = median(days)
    word = KpiRating.MET if typical <= met else KpiRating.CLOSE if typical <= close else KpiRating.MISSED
    return typical, sum(one <= met for one in days), word


def _improved(children: list[MeasuredPlacement], met: int, close: int) -> tuple[float, int, KpiRating]:
    better = sum(one.value > 0 for one in children)
    share = 100 * better / len(children)
    return share, better, KpiRating.MET if share >= met else KpiRating.CLOSE if share >= close else KpiRating.MISSED


def _measure(
    key: str, names: _Names, counted: tuple[list[MeasuredPlacement], Counter[int]], summary: SummariseChildren
) -> KpiMeasure:
    children, left_out = counted
    defined = [kpi for one in names.markets for kpi in one.pack.kpis if kpi.key == key]
    aims = [(kpi.met, kpi.close) for kpi in defined if kpi.met is not None and kpi.close is not None]
    strictest = (
        (min(aims) if key == START_KPI else max(aims)) if aims else None
    )  # where markets aim at different numbers
    cells = _cells(children)
    small = {cell for cell, some in cells.items() if len({one.pupil for one in some}) < MIN_CHILDREN_SHOWN}
    withheld = find_suppressed_cells(
        {cell: len(some) for cell, some in cells.items()}, small, fewest=MIN_CHILDREN_SHOWN
    )

    def figure(name: str, cell: Cell, slug: str = "") -> KpiFigure:
        chosen = cells.get(cell, [])
        if cell in withheld:
            return KpiFigure(name, None, None, None, KpiRating.NO_DATA, slug)
        number = len({one.pupil for one in chosen})
        if not number or strictest is None:
            return KpiFigure(name, number, None, None, KpiRating.NO_DATA, slug)
        value, within, word = summary(chosen, *strictest)
        return KpiFigure(name, number, value, within, word, slug)

    return KpiMeasure(
        key=key,
        title=defined[0].title if defined else KPI_TITLES[key],
        how=defined[0].measure if defined else "",
        target=defined[0].target if defined else "",
        met=strictest[0] if strictest else None,
        close=strictest[1] if strictest else None,
        all=figure("All", (TOTAL, names.market)),
        by_market=[figure(one.title, (TOTAL, one.pk), one.code) for one in names.markets],
        by_provider=[figure(name, (pk, names.market), slug) for pk, (name, slug) in names.providers.items()],
        left_out=sum(left_out[one.pk] for one in names.markets),
    )


def _cells(children: Iterable[MeasuredPlacement]) -> dict[Cell, list[MeasuredPlacement]]:
    """Gather children by provider and market, and into the sums of both: each stands in four cells."""
    cells: dict[Cell, list[MeasuredPlacement]] = {}
    for one in children:
        for cell in product((one.provider, TOTAL), (one.market, TOTAL)):
            cells.setdefault(cell, []).append(one)
    return cells
