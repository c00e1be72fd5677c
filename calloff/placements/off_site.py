"""Find pupils who are off site now, using the timetable, the register and daily notes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from calloff.directory.timetables import Slot
from calloff.kernel.clock import local_day
from calloff.kernel.formatting import format_clock_time
from calloff.people.models import Organisation, User
from calloff.placements import queries
from calloff.placements.models import Attendance, DayNote, Placement
from calloff.placements.queries import NOON
from calloff.placements.register_alerts import AlertSide, LateRegister, late_registers
from calloff.placements.session_starts import start_time
from calloff.placements.whereabouts import (
    SHORT_WHEREABOUTS,
    LatestWhereabouts,
    injuries_of,
    whereabouts_of,
    with_known_whereabouts,
)
from calloff.pupils.models import RecordAccess
from calloff.pupils.queries import ShownPupil, identify_pupils

OFF_SITE_PURPOSE = "To know which pupils are off site now"
OFF_SITE, ABSENT_THERE, BACK_BY_NOW, LATER_TODAY = "Off site", "Absent there", "Back by now", "Later today"
NOT_ACCOUNTED_FOR = "Not accounted for"
LEFT_EARLY = SHORT_WHEREABOUTS[DayNote.Kind.LEFT_EARLY]


@dataclass(frozen=True)
class OffSitePupil:
    """A pupil who is off the school's site today: where, until when, and whether the pupil attended."""

    placement: Placement
    shown: ShownPupil | None
    site: str
    telephone: str
    slots: list[Slot]
    marked: list[Attendance]
    is_now: bool
    # The latest note about where the pupil is. It is from today or is still true today, and takes priority over the
    # timetable.
    where: LatestWhereabouts | None = None
    injuries: tuple[DayNote, ...] = ()  # injuries recorded today or not yet answered, latest first
    not_accounted_for_since: time | None = None  # the start of an unmarked session, if the school was alerted about it

    @property
    def is_missing(self) -> bool:
        return self.where is not None and self.where.is_missing

    @property
    def marked_in_order(self) -> str:
        """Return when the pupil was marked, and whether that was before or after a note that contradicts the mark.

        Return an empty string if no mark contradicts the note.
        """
        if self.where is None:
            return ""
        absent = Attendance.Mark.ABSENT
        others = [one for one in self.marked if (one.mark == absent) != self.where.is_away]
        if not others:
            return ""
        last = max(others, key=lambda one: one.marked_at)
        order = "before" if last.marked_at <= self.where.note.recorded_at else "after"
        what = "they were recorded as missing" if self.where.is_missing else "a note recorded where they are"
        return f"marked at {format_clock_time(last.marked_at)}, {order} {what}"

    @property
    def back(self) -> time | None:
        if self.not_accounted_for_since is not None or (self.where is not None and self.where.is_gone):
            return None
        return max((slot.ends for slot in self.slots if slot.ends), default=None)

    def word(self, now: time) -> str:
        """Return where the pupil is at a given time, for example “Off site”, “Absent there” or “Back by now”.

        If the register says that the pupil has left early, that counts first. Otherwise, today's note counts first, and
        then an alert about a missing mark (register_alerts.py).
        """
        if self._has_left(now):
            return LEFT_EARLY
        if self.where is not None:
            return self.where.word
        if self.not_accounted_for_since is not None:
            return NOT_ACCOUNTED_FOR
        if not self.slots:
            return "Whereabouts not recorded"
        if self.is_now:
            here = Attendance.Session.AM if now < NOON else Attendance.Session.PM
            absent = any(one.session == here and one.mark == Attendance.Mark.ABSENT for one in self.marked)
            return ABSENT_THERE if absent else OFF_SITE
        return BACK_BY_NOW if self.back and self.back <= now else LATER_TODAY

    def _has_left(self, now: time) -> bool:
        """Return whether the register says that the pupil left early and no later mark or note contradicts this."""
        marks = {one.session: one for one in self.marked}
        begun = [slot for slot in self.slots if slot.session in marks and start_time(slot) <= now]
        if not begun or marks[begun[-1].session].mark != Attendance.Mark.LEFT_EARLY:
            return False
        left = _left_at(begun[-1], marks[begun[-1].session])
        if self.where is not None and (self.where.is_gone or self.where.note.time > left):
            return False
        return left <= now


def pupils_off_site(
    buyer: Organisation,
    *,
    person: User,
    at: datetime,
    now: time,
    is_summary: bool = False,
    late: Sequence[LateRegister] | None = None,
) -> list[OffSitePupil]:
    """Return a buyer's pupils who are at other sites today, sorted by name, and record this in the view log.

    The list includes pupils who have a session, whatever the placement's status. It also includes pupils who, according
    to a note, are with a provider today, left early, were hurt or are elsewhere. `now` is the time of day in London. A
    child with a session at that time is off site now. A summary has initials instead of names, and neither sites nor
    injuries. `late` has the registers that the school was alerted about, if the caller has already found them.
    """
    day = local_day(at)
    ours = queries.of_buyer(buyer, person=person, at=at)
    found = queries.with_sessions(queries.lasting_on(ours, day), day)
    with_a_session = {one.pk for one, _ in found}
    noted = with_known_whereabouts(ours.select_related(None).select_related(*queries.RELATED_FOR_DAY), day).order_by(
        "pk"
    )
    found += [(one, []) for one in noted if one.pk not in with_a_session]
    several = [one for one, _ in found]
    children = [one.pupil for one in several]
    what = RecordAccess.What.INITIALS if is_summary else RecordAccess.What.IDENTITY
    shown = identify_pupils(children, person=person, acting_for=buyer, purpose=OFF_SITE_PURPOSE, at=at, what=what)
    marked, where = queries.marked_on(several, day), whereabouts_of(several)
    injuries = {} if is_summary else injuries_of(several, day)
    registers = late_registers(ours, at, side=AlertSide.BUYER) if late is None else late
    unmarked = {one.placement.pk: one for one in registers if not one.is_answered}
    here = [(one, _slot_at(slots, now)) for one, slots in found]
    sites = [""] * len(here) if is_summary else queries.sites_of(here, day)
    rows = [
        OffSitePupil(
            one, shown.get(one.pupil_id), site, one.provider.telephone, slots,
            [mark for slot in slots if (mark := marked.get((one.pk, slot.session)))],
            not slots or any(_covers(slot, now) for slot in slots) or _counts(where.get(one.pk), day)
            or one.pk in unmarked,
            where.get(one.pk) if _counts(where.get(one.pk), day) else None, tuple(injuries.get(one.pk, ())),
            unmarked[one.pk].starts if one.pk in unmarked else None,
        )
        for (one, slots), site in zip(found, sites, strict=True)
    ]  # fmt: skip
    return sorted(rows, key=_missing_first)


def _missing_first(row: OffSitePupil) -> tuple[bool, bool, bool, str]:
    """Return the sort key that puts missing pupils first, then those not accounted for, then those off site now.

    Pupils in each group are sorted by name.
    """
    looked_for, name = row.not_accounted_for_since is not None, row.shown.in_words if row.shown else ""
    return not row.is_missing, not looked_for, not row.is_now, name or row.placement.reference


def _counts(where: LatestWhereabouts | None, today: date) -> bool:
    """Return whether a note says where a child is today.

    The note is from today, or is a change of place with no later note.
    """
    return where is not None and (where.is_away or where.note.day == today)


def _slot_at(slots: list[Slot], now: time) -> Slot | None:
    """Return the session at a time of day. If there is none, return the next session or, after the last, the last."""
    covering = [slot for slot in slots if _covers(slot, now)]
    coming = [slot for slot in slots if slot.starts and slot.starts > now]
    return next(iter([*covering, *coming, *slots[-1:]]), None)


def _left_at(slot: Slot, mark: Attendance) -> time:
    """Return when a pupil left early: the recorded minutes before the session's end, or the mark's time if it has no
    end.
    """
    if slot.ends is None:
        return timezone.localtime(mark.marked_at).time()
    return (datetime.combine(mark.day, slot.ends) - timedelta(minutes=mark.minutes or 0)).time()


def _covers(slot: Slot, now: time) -> bool:
    if slot.starts is None or slot.ends is None:
        return (slot.session == Attendance.Session.AM) == (now < NOON)
    return slot.starts <= now < slot.ends
