"""Find where children in placements are, according to daily notes, and what each placement lacked at the time."""

from collections.abc import Container, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Subquery, When
from django.utils import timezone

from calloff.kernel import time_of_day
from calloff.kernel.clock import local_day
from calloff.kernel.formatting import format_date, format_list, format_short_date
from calloff.people.models import Organisation, User
from calloff.placements.models import DayNote, Placement, PlacementChange, PlacementQuerySet, PreStartCheck
from calloff.placements.states import (
    OVER_STATUSES,
    UNSIGNED_STATUSES,
    DayNoteStatus,
    PlacementChangeStatus,
    PlacementStatus,
)
from calloff.placements.suspensions import suspensions_of_membership
from calloff.pupils.models import Pupil

# A correction replaces the earlier note. If two notes have the same time, the note that was recorded last counts.
IS_REPLACEMENT = Q(kind__in=DayNote.CAME, corrects__isnull=False)
LATEST_FIRST = ("-day", "-time", Case(When(IS_REPLACEMENT, then=1), default=0), "-pk")
STATUSES_TO_START = (*UNSIGNED_STATUSES, PlacementStatus.AGREED)
IS_CURRENT = ~Q(status=DayNoteStatus.CORRECTED)
UNANSWERED_HURT = Q(status=DayNoteStatus.RECORDED, side=DayNote.Side.PROVIDER, kind=DayNote.Kind.HURT)
SHORT_WHEREABOUTS = {
    DayNote.Kind.HERE: "With the provider",
    DayNote.Kind.ELSEWHERE: "Somewhere else",
    DayNote.Kind.NOT_KNOWN: "Whereabouts not known",
    DayNote.Kind.EXTRA_DAY: "With the provider on an extra day",
    DayNote.Kind.EARLY: "With the provider, before the paperwork was complete",
    DayNote.Kind.STAYED: "With the provider, after the placement ended",
    DayNote.Kind.LEFT_EARLY: "Left early",
}


@dataclass(frozen=True)
class LatestWhereabouts:
    """A child's latest recorded whereabouts."""

    note: DayNote

    @property
    def is_away(self) -> bool:
        return self.note.is_away

    @property
    def is_gone(self) -> bool:
        return self.note.is_gone

    @property
    def is_missing(self) -> bool:
        return self.note.kind == DayNote.Kind.NOT_KNOWN

    @property
    def word(self) -> str:
        return SHORT_WHEREABOUTS[DayNote.Kind(self.note.kind)]

    @property
    def since(self) -> str:
        return f"{time_of_day.format_time(self.note.time)} on {format_date(self.note.day)}"

    @property
    def for_council(self) -> str:
        """Return the text for the council, for example “Somewhere else (at home) since 9am on …”.

        The text leaves out any place that could identify the child.
        """
        kind = f" ({self.note.get_place_kind_display().lower()})" if self.note.is_gone and self.note.place_kind else ""
        return f"{self.word}{kind} since {self.since}"

    @property
    def in_words(self) -> str:
        """Return the text that includes the place, for people who are allowed to know who the child is."""
        place = f": {self.note.place}" if self.note.is_gone and self.note.place else ""
        return f"{self.word}{place}, since {self.since}"


def notes_of(placement: Placement) -> QuerySet[DayNote]:
    """Return a placement's notes, latest first, each with the note that corrects it."""
    found = DayNote.objects.filter(placement=placement)
    related = ("recorded_by", "answered_by", "buyer", "provider", "correction", "corrects")
    return found.select_related(*related).order_by(*LATEST_FIRST)


def recorded_with(note: DayNote) -> QuerySet[DayNote]:
    """Return the other notes from the same action that no one has answered or corrected yet."""
    same = {name: getattr(note, name) for name in ("placement", "side", "day", "time", "recorded_by", "recorded_at")}
    found = DayNote.objects.filter(**same, corrects=None, status=DayNoteStatus.RECORDED).exclude(pk=note.pk)
    return found.exclude(kind=DayNote.Kind.HERE).order_by("pk") if note.corrects_id is None else found.none()


def whereabouts_of(
    placements: Iterable[Placement], *, without: DayNote | None = None, side: str = ""
) -> dict[int, LatestWhereabouts]:
    """Return the latest whereabouts in the notes, by placement key, in one query.

    `without` is a note to leave out, as if it had never been recorded. If `side` (DayNote.Side) is given, only the
    notes of that side count, for a reader who cannot read the other side's notes.
    """
    keys = [one.pk for one in placements]
    found = DayNote.objects.filter(IS_CURRENT, placement__in=keys, kind__in=DayNote.WHEREABOUTS)
    found = found.exclude(pk=without.pk) if without else found
    found = found.filter(side=side) if side else found
    latest = found.order_by("placement", *LATEST_FIRST).distinct("placement")
    return {one.placement_id: LatestWhereabouts(one) for one in latest}


def injuries_of(placements: Iterable[Placement], day: date) -> dict[int, list[DayNote]]:
    """Return the notes about injuries on a day by placement key, latest first, in one query.

    Injuries on earlier days that the buyer has not answered yet are included.
    """
    keys = [one.pk for one in placements]
    found = DayNote.objects.filter(_is_hurt(day), placement__in=keys)
    by_placement: dict[int, list[DayNote]] = {}
    for note in found.order_by(*LATEST_FIRST):
        by_placement.setdefault(note.placement_id, []).append(note)
    return by_placement


def pupils_away_now(pupils: Iterable[Pupil], at: datetime) -> dict[int, LatestWhereabouts]:
    """Return where missing or absent pupils are, from the latest note of each placement, in one query.

    For a placement that has ended, only notes from today count.
    """
    found = DayNote.objects.filter(IS_CURRENT, placement__pupil__in=list(pupils), kind__in=DayNote.WHEREABOUTS)
    latest = found.order_by("placement__pupil", *LATEST_FIRST).distinct("placement__pupil").select_related("placement")
    return {
        one.placement.pupil_id: LatestWhereabouts(one) for one in latest
        if one.is_away and (not one.placement.is_over or one.day == local_day(at))
    }  # fmt: skip


def with_latest_whereabouts(found: Any) -> Any:
    """Annotate placements with `where_kind`, `where_place` and `where_day` from the latest note.

    A list and its filter use these columns.
    """
    latest = DayNote.objects.filter(IS_CURRENT, placement=OuterRef("pk"), kind__in=DayNote.WHEREABOUTS)
    latest = latest.order_by(*LATEST_FIRST)
    return found.annotate(
        where_kind=Subquery(latest.values("kind")[:1]), where_day=Subquery(latest.values("day")[:1]),
        where_place=Subquery(latest.values("place_kind")[:1]),
    )  # fmt: skip


def is_away_today(today: date) -> Q:
    """Return the condition on `with_latest_whereabouts` for children who are not with the provider.

    Ended placements are included only if the note was recorded today.
    """
    return Q(where_kind__in=DayNote.AWAY) & (~Q(status__in=OVER_STATUSES) | Q(where_day=today))


def is_recorded_there(today: date) -> Q:
    """Return the condition on `with_latest_whereabouts` for children whom a note today places with the provider."""
    return Q(where_kind__in=DayNote.THERE, where_day=today)


def has_come_early() -> Q:
    """Return the condition on `with_latest_whereabouts` for children who attended without an agreement.

    This depends on the latest note, from any day. No register is marked before the start, so the note is the only
    record that the child attended.
    """
    return Q(where_kind__in=DayNote.THERE, status__in=STATUSES_TO_START)


def with_known_whereabouts(found: PlacementQuerySet, today: date) -> PlacementQuerySet:
    """Filter to placements with a note about the child today, even if they have no session.

    The note says where the child is, that the child left early, or that the child was hurt.
    """
    hurt = DayNote.objects.filter(_is_hurt(today), placement=OuterRef("pk"))
    noted = is_away_today(today) | Q(where_kind__in=DayNote.CAME, where_day=today) | Q(Exists(hurt))
    kept: PlacementQuerySet = with_latest_whereabouts(found).filter(noted)
    return kept


def notes_to_answer(buyer: Organisation, *, person: User, at: datetime) -> QuerySet[DayNote]:
    """Return the provider's notes that the buyer has not answered, oldest first."""
    return _unanswered(person, at).filter(buyer=buyer)


def notes_of_danger(*, person: User, at: datetime, **side: Organisation) -> list[DayNote]:
    """Return the notes about children in danger for one `buyer`, one `provider` or one `authority`.

    Missing children come first, then the other notes, oldest first. A child is missing while the latest note about the
    child's whereabouts says so. An answer does not change that, but a later note does. A child who was hurt is in
    danger until the buyer has answered the provider.
    """
    found = DayNote.objects.filter(_is_danger(), **side).filter(placement__in=Placement.objects.visible_to(person, at))
    related = ("placement__member", "placement__referral", "buyer", "provider")
    notes = found.select_related(*related).order_by("recorded_at", "pk")
    return sorted(notes, key=lambda note: note.kind != DayNote.Kind.NOT_KNOWN)


def dangers_of(placement: Placement) -> list[DayNote]:
    """Return the notes from `notes_of_danger` about one placement, for a page whose reader can read them."""
    possible = Q(IS_CURRENT, kind=DayNote.Kind.NOT_KNOWN) | UNANSWERED_HURT
    notes = list(DayNote.objects.filter(possible, placement=placement).order_by("recorded_at", "pk"))
    closed = closed_notes_among(notes)
    found = [note for note in notes if note.pk not in closed]
    for note in found:
        note.buyer, note.provider = placement.buyer, placement.provider
    return sorted(found, key=lambda note: note.kind != DayNote.Kind.NOT_KNOWN)


def _is_danger() -> Q:
    return Q(IS_CURRENT, ~_is_closed(), kind=DayNote.Kind.NOT_KNOWN) | UNANSWERED_HURT


def _is_hurt(today: date) -> Q:
    return Q(IS_CURRENT, kind=DayNote.Kind.HURT, day=today) | UNANSWERED_HURT


def notes_to_chase(authority: Organisation, *, person: User, at: datetime) -> QuerySet[DayNote]:
    """Return the provider notes in an authority's markets that buyers have not answered, oldest first."""
    return _unanswered(person, at).filter(authority=authority)


def closed_notes_among(notes: Iterable[DayNote]) -> set[int]:
    """Return the keys of missing-child notes that have been closed by a later note about where the child is.

    The function makes one query. These notes need no answer, but buyers can still answer them.
    """
    missing = [note.pk for note in notes if note.kind == DayNote.Kind.NOT_KNOWN]
    return set(DayNote.objects.filter(_is_closed(), pk__in=missing).values_list("pk", flat=True)) if missing else set()


def is_still_missing(note: DayNote, closed: Container[int]) -> bool:
    """Return whether a note means that a child is missing now.

    `closed` is the result of `closed_notes_among`. The buyer's answer makes no difference.
    """
    is_missing = note.kind == DayNote.Kind.NOT_KNOWN and note.status != DayNoteStatus.CORRECTED
    return is_missing and note.pk not in closed


def _is_closed() -> Exists:
    """Annotate notes with whether the placement has a later note that says where the child is."""
    later = DayNote.objects.filter(
        IS_CURRENT, Q(day__gt=OuterRef("day")) | Q(day=OuterRef("day"), time__gt=OuterRef("time"))
        | Q(~IS_REPLACEMENT, day=OuterRef("day"), time=OuterRef("time"), pk__gt=OuterRef("pk")),
        placement=OuterRef("placement"), kind__in=DayNote.WHEREABOUTS,
    )  # fmt: skip
    return Exists(later)


def _unanswered(person: User, at: datetime) -> QuerySet[DayNote]:
    seen = Placement.objects.visible_to(person, at)
    waiting = DayNote.objects.filter(status=DayNoteStatus.RECORDED, side=DayNote.Side.PROVIDER)
    closed = Q(_is_closed(), kind=DayNote.Kind.NOT_KNOWN)
    found = waiting.exclude(kind=DayNote.Kind.HERE).exclude(closed).filter(placement__in=seen)
    return found.select_related("placement", "buyer", "provider").order_by("recorded_at", "pk")


class PlacementPapers(NamedTuple):
    """The facts about a placement over time, which are loaded once for all its notes."""

    checks: list[PreStartCheck]
    # when each suspension started and ended. A period without an end is not over
    suspended: list[tuple[datetime, datetime | None]]
    ends: list[PlacementChange]  # agreed changes to the last day, earliest first


def papers_of(placement: Placement) -> PlacementPapers:
    """Load what the placement lacked, and until when, once for all its notes."""
    ends = PlacementChange.objects.filter(
        placement=placement, status=PlacementChangeStatus.AGREED, new__has_key="ends_on"
    )
    return PlacementPapers(
        list(PreStartCheck.objects.filter(placement=placement).order_by("pk")), suspensions_of_membership(placement),
        list(ends.order_by("number")),
    )  # fmt: skip


def find_gaps(placement: Placement, note: DayNote, papers: PlacementPapers | None = None) -> list[str]:
    """Return what a placement lacked when, according to a note, a child was with its provider.

    The result never changes, because it depends only on what had been checked, signed, agreed and suspended by the time
    of the note. Notes of any other kind give an empty result. Each item is a sentence that both sides can read, and
    none of them prevents a note.
    """
    if note.kind not in DayNote.WHEREABOUTS or note.kind == DayNote.Kind.NOT_KNOWN:
        return []
    papers, found = papers or papers_of(placement), []
    at = timezone.make_aware(datetime.combine(note.day, note.time))
    is_signed = placement.agreed_at is not None and placement.agreed_at <= at
    is_over = placement.ended_on is not None and note.day > placement.ended_on
    last = _last_day_at(placement, note.day, at, papers)
    if not is_signed:
        if unmade := [
            str(one.get_kind_display()).lower() for one in papers.checks if not (one.made_at and one.made_at <= at)
        ]:
            found.append(f"These checks were not complete: {format_list(unmade)}")
        found.append("The placement agreement had not been signed by both sides")
    elif placement.starts_on and note.day < placement.starts_on:
        found.append(f"The agreed first day is {format_short_date(placement.starts_on)}")
    elif not is_over and last and note.day > last:
        found.append(f"The agreed last day was {format_short_date(last)}")
    if is_over and placement.ended_on:
        found.append(f"The placement ended on {format_short_date(placement.ended_on)}")
    if any(since <= at and (until is None or at < until) for since, until in papers.suspended):
        found.append(f"{placement.provider} was suspended and not taking placements")
    if note.kind == DayNote.Kind.ELSEWHERE and is_signed and not is_over:
        found.append("The agreement gives a different place. The agreement will not change until both sides agree.")
    return found


def _last_day_at(placement: Placement, day: date, at: datetime, papers: PlacementPapers) -> date | None:
    """Return the last day as it was known at a given time: from the notice, or otherwise from the agreement."""
    if placement.last_on and placement.notice_on and placement.notice_on <= day:
        return placement.last_on
    later = next((one for one in papers.ends if one.closed_at and one.closed_at > at), None)
    return date.fromisoformat(later.old["ends_on"]) if later else placement.ends_on


def is_there_now(placement: Placement, where: LatestWhereabouts | None, at: datetime) -> bool:
    """Return whether a child is with the provider, according to the register or a note from today.

    For a child who attended without an agreement, the latest note counts, whatever its day. The result is always false
    if the latest note says that the child is away.
    """
    if where is not None and (where.is_away or (where.is_gone and where.note.day == local_day(at))):
        return False
    if where is not None and placement.status in STATUSES_TO_START and where.note.kind in DayNote.THERE:
        return True
    if where is not None and where.note.day == local_day(at):
        return True
    return placement.status in {PlacementStatus.RUNNING, PlacementStatus.NOTICE}
