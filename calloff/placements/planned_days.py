"""The planned days of placements (sessions, reviews, starts and ends), for “This week” and for calendars.

Each function takes placements that the reader can see. The number of queries is the same for any number of placements.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, F, Max, Min, Q
from django.db.models.functions import Coalesce

from calloff.directory.models import TeachingMode
from calloff.directory.timetables import TIMETABLE_WEEKDAYS, Slot
from calloff.kernel.school_days import SchoolCalendar
from calloff.placements import agreed_terms
from calloff.placements.models import AgreedSession, Placement, PlacementQuerySet, PlacementReview
from calloff.placements.session_starts import instant_of, start_of, start_time
from calloff.placements.states import LIVE_STATUSES, OVER_STATUSES, PlacementStatus, ReviewStatus
from calloff.pupils.models import AddressWithholding, ContactAnswer, Pupil, PupilContact
from calloff.referrals.models import Referral
from calloff.referrals.school_calendars import calendars_by_buyer, calendars_of

LAST_DAY = Coalesce("ended_on", "last_on", "ends_on")


@dataclass(frozen=True)
class PlannedSession:
    """A session of one child that has not been marked yet, or that is cancelled."""

    reference: str
    day: date
    session: str
    starts_at: datetime
    ends_at: datetime
    at_home: bool  # a calendar never shows when a child might be at home
    is_cancelled: bool


@dataclass(frozen=True)
class SessionCount:
    """The number of children with a session on a half day, with the earliest start and the latest end."""

    day: date
    session: str
    children: int
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class PlannedDay:
    """A day on which a placement starts or ends, or by which it must be reviewed."""

    reference: str
    day: date
    key: str


def planned_sessions(found: PlacementQuerySet, first: date, last: date) -> list[PlannedSession]:
    """Return the sessions of placements between two days, in order.

    A session is cancelled if the school is closed that day, or if the placement ended before its agreed last day.
    """
    lasting = Q(status__in=LIVE_STATUSES, ends_on__gte=first)
    over = Q(status__in=OVER_STATUSES, started_on__isnull=False, ends_on__gte=first)
    there = found.filter(lasting | over, starts_on__lte=last).annotate(mode=F("service__mode"))
    placements = list(there.select_related(None).select_related("buyer__host").prefetch_related("changes", "sessions"))
    calendars = calendars_of({placement.buyer_id: placement.buyer for placement in placements}.values())
    known: dict[int, dict[date, bool | None]] = {placement.buyer_id: {} for placement in placements}
    sessions = [
        _session(one, slot, day, is_cancelled=is_cancelled)
        for one in placements
        for day, slot, is_cancelled in slots_between(one, calendars[one.buyer_id], first, last, known[one.buyer_id])
    ]
    return sorted(sessions, key=lambda session: (session.starts_at, session.reference))


def count_sessions_of_week(found: PlacementQuerySet, monday: date) -> list[SessionCount]:
    """Count the sessions of live placements on each half day of a week, in order.

    The database counts the sessions by buyer, so that few rows are read even for a provider with thousands of
    placements. Days when a school is closed are left out.
    """
    days = {weekday: monday + timedelta(days=number) for number, weekday in enumerate(TIMETABLE_WEEKDAYS)}
    on_its_day = Q()
    for weekday, day in days.items():
        on_its_day |= (
            Q(weekday=weekday, placement__starts_on__lte=day)
            & (Q(placement__last_on__gte=day) | Q(placement__last_on=None, placement__ends_on__gte=day))
            & (Q(from_on=None) | Q(from_on__lte=day))
            & (Q(to_on=None) | Q(to_on__gte=day))
        )
    live = found.filter(status__in=LIVE_STATUSES).select_related(None).prefetch_related(None).order_by()
    held: Any = AgreedSession.objects.filter(on_its_day, placement__in=live.values("pk")).order_by()
    buyer = ("placement__buyer", "placement__buyer__urn", "placement__buyer__host__la_code")
    rows = list(
        held.values_list(*buyer, "weekday", "session").annotate(Count("placement", distinct=True))
        .annotate(Min("starts"), Max("ends"))
    )  # fmt: skip
    calendars = calendars_by_buyer({pk: (urn, la_code or "") for pk, urn, la_code, *_ in rows})
    halves: dict[tuple[date, str], SessionCount] = {}
    for pk, _, _, weekday, session, number, first, last in rows:
        day = days[weekday]
        if agreed_terms.is_school_day(calendars[pk], day) is False:
            continue
        starts = instant_of(day, first or start_time(Slot(weekday, session, None, None)))
        count = SessionCount(day, session, number, starts, instant_of(day, last) if last else starts)
        halves[day, session] = _added(halves.get((day, session)), count)
    return sorted(halves.values(), key=lambda one: (one.day, one.session))


def _added(one: SessionCount | None, other: SessionCount) -> SessionCount:
    if one is None:
        return other
    return replace(
        one,
        children=one.children + other.children,
        starts_at=min(one.starts_at, other.starts_at),
        ends_at=max(one.ends_at, other.ends_at),
    )


def planned_starts_and_ends(found: PlacementQuerySet, first: date, last: date) -> list[PlannedDay]:
    """Return the first days of signed placements that have not started, and the last days of current placements.

    The last days come from the notice or the agreement.
    """
    starts = Q(status=PlacementStatus.AGREED, starts_on__range=(first, last))
    ends = Q(status__in=LIVE_STATUSES, closes__range=(first, last))
    there = found.select_related(None).prefetch_related(None).annotate(closes=LAST_DAY).filter(starts | ends)
    rows: Any = there.order_by("pk").values_list("reference", "status", "starts_on", "closes")
    days = []
    for reference, status, starts_on, closes in rows:
        if status == PlacementStatus.AGREED and first <= starts_on <= last:
            days.append(PlannedDay(reference, starts_on, "start"))
        if status in LIVE_STATUSES and first <= closes <= last:
            days.append(PlannedDay(reference, closes, "end"))
    return days


def planned_reviews(found: PlacementQuerySet, first: date, last: date) -> list[PlannedDay]:
    """Return the days by which current placements must be reviewed."""
    current = found.filter(status__in=LIVE_STATUSES).select_related(None).prefetch_related(None)
    reviews = PlacementReview.objects.filter(
        status=ReviewStatus.PLANNED, due_on__range=(first, last), placement__in=current.values("pk")
    )
    rows = reviews.order_by("due_on", "pk").values_list("placement__reference", "due_on", "pk")
    return [PlannedDay(reference, day, f"review {pk}") for reference, day, pk in rows]


def about_hidden_children(references: Iterable[str]) -> set[str]:
    """Return the references of the children's records that no calendar shows.

    These are the records of looked-after children, and of children whose own address must be withheld or who have a
    contact with a withheld address, because they might live with that contact. Someone who looks for one of these
    children must not find out where and when the child is.
    """
    asked, reasons = list(references), AddressWithholding.reasons()
    homes = PupilContact.objects.filter(address_withheld__in=reasons).exclude(lives_with_child=ContactAnswer.NO)
    hidden = Pupil.objects.filter(
        ~Q(looked_after_by="") | Q(address_withheld__in=reasons) | Q(pk__in=homes.values("pupil"))
    )
    placed: Any = Placement.objects.filter(pupil__in=hidden.values("pk"))
    requested: Any = Referral.objects.filter(pupil__in=hidden.values("pk"))
    found: set[str] = set(placed.filter(reference__in=asked).values_list("reference", flat=True))
    found |= set(placed.filter(agreement__reference__in=asked).values_list("agreement__reference", flat=True))
    found |= set(requested.filter(reference__in=asked).values_list("reference", flat=True))
    return found | set(hidden.filter(reference__in=asked).values_list("reference", flat=True))


def slots_between(
    placement: Placement, calendar: SchoolCalendar, first: date, last: date, known: dict[date, bool | None]
) -> Iterator[tuple[date, Slot, bool]]:
    """Yield a placement's sessions between two days, each with its day and whether it is cancelled.

    `known` stores the school days that were already looked up in the calendar. This reads what `terms_on` reads.
    """
    over = placement.ended_on or placement.closes_on
    if placement.starts_on is None or placement.ends_on is None or over is None:
        return
    begin, end = max(placement.starts_on, first), min(max(over, placement.ends_on), last)
    for start, final, terms in agreed_terms.periods_of_terms(placement, begin, end):
        week = [terms.on(start + agreed_terms.ONE_DAY * number) for number in range(7)]
        for number in range((final - start).days + 1):
            slots, day = week[number % 7], start + agreed_terms.ONE_DAY * number
            if not slots:
                continue
            if day not in known:
                known[day] = agreed_terms.is_school_day(calendar, day)
            is_closed = day in calendar.closed
            if known[day] is False and not is_closed:
                continue
            for slot in slots:
                yield day, slot, is_closed or day > over


def _session(placement: Any, slot: Slot, day: date, *, is_cancelled: bool) -> PlannedSession:
    starts = start_of(slot, day)
    ends = instant_of(day, slot.ends) if slot.ends else starts
    has_site = bool(slot.site_id or placement.site_id)
    at_home = placement.mode == TeachingMode.OUTREACH and not has_site
    return PlannedSession(placement.reference, day, str(slot.session), starts, ends, at_home, is_cancelled)
