"""Find unmarked sessions, which the provider, school and council see until someone marks or closes them.

`agreed_terms` works out the sessions once for each period in which the timetable does not change. One query then finds
the sessions without a mark or closure, for any number of children.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Prefetch, Q

from calloff.kernel.clock import local_day, midnight
from calloff.people.models import Organisation, User
from calloff.placements import agreed_terms, queries
from calloff.placements.models import Attendance, Placement, PlacementChange, PlacementQuerySet
from calloff.placements.register_windows import mark_until
from calloff.placements.retention import ATTENDANCE_RETENTION
from calloff.placements.session_starts import find_slot, start_of
from calloff.placements.states import LIVE_STATUSES, OVER_STATUSES, PlacementChangeStatus
from calloff.referrals.school_calendars import calendars_of

LATE_MARKING_PERIOD = timedelta(
    days=120
)  # the longest time in which an ended placement's register can be marked (register_windows.py), holidays included
SEVEN_DAYS = [timedelta(days=number) for number in range(7)]
UNMARKED_SESSIONS_SQL = """
    SELECT week.placement, held.day::date, week.session
    FROM unnest(%s::bigint[], %s::int[], %s::text[], %s::date[], %s::date[])
        AS week(placement, weekday, session, first_day, last_day)
    CROSS JOIN LATERAL generate_series(week.first_day, week.last_day, interval '1 day') AS held(day)
    WHERE extract(isodow FROM held.day) = week.weekday
        AND NOT EXISTS (SELECT FROM placements_attendance marked WHERE marked.placement_id = week.placement
                        AND marked.day = held.day::date AND marked.session = week.session)
        AND NOT EXISTS (SELECT FROM placements_closedsession closed WHERE closed.placement_id = week.placement
                        AND closed.day = held.day::date AND closed.session = week.session)
"""


@dataclass(frozen=True)
class DueSession:
    """A session of one child that has not been marked or closed."""

    placement: Placement
    day: date
    session: str

    @property
    def half(self) -> str:
        return str(Attendance.Session(self.session).label).lower()

    @property
    def starts_at(self) -> datetime:
        """Return when the session starts, according to the timetable on that day.

        The property reads the placement's changes and sessions.
        """
        slot = find_slot(self.placement, self.day, self.session)
        return start_of(slot, self.day) if slot else midnight(self.day)

    def has_started(self, at: datetime) -> bool:
        return self.day < local_day(at) or self.starts_at <= at


@dataclass(frozen=True)
class WeekdaySession:
    """One weekly session, with the dates between which its timetable applies."""

    placement: int
    weekday: int  # 1 is Monday
    session: str
    first: date
    last: date


def find_due(
    found: PlacementQuerySet, last: date, at: datetime, *, known: Iterable[Placement] = ()
) -> list[DueSession]:
    """Return the unmarked and unclosed sessions of placements up to and including a day, oldest first.

    The list leaves out days that are not school days, and days whose register entries might already have been deleted
    (retention.py). The number of queries is the same for any number of placements. `known` has placements that were
    already loaded with the relations of a day.
    """
    first = local_day(ATTENDANCE_RETENTION.due_before(at))
    over = Q(status__in=OVER_STATUSES, started_on__isnull=False, ended_on__gte=first)
    counted = Q(status__in=LIVE_STATUSES, starts_on__lte=last) | over
    light = list(_dates_and_timetables(found.filter(counted)))
    weeks = [week for one in light for week in _weeks_of(one, first, last)]
    gaps = _gaps(weeks) if weeks else []
    several = _loaded(found, light, {key for key, _, _ in gaps}, known)
    calendars = calendars_of({one.buyer_id: one.buyer for one in several.values()}.values())
    due = [
        DueSession(several[key], day, session)
        for key, day, session in gaps
        if agreed_terms.is_school_day(calendars[several[key].buyer_id], day) is not False
    ]
    return sorted(due, key=lambda one: (one.day, one.session, one.placement.reference))


def _loaded(
    found: PlacementQuerySet, light: Iterable[Placement], keys: set[int], known: Iterable[Placement]
) -> dict[int, Placement]:
    """Load placements with the relations of a day. The timetables are those that were already read."""
    several: dict[int, Any] = {one.pk: one for one in known if one.pk in keys and not one.is_over}
    if missing := keys - several.keys():
        there = found.filter(pk__in=missing).select_related(None).prefetch_related(None)
        several |= {one.pk: one for one in there.select_related(*queries.RELATED_FOR_DAY, "ending")}
    for one in light:
        if one.pk in several:
            several[one.pk]._prefetched_objects_cache = getattr(one, "_prefetched_objects_cache", {})
    return several


def _dates_and_timetables(found: PlacementQuerySet) -> PlacementQuerySet:
    """Load only the columns that `_weeks_of` reads, because most placements have no unmarked session."""
    columns = ("status", "starts_on", "ends_on", "last_on", "ended_on", "site", "unit", "amount", "ratio")
    agreed = PlacementChange.objects.filter(status=PlacementChangeStatus.AGREED)
    light = found.select_related(None).prefetch_related(None).only(*columns)
    return light.prefetch_related(Prefetch("changes", agreed), "sessions")


def to_mark(provider: Organisation, *, person: User, at: datetime, known: Iterable[Placement] = ()) -> list[DueSession]:
    """Return the sessions that a provider can still mark, and those that start later today.

    Placements that ended too long ago to be marked are not read, because a provider can have many years of them.
    """
    today = local_day(at)
    lately = Q(ended_on__gte=today - LATE_MARKING_PERIOD) | Q(ending__made_at__gte=at - LATE_MARKING_PERIOD)
    ours = queries.of_provider(provider, person=person, at=at).filter(Q(status__in=LIVE_STATUSES) | lately)
    found = find_due(ours, today, at, known=known)
    over = {one.placement.pk: one.placement for one in found if one.placement.is_over}
    calendars = calendars_of({one.buyer_id: one.buyer for one in over.values()}.values())
    late = {
        key for key, one in over.items()
        if (until := mark_until(one, calendars[one.buyer_id])) is None or today > until
    }  # fmt: skip
    return [one for one in found if one.placement.pk not in late]


def of_school(buyer: Organisation, *, person: User, at: datetime) -> list[DueSession]:
    """Return a buyer's unmarked sessions before today, which the buyer can chase or close with a reason."""
    ours = queries.of_buyer(buyer, person=person, at=at).filter(register_settled_on=None)
    return find_due(ours, local_day(at) - timedelta(days=1), at)


def of_council(authority: Organisation, *, person: User, at: datetime) -> list[DueSession]:
    """Return unmarked sessions before today in an authority's markets, except those in settled registers."""
    seen = queries.of_authority(authority, person=person, at=at).filter(register_settled_on=None)
    return find_due(seen, local_day(at) - timedelta(days=1), at)


def unmarked_days(placement: Placement, at: datetime) -> list[date]:
    """Return the days before today with a session that has not been marked or closed, latest first."""
    ours = Placement.objects.filter(pk=placement.pk).prefetch_related("changes", "sessions")
    due = find_due(ours, local_day(at) - timedelta(days=1), at)
    return sorted({one.day for one in due}, reverse=True)


def late_marks(placement: Placement, at: datetime) -> tuple[date, list[date]] | None:
    """Return the last day for marking an ended placement's register, and the days still to mark.

    Return None after the last day for marking.
    """
    calendar = calendars_of([placement.buyer])[placement.buyer_id]
    until = mark_until(placement, calendar) if placement.is_over else None
    if until is None or local_day(at) > until:
        return None
    return until, unmarked_days(placement, at)


def by_placement(found: Iterable[DueSession]) -> dict[Placement, list[DueSession]]:
    """Group sessions by placement, oldest session first."""
    gathered: dict[int, list[DueSession]] = {}
    for one in found:
        gathered.setdefault(one.placement.pk, []).append(one)
    return {several[0].placement: several for several in gathered.values()}


def _weeks_of(one: Placement, since: date, until: date) -> list[WeekdaySession]:
    """Return a placement's weekly sessions between two days, each with the dates between which its timetable
    applies.
    """
    last = one.ended_on or one.closes_on
    if one.starts_on is None or last is None:
        return []
    begin, end = max(one.starts_on, since), min(last, until)
    return [
        WeekdaySession(one.pk, day.isoweekday(), str(slot.session), first, final)
        for first, final, terms in agreed_terms.periods_of_terms(one, begin, end)
        for day in (first + offset for offset in SEVEN_DAYS)
        for slot in terms.on(day)
        if first <= final
    ]


def _gaps(weeks: list[WeekdaySession]) -> list[tuple[int, date, str]]:
    columns: list[Any] = [
        [week.placement for week in weeks], [week.weekday for week in weeks], [week.session for week in weeks],
        [week.first for week in weeks], [week.last for week in weeks],
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(UNMARKED_SESSIONS_SQL, columns)
        return list(cursor.fetchall())
