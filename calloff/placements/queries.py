"""Queries for lists of placements, a day's register, pupils off site, and work that is due."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet

from calloff.agreements.models import Agreement
from calloff.directory.models import Site
from calloff.directory.states import SiteStatus
from calloff.directory.timetables import Slot
from calloff.kernel.clock import local_day
from calloff.kernel.school_days import SchoolCalendar
from calloff.people.models import Organisation, User
from calloff.placements import agreed_terms, attendance_codes
from calloff.placements.models import (
    Attendance,
    ClosedSession,
    DayNote,
    FollowUp,
    Placement,
    PlacementChange,
    PlacementEnding,
    PlacementQuerySet,
    PlacementReview,
    PreStartCheck,
)
from calloff.placements.models.delivery import TO_CONFIRM, UNRESOLVED
from calloff.placements.register_windows import mark_until
from calloff.placements.states import (
    LIVE_STATUSES,
    OVER_STATUSES,
    FollowUpStatus,
    PlacementChangeStatus,
    PlacementStatus,
    ReviewStatus,
)
from calloff.pupils.contact_rules import REGISTER_PLACE, ShownContact
from calloff.pupils.models import Pupil, RecordAccess
from calloff.pupils.queries import ShownPupil, identify_with_limits
from calloff.referrals.school_calendars import calendars_of

RELATED = (
    "authority", "market", "lot", "buyer__host", "provider", "member", "pupil", "referral", "service", "site",
    "agreement", "budget", "interest__price", "offer",
)  # fmt: skip
RELATED_FOR_LIST = ("buyer", "provider", "pupil", "service")
RELATED_FOR_DAY = ("authority", "buyer", "provider", "pupil")
REGISTER_PURPOSE = "To take the register"
NOON = time(12)
DAYS_PER_FORTNIGHT = 14  # days


@dataclass(frozen=True)
class RegisterRow:
    """One child in one of a day's sessions: the timetabled session, the child's identity and the mark."""

    placement: Placement
    slot: Slot
    site: str
    shown: ShownPupil | None = None  # None if the reader is not allowed to know who the child is
    attendance: Attendance | None = None

    @property
    def name(self) -> str:
        return self.shown.in_words if self.shown else self.placement.reference

    @property
    def short_name(self) -> str:
        return self.shown.short_name if self.shown else self.placement.reference


@dataclass(frozen=True)
class DaySessions:
    """A provider's sessions on one day: each child's sessions, and the marks by placement and session."""

    provider: Organisation
    day: date
    found: list[tuple[Placement, list[Slot]]]
    marked: dict[tuple[int, str], Attendance]

    def of(self, session: str) -> list[tuple[Placement, Slot]]:
        return [(one, slot) for one, slots in self.found for slot in slots if slot.session == session]

    def counts(self) -> dict[str, tuple[int, int]]:
        """Return how many children each session has, and how many of them are marked."""
        of_each = {str(session.value): self.of(session) for session in Attendance.Session}
        return {
            session: (len(here), sum((one.pk, session) in self.marked for one, _ in here))
            for session, here in of_each.items()
        }


def of_buyer(buyer: Organisation, *, person: User, at: datetime) -> PlacementQuerySet:
    """Find a buyer's placements."""
    return seen(person, at).filter(buyer=buyer)


def of_provider(provider: Organisation, *, person: User, at: datetime) -> PlacementQuerySet:
    """Find a provider's placements."""
    return seen(person, at).filter(provider=provider)


def of_authority(authority: Organisation, *, person: User, at: datetime) -> PlacementQuerySet:
    """Find placements in an authority's markets that a person can see."""
    return seen(person, at).filter(authority=authority)


# The copy for a parent or child leaves out these model relations, for the reasons given.
LEFT_OUT_OF_COPY = {
    "sessions": "the timetable is in the agreement",
    "changes": "terms agreed between the buyer and the provider",
    "register_alerts": "which staff we emailed and when. The register already shows the child’s attendance",
}


def placements_of_pupil(pupil: Pupil, *, person: User, at: datetime) -> QuerySet[Placement]:
    """Find everything recorded about a child's placements, to answer a request from a parent or the child.

    Placements are in order of date, earliest first, with checks, registers, reviews, endings and later checks. The
    number of queries is the same for any number of sessions.
    """
    sessions = Attendance.objects.order_by("day", "session").select_related("marked_by").prefetch_related("corrections")
    found = of_buyer(pupil.buyer, person=person, at=at).filter(pupil=pupil).select_related(*RELATED, "ending")
    return found.prefetch_related(
        Prefetch("attendance", sessions), Prefetch("checks", PreStartCheck.objects.select_related("by").order_by("pk")),
        Prefetch("reviews", PlacementReview.objects.order_by("due_on", "pk")),
        Prefetch("follow_ups", FollowUp.objects.order_by("weeks")),
        Prefetch("closed_sessions", ClosedSession.objects.select_related("closed_by").order_by("day", "session")),
        Prefetch("day_notes", DayNote.objects.select_related("recorded_by").order_by("day", "time", "pk")),
    ).order_by("confirmed_at", "pk")  # fmt: skip


def seen(person: User, at: datetime) -> PlacementQuerySet:
    # A page loads the few other relations that it shows. Planning a join of all 14 took longer than these queries.
    return (
        Placement.objects.visible_to(person, at)
        .select_related(*RELATED_FOR_DAY)
        .prefetch_related(_agreed_changes(), "sessions")
    )


def with_list_columns(found: PlacementQuerySet) -> PlacementQuerySet:
    """Load only the columns that a list shows.

    The database takes longer to plan a join of every table than to read the rows.
    """
    return found.prefetch_related(None).select_related(None).select_related(*RELATED_FOR_LIST)


def _agreed_changes() -> Any:
    return Prefetch("changes", PlacementChange.objects.order_by("-number"))


def with_review_due(found: PlacementQuerySet, today: date) -> PlacementQuerySet:
    """Annotate placements with `review_due`: whether the date of a planned review has come.

    The tag “Review due” depends on the current date.
    """
    due = PlacementReview.objects.filter(placement=OuterRef("pk"), status=ReviewStatus.PLANNED, due_on__lte=today)
    return found.annotate(review_due=Exists(due))


def with_checks_left(found: PlacementQuerySet, *, kind: str = "") -> QuerySet[Any]:
    """Filter to placements with incomplete checks (of one kind, if given), and annotate them with `checks_left`."""
    of_kind = Q(checks__made_at=None) & (Q(checks__kind=kind) if kind else Q())
    making = (
        with_list_columns(found).select_related(None).select_related("interest").filter(status=PlacementStatus.CHECKS)
    )
    return making.annotate(checks_left=Count("checks", filter=of_kind)).order_by("pk")


def status_word_of(placement: Placement) -> str:
    """Return the text of a placement's tag. The placement must have `review_due`."""
    due = getattr(placement, "review_due", False) and placement.status == PlacementStatus.RUNNING
    return "Review due" if due else placement.status_word


def checks_of(placement: Placement) -> list[PreStartCheck]:
    """Return the checks that must be made before the start, in their usual order."""
    order = [kind.value for kind in (
        PreStartCheck.Kind.VISIT, PreStartCheck.Kind.STAFF, PreStartCheck.Kind.RISK_PLAN, PreStartCheck.Kind.PARENT,
        PreStartCheck.Kind.AUTHORITY, PreStartCheck.Kind.DIRECTION, PreStartCheck.Kind.SAFEGUARDING,
    )]  # fmt: skip
    found = placement.checks.select_related("by", "paper")
    return sorted(found, key=lambda check: order.index(check.kind))


def day_sessions(provider: Organisation, day: date, *, person: User, at: datetime) -> DaySessions:
    """Return a provider's sessions on one day, for the register and its progress."""
    return days_sessions(provider, [day], person=person, at=at)[0]


def days_sessions(provider: Organisation, days: Sequence[date], *, person: User, at: datetime) -> list[DaySessions]:
    """Return a provider's sessions on several days, in order. More days do not need more queries."""
    several = list(_to_mark(of_provider(provider, person=person, at=at), days[0], days[-1]))
    calendars = calendars_of({one.buyer_id: one.buyer for one in several}.values())
    markable = [one for one in several if not one.is_over or _still(one, calendars[one.buyer_id], at)]
    found = {
        day: [
            (one, slots) for one in markable if (slots := agreed_terms.sessions_on(one, day, calendars[one.buyer_id]))
        ]
        for day in days
    }
    stored = Attendance.objects.filter(placement__in=[one.pk for one in markable], day__range=(days[0], days[-1]))
    marked: dict[date, dict[tuple[int, str], Attendance]] = {day: {} for day in days}
    for one in stored:
        marked[one.day][one.placement_id, one.session] = one
    return [DaySessions(provider, day, found[day], marked[day]) for day in days]


def register_rows(there: DaySessions, shown: Mapping[int, ShownPupil]) -> dict[str, list[RegisterRow]]:
    """Return the children in each session, sorted by name. `shown` has the names that the reader can see, by pupil."""
    found = [(one, slot) for one, slots in there.found for slot in slots]
    rows = [
        RegisterRow(one, slot, site, shown.get(one.pupil_id), there.marked.get((one.pk, slot.session)))
        for (one, slot), site in zip(found, sites_of(found, there.day), strict=True)
    ]
    rows.sort(key=lambda row: row.name)
    return {str(half.value): [row for row in rows if row.slot.session == half.value] for half in Attendance.Session}


def identify_register(
    provider: Organisation, placements: Iterable[Placement], *, person: User, at: datetime
) -> tuple[dict[int, ShownPupil], dict[int, tuple[ShownContact, ...]]]:
    """Return the children's names for a register, and the people who must not be contacted, by pupil.

    The view log records who saw them.
    """
    return identify_with_limits(
        {one.pupil_id: one.pupil for one in placements}.values(), place=REGISTER_PLACE, person=person,
        acting_for=provider, purpose=REGISTER_PURPOSE, at=at, what=RecordAccess.What.IDENTITY,
    )  # fmt: skip


def placements_without_session(there: DaySessions, *, person: User, at: datetime) -> PlacementQuerySet:
    """Return a provider's placements that have no session on a day, but whose children might be there.

    The list includes placements that ended within the last two weeks, because a child might have stayed.
    """
    lately = Q(status__in=OVER_STATUSES, ended_on__gte=there.day - timedelta(days=DAYS_PER_FORTNIGHT))
    ours = of_provider(there.provider, person=person, at=at).filter(~Q(status__in=OVER_STATUSES) | lately)
    return with_list_columns(ours).exclude(pk__in=[one.pk for one, _ in there.found]).order_by("reference")


def closed_sessions_of(placement: Placement) -> QuerySet[ClosedSession]:
    """Return the unmarked sessions that the school closed, with the school's reasons, latest first."""
    found = ClosedSession.objects.filter(placement=placement).select_related("closed_by")
    return found.order_by("-day", "-session")


def attendance_of(placement: Placement) -> QuerySet[Attendance]:
    """Return a child's marks, latest first, with the facts about the placement that code suggestions need."""
    found = Attendance.objects.filter(placement=placement).select_related(
        "marked_by", "confirmed_by", "placement__service", "placement__provider", "placement__referral"
    )
    return found.prefetch_related("corrections__by").order_by("-day", "-session")


def codes_to_confirm(buyer: Organisation, *, person: User, at: datetime) -> list[tuple[str, int]]:
    """Count the sessions of each placement whose codes the school must confirm.

    The count includes sessions that were corrected after the school confirmed a code.
    """
    seen = Placement.objects.visible_to(person, at)
    found = Attendance.objects.filter(TO_CONFIRM, placement__buyer=buyer, placement__in=seen)
    return list(found.values_list("placement__reference").annotate(Count("pk")).order_by("placement__reference"))


def unresolved_absences(buyer: Organisation, *, person: User, at: datetime) -> list[tuple[Attendance, date]]:
    """Find absences without a known reason, each with the day by which the school must find out the reason.

    The limit is five school days (2024 regulations), or a week if the term dates are not known.
    """
    seen = Placement.objects.visible_to(person, at)
    found = Attendance.objects.filter(UNRESOLVED, placement__buyer=buyer, placement__in=seen)
    if not (absences := list(found.select_related("placement").order_by("day", "pk"))):
        return []
    calendar = calendars_of([buyer])[buyer.pk]
    return [(one, _resolve_by(one.day, calendar)) for one in absences]


def reviews_due(buyer: Organisation, *, person: User, at: datetime, ahead: int = 14) -> QuerySet[PlacementReview]:
    """Find reviews that are overdue or due within a number of days."""
    until = local_day(at) + timedelta(days=ahead)
    found = PlacementReview.objects.filter(
        status=ReviewStatus.PLANNED, due_on__lte=until, placement__in=Placement.objects.visible_to(person, at),
        placement__status__in=LIVE_STATUSES, buyer=buyer,
    )  # fmt: skip
    return found.select_related("placement__provider").order_by("due_on", "pk")


def follow_ups_due(buyer: Organisation, *, person: User, at: datetime, ahead: int = 7) -> QuerySet[FollowUp]:
    """Find follow-up checks that are overdue or due within a number of days."""
    until = local_day(at) + timedelta(days=ahead)
    found = FollowUp.objects.filter(
        status=FollowUpStatus.DUE, due_on__lte=until, placement__in=Placement.objects.visible_to(person, at),
        buyer=buyer,
    )  # fmt: skip
    return found.select_related("placement").order_by("due_on", "pk")


def changes_to_answer(side: Organisation, *, person: User, at: datetime) -> QuerySet[PlacementChange]:
    """Find the proposed changes that one side must answer."""
    mine = Q(side=PlacementChange.Side.PROVIDER, buyer=side) | Q(side=PlacementChange.Side.BUYER, provider=side)
    found = PlacementChange.objects.filter(
        mine, status=PlacementChangeStatus.PROPOSED, placement__in=Placement.objects.visible_to(person, at)
    )
    return found.select_related("placement", "buyer", "provider").order_by("proposed_at", "pk")


def reports_due(provider: Organisation, *, person: User, at: datetime) -> QuerySet[PlacementEnding]:
    """Find exit reports that a provider has not sent yet."""
    found = PlacementEnding.objects.filter(
        reported_at=None, report_due_on__isnull=False, placement__provider=provider,
        placement__status__in=OVER_STATUSES,
        placement__in=Placement.objects.visible_to(person, at),
    )  # fmt: skip
    return found.select_related("placement").order_by("report_due_on", "pk")


def of_agreement(agreement: Agreement) -> Placement | None:
    """Return the placement of a placement agreement, or None for another kind of agreement."""
    return Placement.objects.filter(agreement=agreement).select_related("provider").first()


def ending_of(placement: Placement) -> PlacementEnding | None:
    return PlacementEnding.objects.filter(placement=placement).first()


def open_sites(placement: Placement) -> QuerySet[Site]:
    """Find the provider's sites where the child could attend."""
    found: QuerySet[Site] = Site.objects.filter(provider=placement.provider_id, status=SiteStatus.OPEN)
    return found.order_by("name", "pk")


def lasting_on(found: PlacementQuerySet, day: date) -> PlacementQuerySet:
    """Filter to placements agreed for a day, with the relations that pages about that day need."""
    there = found.select_related(None).select_related(*RELATED_FOR_DAY)
    return there.filter(status__in=LIVE_STATUSES, starts_on__lte=day, ends_on__gte=day).order_by("pk")


def _to_mark(found: PlacementQuerySet, first: date, last: date) -> PlacementQuerySet:
    """Filter to placements whose registers might still need marks for some days, even if they have ended since."""
    live = Q(status__in=LIVE_STATUSES, starts_on__lte=last, ends_on__gte=first)
    over = Q(status__in=OVER_STATUSES, started_on__isnull=False, starts_on__lte=last, ended_on__gte=first)
    there = found.select_related(None).select_related(*RELATED_FOR_DAY, "ending")
    return there.filter(live | over).order_by("pk")


def _still(placement: Placement, calendar: SchoolCalendar, at: datetime) -> bool:
    until = mark_until(placement, calendar)
    return until is not None and local_day(at) <= until


def with_sessions(found: Iterable[Placement], day: date) -> list[tuple[Placement, list[Slot]]]:
    """Find placements that have not ended and have a session on a day, each with its sessions.

    The number of queries is the same for any number of schools.
    """
    several = [one for one in found if not one.is_over]
    calendars = calendars_of({one.buyer_id: one.buyer for one in several}.values())
    each = ((one, agreed_terms.sessions_on(one, day, calendars[one.buyer_id])) for one in several)
    return [(one, slots) for one, slots in each if slots]


def marked_on(several: Iterable[Placement], day: date) -> dict[tuple[int, str], Attendance]:
    found = Attendance.objects.filter(placement__in=[one.pk for one in several], day=day)
    return {(one.placement_id, one.session): one for one in found}


def sites_of(found: Iterable[tuple[Placement, Slot | None]], day: date) -> list[str]:
    """Return each child's site for each session of a day, in order.

    This is the session's own site or, if it has none, the placement's usual site. An agreed change of site applies from
    the change's start date. The function makes one query for any number of children.
    """
    where = [(slot.site_id if slot else None) or agreed_terms.terms_on(one, day).site_id for one, slot in found]
    known = {site.pk: site for site in Site.objects.filter(pk__in={pk for pk in where if pk})}
    return [str(known[pk]) if pk else "Online, or at the school or home" for pk in where]


def _resolve_by(day: date, calendar: SchoolCalendar) -> date:
    try:
        return calendar.after(day, attendance_codes.RESOLVE_SCHOOL_DAYS)
    except LookupError:
        return day + timedelta(days=7)
