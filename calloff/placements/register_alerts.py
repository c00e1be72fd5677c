"""Find children whose first session of a day is still unmarked some minutes after its start.

The provider is told first, then the school. Late registers are computed from the timetable, the register, daily notes
and the clock. `RegisterAlert` rows only record who was told and when (docs/adr/0051).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from calloff.directory.timetables import TIMETABLE_WEEKDAYS, Slot
from calloff.kernel.clock import local_day
from calloff.kernel.school_days import SchoolCalendar
from calloff.kernel.working_days import BankHolidayCalendar, load_bank_holidays
from calloff.markets.models import Market
from calloff.markets.rulesets import MAX_ALERT_MINUTES
from calloff.people.models import Organisation, User
from calloff.placements import agreed_terms
from calloff.placements.models import (
    AgreedSession,
    Attendance,
    DayNote,
    Placement,
    PlacementQuerySet,
    RegisterAlert,
)
from calloff.placements.session_starts import instant_of, was_marked_early
from calloff.placements.states import LIVE_STATUSES
from calloff.placements.whereabouts import IS_CURRENT, LATEST_FIRST, LatestWhereabouts, notes_of_danger, whereabouts_of
from calloff.referrals.school_calendars import calendars_of

AlertSide = RegisterAlert.Side
RULE_BY_SIDE = {AlertSide.PROVIDER: "register_alert_provider", AlertSide.BUYER: "register_alert_school"}
DEFAULT_ALERT_MINUTES = {
    AlertSide.PROVIDER: 15,
    AlertSide.BUYER: 30,
}  # in minutes. We chose these defaults for markets whose rules set no times
ONE_DAY = timedelta(days=1)
LATE_EVENING = (datetime.combine(date.min, time.max) - timedelta(minutes=MAX_ALERT_MINUTES)).time()
RELATED_FIELDS = tuple(f"placement__{name}" for name in ("authority", "market", "buyer__host", "provider", "pupil"))


@dataclass(frozen=True)
class LateRegister:
    """One child's first session of a day, which has started but is not marked."""

    placement: Placement
    slot: Slot
    day: date
    due: dict[str, datetime]  # the time at which each side must be told
    where: LatestWhereabouts | None  # where the child is, if someone has recorded this since the session started
    told: dict[str, RegisterAlert]  # the alert sent to each side

    @property
    def starts(self) -> time:
        return self.slot.starts or time.min

    @property
    def is_answered(self) -> bool:
        return self.where is not None

    @property
    def provider_told(self) -> RegisterAlert | None:
        return self.told.get(AlertSide.PROVIDER)

    @property
    def school_told(self) -> RegisterAlert | None:
        return self.told.get(AlertSide.BUYER)


def late_registers(found: PlacementQuerySet, at: datetime, *, side: str) -> list[LateRegister]:
    """Return the unmarked first sessions of a day that one side must now be told about, earliest first.

    If a session starts so late that a side would be told after midnight, the session belongs to the next day. Days that
    are not school days, and children who were marked later that day, are left out. The number of queries is the same
    for any number of placements.
    """
    today = local_day(at)
    sessions = [(today, one) for one in _first_sessions(found, today)]
    evening = _first_sessions(found, today - ONE_DAY).filter(starts__gt=LATE_EVENING)
    sessions += [(today - ONE_DAY, one) for one in evening]
    minutes: dict[int, dict[str, timedelta]] = {}
    late = []
    for day, one in sessions:
        market = one.placement.market
        if market.pk not in minutes:
            minutes[market.pk] = alert_minutes(market)
        due = {key: instant_of(day, one.starts) + wait for key, wait in minutes[market.pk].items()}
        if due[side] <= at and local_day(due[side]) == today:
            slot = Slot(one.weekday, one.session, one.starts, one.ends, one.site_id)
            late.append(LateRegister(one.placement, slot, day, due, None, {}))
    found_late = _with_answers(_not_seen_later(_on_school_days(late)), at)
    return sorted(found_late, key=lambda one: (one.day, one.starts, one.placement.reference))


def not_accounted_for(buyer: Organisation, *, person: User, at: datetime) -> list[LateRegister]:
    """Return the children about whom a school was alerted.

    Children whose whereabouts no one has recorded come first. Children recorded as missing are left out, because pages
    show them above everything else, using `notes_of_danger`.
    """
    seen = Placement.objects.visible_to(person, at).filter(buyer=buyer)
    late = late_registers(seen, at, side=AlertSide.BUYER)
    if not late:
        return []
    notes = notes_of_danger(person=person, at=at, buyer=buyer)
    missing = {note.placement.pupil_id for note in notes if note.kind == DayNote.Kind.NOT_KNOWN}
    return sorted((one for one in late if one.placement.pupil_id not in missing), key=lambda one: one.is_answered)


def alert_minutes(market: Market) -> dict[str, timedelta]:
    """Return how many minutes after the start each side is alerted: the market's own number, or our default."""
    cells = {side: market.rule(name) for side, name in RULE_BY_SIDE.items()}
    return {
        str(side): timedelta(minutes=int(str(cell.value)) if cell else DEFAULT_ALERT_MINUTES[side])
        for side, cell in cells.items()
    }


def _first_sessions(found: PlacementQuerySet, day: date) -> QuerySet[AgreedSession]:
    """Return the unmarked first session on a day of each placement that has not ended."""
    held = AgreedSession.objects.filter(
        Q(from_on=None) | Q(from_on__lte=day),
        Q(to_on=None) | Q(to_on__gte=day),
        weekday=TIMETABLE_WEEKDAYS[day.weekday()],
    )
    last = Q(last_on__gte=day) | Q(last_on=None, ends_on__gte=day)
    there = found.filter(last, status__in=LIVE_STATUSES, starts_on__lte=day).order_by().values("pk")
    sooner = Q(starts__lt=OuterRef("starts")) | Q(starts=OuterRef("starts"), session__lt=OuterRef("session"))
    before = held.filter(sooner, placement=OuterRef("placement"))
    marked = Attendance.objects.filter(placement=OuterRef("placement"), day=day, session=OuterRef("session"))
    first = held.filter(~Exists(before), ~Exists(marked), placement__in=there)
    return first.select_related(*RELATED_FIELDS).prefetch_related("placement__changes", "placement__sessions")


def _on_school_days(late: Sequence[LateRegister]) -> list[LateRegister]:
    """Leave out days that are not school days or, if the term dates are unknown, bank holidays."""
    calendars = calendars_of({one.placement.buyer_id: one.placement.buyer for one in late}.values()) if late else {}
    return [one for one in late if _has_school(calendars[one.placement.buyer_id], one.day)]


def _has_school(calendar: SchoolCalendar, day: date) -> bool:
    known = agreed_terms.is_school_day(calendar, day)
    return day not in load_bank_holidays(BankHolidayCalendar.ENGLAND_AND_WALES).holidays if known is None else known


def _not_seen_later(late: Sequence[LateRegister]) -> list[LateRegister]:
    """Leave out children who were accounted for later that day.

    These children have a mark for a later session in this placement, or are marked present at another provider. An
    absence that was recorded before its session started says nothing about an earlier session.
    """
    marks = Attendance.objects.filter(
        placement__pupil__in={one.placement.pupil_id for one in late}, day__in={one.day for one in late}
    ).annotate(pupil=F("placement__pupil"))
    seen = list(marks) if late else []

    def is_seen(one: LateRegister) -> bool:
        return any(
            mark.pupil == one.placement.pupil_id
            and mark.day == one.day
            and mark.session > one.slot.session
            and (mark.mark != Attendance.Mark.ABSENT or _is_of(mark, one))
            for mark in seen
        )

    return [one for one in late if not is_seen(one)]


def _is_of(mark: Attendance, one: LateRegister) -> bool:
    """Return whether an absence was recorded in this placement after its session had started."""
    return mark.placement_id == one.placement.pk and not was_marked_early(mark, one.placement)


def _with_answers(late: Sequence[LateRegister], at: datetime) -> list[LateRegister]:
    """Add each child's recorded whereabouts, if any, and who was told."""
    if not late:
        return []
    placements = [one.placement for one in late]
    own, elsewhere = whereabouts_of(placements), _notes_of_pupils(late)
    sent = RegisterAlert.objects.filter(placement__in=placements, day__in={one.day for one in late}, told_at__lte=at)
    told = {(row.placement_id, row.day, row.session, row.side): row for row in sent}
    return [
        replace(
            one,
            where=_answer(one, own.get(one.placement.pk), elsewhere.get(one.placement.pupil_id, [])),
            told={
                str(side): row for side in AlertSide
                if (row := told.get((one.placement.pk, one.day, one.slot.session, side)))
            },
        )
        for one in late
    ]  # fmt: skip


def _notes_of_pupils(late: Iterable[LateRegister]) -> dict[int, list[DayNote]]:
    """Load the notes on those days from all placements of the same children, latest first."""
    found = DayNote.objects.filter(
        IS_CURRENT, kind__in=DayNote.WHEREABOUTS, placement__pupil__in={one.placement.pupil_id for one in late},
        day__in={one.day for one in late},
    )  # fmt: skip
    notes: dict[int, list[DayNote]] = {}
    for note in found.select_related("placement").order_by(*LATEST_FIRST):
        notes.setdefault(note.placement.pupil_id, []).append(note)
    return notes


def _answer(one: LateRegister, own: LatestWhereabouts | None, notes: Iterable[DayNote]) -> LatestWhereabouts | None:
    """Return the note that says where a child is: a change of place with no later note, or a note from that day.

    A note that the child attended, or any note in another placement, counts only from the start of the session. A note
    “We do not know” does not count.
    """
    found = [own.note] if own and _counts(own.note, one) else []
    found += [
        note for note in notes
        if note.day == one.day and note.placement_id != one.placement.pk and note.time >= one.starts
    ]  # fmt: skip
    latest = max(found, key=lambda note: (note.day, note.time, note.pk), default=None)
    return LatestWhereabouts(latest) if latest and latest.kind != DayNote.Kind.NOT_KNOWN else None


def _counts(note: DayNote, one: LateRegister) -> bool:
    """Return whether a placement's latest note counts for the placement's own session.

    A note that says only that the child was there earlier does not count.
    """
    if note.kind == DayNote.Kind.ELSEWHERE:
        return True
    return note.day == one.day and (note.is_gone or note.time >= one.starts)
