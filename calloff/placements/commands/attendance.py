"""Take the register: the provider marks it, and the school is told the same day and confirms the codes."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import prefetch_related_objects

from calloff.directory.timetables import Slot
from calloff.history.transitions import as_one_event, record_change, transition, transition_each
from calloff.kernel import time_of_day
from calloff.kernel.clock import local_day
from calloff.kernel.formatting import format_date as day_in_words
from calloff.kernel.lifecycles import Problem, Refused
from calloff.kernel.school_days import SchoolCalendar
from calloff.outbox.commands import MessageText
from calloff.people.models import Organisation, User
from calloff.people.permissions import Can
from calloff.placements import access, agreed_terms, attendance_codes, messages
from calloff.placements.commands.day_notes import record_found
from calloff.placements.commands.pre_start_checks import require_checks
from calloff.placements.council_fallback import queue_or_tell_council
from calloff.placements.missing_children import missing_on_register, was_over
from calloff.placements.models import AbsenceCause, Attendance, AttendanceCorrection, DayNote, Placement
from calloff.placements.register_windows import mark_until
from calloff.placements.session_starts import find_slot, has_started, start_time, why_not_markable_yet
from calloff.placements.states import PlacementStatus
from calloff.placements.suspensions import lock_membership_for_promise
from calloff.referrals.invitation_eligibility import why_not_invitable
from calloff.referrals.school_calendars import calendars_of

__all__ = ["FOUND_ANSWER", "CodeConfirmation", "RegisterEntry", "confirm_codes", "take_register"]

AttendanceMark, SessionHalf = Attendance.Mark, Attendance.Session
SHORTENED_MARKS = frozenset({AttendanceMark.LATE, AttendanceMark.LEFT_EARLY})
MAX_SESSION_MINUTES, MAX_ATTENDANCE_REASON_LENGTH = 300, 200  # in minutes and in characters
MARK_COLUMNS = ("mark", "minutes", "cause", "reason", "marked_by", "marked_at", "suggested")
CODE_COLUMNS = ("code", "nature", "confirmed_by", "confirmed_at")
FACTS = ("authority", "buyer__host", "provider", "member", "service", "referral", "ending")  # every mark needs these
FOUND_ANSWER, STILL_MISSING_ANSWER = "yes", "no"
FOUND_NOTE_TEXT = "The register shows that the child has been found."


@dataclass(frozen=True)
class RegisterEntry:
    """The provider's mark for one child in one session."""

    placement: Placement
    session: str
    mark: str
    minutes: int | None = None  # how many minutes the child was late, or left early
    cause: str = ""
    reason: str = ""
    found: str = ""  # for a child recorded as missing: FOUND or STILL_MISSING
    name: str = ""  # the child's name as shown on the page, for errors. Empty if the page shows only references

    @property
    def called(self) -> str:
        return self.name or self.placement.reference

    @property
    def place(self) -> str:
        """Return the field name that an error about this child links to."""
        return f"{self.placement.reference}-{self.session}"


@dataclass(frozen=True)
class CodeConfirmation:
    """The school's code for one session."""

    attendance: Attendance
    code: str
    nature: str = ""


def take_register(
    provider: Organisation, *, day: date, marks: Sequence[RegisterEntry], by: User, at: datetime
) -> list[Attendance]:
    """Mark the register of a day for several children: all of them or none. Returns the new or corrected marks.

    The placement starts when the child is first marked as having attended. The school is told about each absence
    immediately. The message identifies the child only by reference. If a mark is corrected, the earlier mark is kept. A
    confirmed code does not change until the school changes it. The register of an ended placement can still be marked
    for some time (register_windows.py), but only for days up to the placement's last day. If a child recorded as
    missing is marked as present, the person must say whether the child has been found. If the child has been found, the
    command adds a note that closes the missing-child note. Before a session starts, only an absence with a known cause
    can be marked (session_starts.py). Raises Refused for future days, days that have no session, marks that no one can
    know yet, and placements that cannot start.
    """
    if day > local_day(at):
        raise Refused(f"{day_in_words(day)} is in the future. Take the register on the day.", "day")
    if not marks:
        raise Refused("Mark at least one child", "day")
    if len({(one.placement.pk, one.session) for one in marks}) < len(marks):
        raise Refused("Mark each child once in a session", "day")
    prefetch_related_objects([one.placement for one in marks], "changes", "sessions")
    missing = _asked_of_missing(marks, day, at)
    _require_sound(marks, missing, day, at)
    written: list[Attendance] = []
    with transaction.atomic():
        written = _take(provider, day, marks, by=by, at=at)
        for one in _found(marks, missing):
            note = missing[one.placement.pk, one.session]
            record_found(note, placement=one.placement, day=day, text=FOUND_NOTE_TEXT, by=by, at=at)
    return written


def _take(
    provider: Organisation, day: date, marks: Sequence[RegisterEntry], *, by: User, at: datetime
) -> list[Attendance]:
    """Write the marks. Each child who starts needs separate statements, and all other children share theirs."""
    grouped = _by_placement(marks)
    if any(placement.provider_id != provider.pk for placement, _ in grouped):
        raise LookupError("A register is of one provider's children.")
    with as_one_event("take_register", by=by, at=at, acting_for=str(provider)):
        facts = _lock_with_facts([placement for placement, _ in grouped])
        calendars = calendars_of({one.buyer_id: one.buyer for one in facts.values()}.values())
        starting = {
            placement.pk: theirs for placement, theirs in grouped
            if facts[placement.pk].status == PlacementStatus.AGREED and _came(theirs)
        }  # fmt: skip
        others = [one for pk, one in facts.items() if pk not in starting]
        with transition_each(others, "take_register", by=by, at=at):
            for pk, theirs in starting.items():
                _require_startable(facts[pk], theirs[0].called, at)
            problems = [
                problem for placement, theirs in grouped
                for problem in _why_not_marked(facts[placement.pk], theirs, day, calendars, at)
            ]  # fmt: skip
            if problems:
                raise Refused.because(problems)
            for pk in starting:
                _start(facts[pk], day, by=by, at=at)
            written = _write([(facts[one.placement.pk], one) for one in marks], day, by=by, at=at)
        if written:
            _tell(written, day, at=at)
    return written


def _lock_with_facts(placements: Sequence[Placement]) -> dict[int, Placement]:
    """Lock several placements in the order of their keys, and load the facts that a register needs.

    Without the order, two people who mark the first register at the same time could block each other.
    """
    locked = Placement.objects.select_for_update(of=("self",)).filter(pk__in=[one.pk for one in placements])
    facts = locked.select_related(*FACTS).prefetch_related("changes", "sessions").order_by("pk")
    return {one.pk: one for one in facts}


def confirm_codes(
    buyer: Organisation, *, confirmed: Sequence[CodeConfirmation], by: User, at: datetime
) -> list[Attendance]:
    """Confirm the codes of several sessions for the school's register: all of them or none.

    The school decides, whatever code was suggested. If the school changes a code later, the earlier code is kept.
    Raises Refused for an unknown code, for B or K without the nature of the education, for B with online teaching, and
    for a code that means attendance before the session has started.
    """
    if not confirmed:
        raise Refused("Choose a code for at least one session", "codes")
    prefetch_related_objects([one.attendance.placement for one in confirmed], "changes", "sessions")
    problems: list[Problem] = []
    for one in confirmed:
        try:
            attendance_codes.require_valid_code(
                one.code, one.nature, one.attendance.placement, f"code-{one.attendance.pk}"
            )
            _require_started(one, at)
        except Refused as refusal:
            problems += refusal.problems
    if problems:
        raise Refused.because(problems)
    placements = {one.attendance.placement_id: one.attendance.placement for one in confirmed}
    if any(placement.buyer_id != buyer.pk for placement in placements.values()):
        raise LookupError("Codes are confirmed for one school's children.")
    with (
        as_one_event("confirm_codes", by=by, at=at, acting_for=str(buyer)),
        transition_each(list(placements.values()), "confirm_codes", by=by, at=at),
    ):
        return _confirm(confirmed, by=by, at=at)


def _require_started(one: CodeConfirmation, at: datetime) -> None:
    row = one.attendance
    slot = find_slot(row.placement, row.day, row.session)
    if one.code in attendance_codes.CODES_OF_ATTENDING and slot and not has_started(slot, row.day, at):
        starts = time_of_day.format_time(start_time(slot))
        raise Refused(
            f"This session starts at {starts}. Until then you can only select a code for an absence.",
            f"code-{row.pk}",
        )


def _asked_of_missing(marks: Sequence[RegisterEntry], day: date, at: datetime) -> dict[tuple[int, str], DayNote]:
    """Return missing-child notes about children who are now marked as present, by placement and session."""
    came = [one for one in marks if one.mark != AttendanceMark.ABSENT]
    missing = missing_on_register({one.placement.pk: one.placement for one in came}.values(), day, at)
    return {
        (one.placement.pk, one.session): missing[one.placement.pk] for one in came
        if one.placement.pk in missing
        and not was_over(find_slot(one.placement, day, one.session), day, missing[one.placement.pk])
    }  # fmt: skip


def _found(marks: Iterable[RegisterEntry], missing: Mapping[tuple[int, str], DayNote]) -> list[RegisterEntry]:
    """Return one mark for each missing child who the marks say has been found."""
    found = {
        one.placement.pk: one for one in marks
        if one.found == FOUND_ANSWER and (one.placement.pk, one.session) in missing
    }  # fmt: skip
    return list(found.values())


def _require_sound(
    marks: Iterable[RegisterEntry], missing: Mapping[tuple[int, str], DayNote], day: date, at: datetime
) -> None:
    problems = []
    for one in marks:
        asked = (one.placement.pk, one.session) in missing
        wrong = _wrong(one) or _too_early(one, find_slot(one.placement, day, one.session), day, at)
        several = (wrong, _unclear(one) if asked else "")
        problems += [Problem(words, one.place) for words in several if words]
    if problems:
        raise Refused.because(problems)


def _unclear(one: RegisterEntry) -> str:
    """Return the error if it is unclear whether a missing child was found, or an empty string."""
    if one.found not in {FOUND_ANSWER, STILL_MISSING_ANSWER}:
        return f"{one.called} is recorded as missing. Select whether the pupil has been found."
    if one.found == STILL_MISSING_ANSWER and one.mark != AttendanceMark.LEFT_EARLY:
        return (
            f"{one.called} cannot be present and still missing. Select “Absent” or “Left early”, or select that the "
            "pupil has been found."
        )
    return ""


def _wrong(one: RegisterEntry) -> str:
    reference = one.called
    if one.mark not in set(AttendanceMark) or one.session not in set(SessionHalf):
        return f"{reference}: choose present, late, left early or absent"
    if one.mark in SHORTENED_MARKS and not (one.minutes and 0 < one.minutes <= MAX_SESSION_MINUTES):
        return f"{reference}: minutes must be between 1 and {MAX_SESSION_MINUTES}"
    if one.mark == AttendanceMark.ABSENT and one.cause not in set(AbsenceCause):
        return f"{reference}: select why the child is absent, if you know"
    if len(one.reason) > MAX_ATTENDANCE_REASON_LENGTH:
        return f"{reference}: the reason must be {MAX_ATTENDANCE_REASON_LENGTH} characters or fewer"
    return ""


def _too_early(one: RegisterEntry, slot: Slot | None, day: date, at: datetime) -> str:
    """Return the error if a session cannot be marked in this way yet.

    Return an empty string if the session can already be marked, or does not exist.
    """
    why = why_not_markable_yet(slot, day, mark=one.mark, cause=one.cause, minutes=one.minutes, at=at) if slot else ""
    return f"{one.called}: {why}" if why else ""


def _by_placement(marks: Sequence[RegisterEntry]) -> list[tuple[Placement, list[RegisterEntry]]]:
    """Group the marks by placement, in the order in which all commands lock them."""
    gathered: dict[int, tuple[Placement, list[RegisterEntry]]] = {}
    for one in marks:
        gathered.setdefault(one.placement.pk, (one.placement, []))[1].append(one)
    return [gathered[key] for key in sorted(gathered)]


def _came(marks: Iterable[RegisterEntry]) -> bool:
    return any(one.mark != AttendanceMark.ABSENT for one in marks)


def _why_not_marked(
    held: Placement, marks: Sequence[RegisterEntry], day: date, calendars: Mapping[int, SchoolCalendar], at: datetime
) -> list[Problem]:
    """Return why a locked placement cannot be marked. Its timetable might have changed since the page loaded."""
    calendar = calendars[held.buyer_id]
    if held.is_over and (words := _too_late(held, day, calendar, marks[0], at)):
        return [Problem(words, marks[0].place)]
    sessions = {slot.session: slot for slot in agreed_terms.sessions_on(held, day, calendar)}
    if any(one.session not in sessions for one in marks):
        words = f"{marks[0].called} does not have that session on {day_in_words(day)}."
        return [Problem(f"{words} If the child came, record a daily note.", marks[0].place)]
    too_early = ((_too_early(one, sessions[one.session], day, at), one.place) for one in marks)
    return [Problem(words, place) for words, place in too_early if words]


def _start(placement: Placement, day: date, *, by: User, at: datetime) -> None:
    with transition(placement, "start", by=by, at=at) as held:
        lock_membership_for_promise(held, "start this placement")
        require_checks(held)
        held.started_on = day
        record_change("started on", None, day)
        access.update_first_day(held, at=at)


def _require_startable(placement: Placement, called: str, at: datetime) -> None:
    why_not = why_not_invitable(placement.member, at)
    if why_not:
        raise Refused(
            f"{called} cannot start now. {placement.provider} cannot take new children because {why_not} "
            f"Call {placement.buyer} straight away. If the child is with you, record a daily note."
        )


def _too_late(placement: Placement, day: date, calendar: SchoolCalendar, one: RegisterEntry, at: datetime) -> str:
    """Return why an ended placement's register cannot be marked, or an empty string while it still can."""
    until = mark_until(placement, calendar)
    if until is None or placement.ended_on is None:
        return f"{one.called}’s placement was cancelled before it started, so it has no register."
    if day > placement.ended_on:
        return f"{one.called}’s last day was {day_in_words(placement.ended_on)}."
    if local_day(at) > until:
        return (
            f"You could mark the register for {one.called} until {day_in_words(until)}. To change it now, tell "
            f"{placement.buyer}, which decides the attendance codes."
        )
    return ""


def _write(marks: Sequence[tuple[Placement, RegisterEntry]], day: date, *, by: User, at: datetime) -> list[Attendance]:
    """Store and return the new and changed marks, and keep the earlier values as corrections."""
    stored = Attendance.objects.filter(placement__in={placement.pk for placement, _ in marks}, day=day)
    known = {(one.placement_id, one.session): one for one in stored}
    new, changed, kept, written = [], [], [], []
    for placement, one in marks:
        given = _values(one)
        found = known.get((placement.pk, one.session))
        if found is not None and all(getattr(found, name) == value for name, value in given.items()):
            continue
        if found is None:
            found = Attendance(authority_id=placement.authority_id, day=day, session=one.session)
            new.append(found)
        else:
            kept.append(_correction(found, by=by, at=at))
            changed.append(found)
        written.append(found)
        for name, value in given.items():
            setattr(found, name, value)
        found.placement, found.marked_by, found.marked_at = placement, by, at
        found.suggested = attendance_codes.suggest_code(placement, one.mark, one.cause).code
    AttendanceCorrection.objects.bulk_create(kept)
    if changed:
        Attendance.objects.bulk_update(changed, MARK_COLUMNS)
    Attendance.objects.bulk_create(new)
    return written


def _values(one: RegisterEntry) -> dict[str, Any]:
    return {
        "mark": one.mark,
        "minutes": one.minutes if one.mark in SHORTENED_MARKS else None,
        "cause": one.cause if one.mark == AttendanceMark.ABSENT else "",
        "reason": one.reason.strip() if one.mark != AttendanceMark.PRESENT else "",
    }


def _confirm(confirmed: Sequence[CodeConfirmation], *, by: User, at: datetime) -> list[Attendance]:
    rows = Attendance.objects.select_for_update(of=("self",)).filter(pk__in=[one.attendance.pk for one in confirmed])
    held = {row.pk: row for row in rows.select_related("placement").order_by("pk")}
    kept = []
    for one in confirmed:
        row = held[one.attendance.pk]
        nature = one.nature.strip() if one.code in attendance_codes.CODES_NEEDING_NATURE else ""
        if row.code and (row.code, row.nature) != (one.code, nature):
            kept.append(_correction(row, by=by, at=at))
        row.code, row.nature, row.confirmed_by, row.confirmed_at = one.code, nature, by, at
    AttendanceCorrection.objects.bulk_create(kept)
    Attendance.objects.bulk_update(held.values(), CODE_COLUMNS)
    return list(held.values())


def _correction(found: Attendance, *, by: User, at: datetime) -> AttendanceCorrection:
    return AttendanceCorrection(
        attendance=found, mark=found.mark, minutes=found.minutes, cause=found.cause, reason=found.reason,
        code=found.code, nature=found.nature, by=by, at=at,
    )  # fmt: skip


def _tell(written: Sequence[Attendance], day: date, *, at: datetime) -> None:
    """Tell each school about absences, and about marks corrected after the school confirmed a code."""
    absent = [one for one in written if one.mark == AttendanceMark.ABSENT and one.told_at is None]
    words = messages.absent if day == local_day(at) else messages.absent_earlier
    _tell_buyers(absent, words, at=at)
    Attendance.objects.filter(pk__in=[one.pk for one in absent]).update(told_at=at)
    _tell_buyers([one for one in written if one.changed_since_confirmed], messages.corrected, at=at)


def _tell_buyers(
    several: Sequence[Attendance], words: Callable[[Organisation, Sequence[Attendance]], MessageText], *, at: datetime
) -> None:
    theirs: dict[int, list[Attendance]] = {}
    for one in several:
        theirs.setdefault(one.placement.buyer_id, []).append(one)
    for own in theirs.values():
        first, buyer = own[0].placement, own[0].placement.buyer
        people = User.objects.who_can(Can.PLACE, organisation=buyer, at=at)
        queue_or_tell_council(words(buyer, own), to=people, at_side=buyer, about=first, at=at)
