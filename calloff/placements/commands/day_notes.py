"""Record what happened on a day: where the child is, a change of place, an extra day, an injury, a night away.

A fact is never refused because of the placement's status (docs/adr/0047). Both sides see what the placement lacks, and
the buyer must put it right the same day.
"""

from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from calloff.history.transitions import creating, transition
from calloff.kernel import time_of_day
from calloff.kernel.clock import local_day
from calloff.kernel.formatting import format_date as day_in_words
from calloff.kernel.lifecycles import Problem, Refused
from calloff.kernel.short_text import find_line_problem
from calloff.outbox.commands import queue_message
from calloff.people.models import User
from calloff.people.permissions import Can
from calloff.placements import access, agreed_terms, messages
from calloff.placements.council_fallback import queue_or_tell_council
from calloff.placements.models import DayNote, Placement
from calloff.placements.whereabouts import LatestWhereabouts, find_gaps, recorded_with, whereabouts_of
from calloff.referrals.school_calendars import calendars_of

__all__ = ["DayNoteEntry", "answer_note", "correct_note", "find_day_note_problems",
           "provider_correct_note", "provider_record_note", "record_note"]  # fmt: skip

MAX_NOTE_AGE = timedelta(days=366)  # how long after the day a note can still be recorded
MAX_DAY_NOTE_LENGTHS = {"place": 200, "decided_by": 200, "told": 300, "text": 4000}
MAX_NOTE_ANSWER_LENGTH = 4000  # characters
DAY_NOTE_FIELD_NAMES = {"place": "Place", "decided_by": "Who decided", "told": "People told", "text": "What happened"}
# These kinds say where a child is at one time, so a record can have only one of them, and events as well. An extra day
# is left out, because a child who came on an extra day could be anywhere now.
KINDS_WITH_ONE_PLACE = tuple(kind for kind in DayNote.WHEREABOUTS if kind != DayNote.Kind.EXTRA_DAY)
# If a record has several notes, the note about the absence is stored last, so that it counts as the latest.
WRITTEN_LAST = DayNote.AWAY
COUNCIL_IS_TOLD = frozenset({DayNote.Kind.ELSEWHERE, DayNote.Kind.NOT_KNOWN, DayNote.Kind.SLEPT})


@dataclass(frozen=True)
class DayNoteEntry:
    """What a person records about a day: one or more values of DayNote.Kind, each saved as a separate note.

    `place_kind` is a value of DayNote.PlaceKind. `decided_by` and `told` are roles. A day or time not given is None.
    """

    kinds: tuple[str, ...]
    day: date | None
    time: time | None
    place_kind: str = ""
    place: str = ""
    decided_by: str = ""
    told: str = ""
    text: str = ""


def record_note(placement: Placement, *, happened: DayNoteEntry, by: User, at: datetime) -> list[DayNote]:
    """Record the buyer's notes about a day, one for each thing that happened: all of them or none.

    Raises Refused for an incomplete note, but never because of the placement's status.
    """
    return _record(placement, "record_note", DayNote.Side.BUYER, happened, by=by, at=at)


def provider_record_note(placement: Placement, *, happened: DayNoteEntry, by: User, at: datetime) -> list[DayNote]:
    """Record the provider's notes about a day and tell the buyer, who must answer each note the same day."""
    return _record(placement, "provider_record_note", DayNote.Side.PROVIDER, happened, by=by, at=at)


def correct_note(note: DayNote, *, happened: DayNoteEntry, by: User, at: datetime) -> DayNote:
    """Correct a buyer's note by recording a new note. The first note is kept."""
    return _correct(note, "correct_note", "record_note", DayNote.Side.BUYER, happened, by=by, at=at)


def provider_correct_note(note: DayNote, *, happened: DayNoteEntry, by: User, at: datetime) -> DayNote:
    """Correct a provider's note by recording a new note, which the buyer must also answer."""
    return _correct(
        note, "provider_correct_note", "provider_record_note", DayNote.Side.PROVIDER, happened, by=by, at=at
    )


def answer_note(note: DayNote, *, answer: str, by: User, at: datetime) -> DayNote:
    """Record the buyer's answer to a provider's note: what the buyer decided or did.

    If the provider still has access, it can read the answer. One answer covers all notes recorded together
    (`whereabouts.recorded_with`).
    """
    if not answer.strip():
        raise Refused("Enter what you have decided or done", "answer")
    if len(answer.strip()) > MAX_NOTE_ANSWER_LENGTH:
        raise Refused(f"Answer must be {MAX_NOTE_ANSWER_LENGTH:,} characters or fewer", "answer")
    with transaction.atomic():
        _lock_event(note)
        with transition(note, "answer_note", by=by, at=at) as held:
            if held.side != DayNote.Side.PROVIDER:
                raise Refused("Your own organisation recorded this note, so there is nothing to answer.")
            held.answer, held.answered_by, held.answered_at = answer.strip(), by, at
            for other in recorded_with(held):
                with transition(other, "answer_note", by=by, at=at) as beside:
                    beside.answer, beside.answered_by, beside.answered_at = held.answer, by, at
            if access.provider_reads_notes(held.placement, at):
                people = User.objects.who_can(Can.TAKE_REGISTER, organisation=held.provider, at=at)
                queue_message(messages.note_answered(held), to=people, sender=str(held.authority), at=at)
    return held


def _lock_event(note: DayNote) -> None:
    """Lock a note and those recorded with it, in a fixed order. Two colleagues might answer at the same time."""
    keys = [note.pk, *recorded_with(note).values_list("pk", flat=True)]
    list(DayNote.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk").values_list("pk"))


def record_found(missing: DayNote, *, placement: Placement, day: date, text: str, by: User, at: datetime) -> DayNote:
    """Record that a missing child is with the provider. The new note closes the missing-child note.

    If the day is today, the time of the new note is the time of the register. If the day is earlier, the time of the
    new note is never before the child went missing.
    """
    now = timezone.localtime(at).time()
    since = missing.time if missing.day == day else time.min
    on = now if day == local_day(at) else since
    happened = DayNoteEntry((DayNote.Kind.HERE,), day, max(on, since), text=text)
    [note] = provider_record_note(placement, happened=happened, by=by, at=at)
    return note


def find_day_note_problems(placement: Placement, happened: DayNoteEntry, at: datetime) -> list[Problem]:
    """Find every problem with a draft record, so that a page can show them all together."""
    return [*_problems(happened, at), *_in_timetable(placement, happened)]


def _record(
    placement: Placement, verb: str, side: DayNote.Side, happened: DayNoteEntry, *, by: User, at: datetime,
    corrects: DayNote | None = None, was_missing: bool | None = None, council_knows: bool = False,
) -> list[DayNote]:  # fmt: skip
    problems = find_day_note_problems(placement, happened, at)
    if problems or happened.time is None or happened.day is None:
        raise Refused.because(problems)
    notes = [
        DayNote(
            authority_id=placement.authority_id, buyer=placement.buyer, provider=placement.provider,
            placement=placement, side=side, kind=kind, day=happened.day, time=happened.time, recorded_by=by,
            recorded_at=at, corrects=corrects, told=happened.told.strip(), text=happened.text.strip(),
            **_place(happened, kind),
        )
        for kind in sorted(set(happened.kinds), key=lambda kind: (kind in WRITTEN_LAST, happened.kinds.index(kind)))
    ]  # fmt: skip
    # All the notes are created within the transition of the first note, which records one Event.
    with transaction.atomic(), ExitStack() as act:
        _lock_notes(placement)
        if was_missing is None:
            was_missing = _is_missing(placement)
        for note in notes:
            act.enter_context(creating(note, verb, by=by, at=at))
        if corrects is None:
            _keep_days(placement, side, at)
        now = whereabouts_of([placement], without=corrects).get(placement.pk)  # the corrected note no longer counts
        later = now if now and now.note.pk not in {note.pk for note in notes} else None
        found_or_lost = was_missing != (now is not None and now.is_missing)
        for note in notes:
            council_hears = council_knows or (found_or_lost and (note.kind in DayNote.WHEREABOUTS or bool(corrects)))
            _tell(note, later if note.kind in DayNote.WHEREABOUTS else None, council_hears=council_hears, at=at)
    return notes


def _is_missing(placement: Placement, *, side: str = "") -> bool:
    where = whereabouts_of([placement], side=side).get(placement.pk)
    return where is not None and where.is_missing


def _lock_notes(placement: Placement) -> None:
    """Let only one person at a time record notes about a placement, because its notes affect each other.

    This lock is taken before the lock of any note. It does not lock the placement against other actions, because the
    placement's status does not change.
    """
    list(Placement.objects.select_for_update(no_key=True).filter(pk=placement.pk).values_list("pk"))


def _place(happened: DayNoteEntry, kind: str) -> dict[str, str]:
    """Return the place columns of one note, or nothing if the place belongs to another of the notes."""
    of_place = [one for one in happened.kinds if one in DayNote.NAMES_A_PLACE]
    if of_place and kind not in of_place:
        return {}
    decided_by = happened.decided_by if kind == DayNote.Kind.ELSEWHERE or len(happened.kinds) == 1 else ""
    return {
        "place_kind": happened.place_kind,
        "place": happened.place.strip(),
        "decided_by": decided_by.strip(),
    }


def _keep_days(placement: Placement, side: str, at: datetime) -> None:
    """Record the first day of a child who attended before the agreed start.

    A buyer's record can reopen access that had ended, whatever the agreement says. A provider's record cannot
    (docs/adr/0043).
    """
    if placement.started_on is not None or placement.is_over:
        return
    if side == DayNote.Side.BUYER:
        access.update_disclosures(placement, at=at)
    else:
        access.update_first_day(placement, at=at)


def _correct(
    note: DayNote, verb: str, recorded_by: str, side: DayNote.Side, happened: DayNoteEntry, *, by: User, at: datetime
) -> DayNote:
    if len(happened.kinds) > 1:
        raise Refused("Select one thing that happened. Record a new note for anything else.", "kind")
    with transaction.atomic():
        _lock_notes(note.placement)
        was_missing = _is_missing(note.placement)  # this is read before the transition, while the note still counts
        with transition(note, verb, by=by, at=at) as held:
            if held.side != side:
                raise Refused(
                    f"{held.recorder} recorded this note, so only {held.recorder} can correct it. You can record "
                    "your own note."
                )
            related = ("buyer", "provider", "authority", "member", "referral")
            found = Placement.objects.select_related(*related).get(pk=held.placement_id)
            reads_all = side == DayNote.Side.BUYER or access.provider_reads_notes(found, at)
            if problems := _refusals(held, happened, reads_all=reads_all):
                raise Refused.because(problems)
            [written] = _record(
                found, recorded_by, side, happened, by=by, at=at, corrects=held, was_missing=was_missing,
                council_knows=_concerns_council(held),
            )  # fmt: skip
        _keep_days(found, side, at)  # the note that gave the first day might no longer count
    return written


def _refusals(note: DayNote, happened: DayNoteEntry, *, reads_all: bool) -> list[Problem]:
    """Return the problems that prevent this correction, using only the notes that the person can read.

    The problems must not reveal to a provider without access that a child is missing or was found.
    """
    side = "" if reads_all else note.side
    was_missing = _is_missing(note.placement, side=side)
    found = [
        *_correction_problems(note, happened, was_missing), *_order_problems(note, happened, was_missing, side=side)
    ]  # fmt: skip
    return found or ([] if reads_all else list(_unread_order_problems(note, happened)))


def _correction_problems(note: DayNote, happened: DayNoteEntry, was_missing: bool) -> Iterable[Problem]:
    """Ask where the child is if a note about a missing or injured child is corrected, because others were told.

    Do not ask about an injury while another note says that the child is missing.
    """
    kinds = set(happened.kinds)
    if not note.is_danger or kinds == {note.kind} or kinds.intersection(DayNote.WHEREABOUTS):
        return
    if note.kind == DayNote.Kind.NOT_KNOWN or not was_missing:
        yield Problem("Select where the child is. Record a new note for anything else that happened.", "kind")


def _order_problems(note: DayNote, happened: DayNoteEntry, was_missing: bool, *, side: str) -> Iterable[Problem]:
    """Refuse a correction that would close a missing-child note only because a note's day or time changes.

    A child counts as found only when someone says so, either in a new note or by correcting the missing-child note to
    say where the child has been since then. A correction must not move a missing-child note to before a note that would
    close it.
    """
    if not happened.day or not happened.time or not set(happened.kinds).intersection(DayNote.WHEREABOUTS):
        return
    new, old = (happened.day, happened.time), (note.day, note.time)
    other = whereabouts_of([note.placement], without=note, side=side).get(note.placement_id)
    if DayNote.Kind.NOT_KNOWN in happened.kinds:
        if other and not other.is_missing and new < (since := (other.note.day, other.note.time)) <= old:
            yield _too_soon(new, since, "A later note says where the child was")
    elif note.kind == DayNote.Kind.NOT_KNOWN:
        if new < old:
            yield _too_soon(new, old, "Enter where the child has been since then")
    elif was_missing and other and other.is_missing:
        since, is_away = (other.note.day, other.note.time), DayNote.Kind.ELSEWHERE in happened.kinds
        if new > since or (new == since and is_away):
            words = (
                f"The child has been recorded as missing since {other.since}. If they have been found, record a new "
                "note. If not, enter an earlier time."
            )
            yield Problem(words, "time")


def _unread_order_problems(note: DayNote, happened: DayNoteEntry) -> Iterable[Problem]:
    """Refuse a correction that could close a missing-child note that the person cannot read.

    So a correction can only make the time when a child was last seen earlier, or the time when a child went missing
    later. A person can still change a note about an injury or a night into a note about where the child is. They are
    then saying where the child is, and the other side and the council are told.
    """
    if not happened.day or not happened.time or not set(happened.kinds).intersection(DayNote.WHEREABOUTS):
        return
    new, old = (happened.day, happened.time), (note.day, note.time)
    if DayNote.Kind.NOT_KNOWN in happened.kinds:
        if new < old:
            yield _too_soon(new, old, "Record a new note for anything earlier")
    elif note.kind in DayNote.WHEREABOUTS and note.kind != DayNote.Kind.NOT_KNOWN and new > old:
        name, words = ("Day", day_in_words(old[0])) if new[0] > old[0] else ("Time", time_of_day.format_time(old[1]))
        yield Problem(f"{name} must be {words} or earlier. Record a new note for anything later.", name.lower())


def _too_soon(new: tuple[date, time], first: tuple[date, time], why: str) -> Problem:
    if new[0] < first[0]:
        return Problem(f"Day must be {day_in_words(first[0])} or later. {why}", "day")
    return Problem(f"Time must be {time_of_day.format_time(first[1])} or later. {why}", "time")


def _concerns_council(note: DayNote) -> bool:
    return note.kind in COUNCIL_IS_TOLD or bool(find_gaps(note.placement, note))


def _problems(happened: DayNoteEntry, at: datetime) -> list[Problem]:
    kinds, problems = set(happened.kinds), []
    if not kinds or kinds - set(DayNote.Kind):
        problems.append(Problem("Select what happened", "kind"))
    elif len(kinds.intersection(KINDS_WITH_ONE_PLACE)) > 1:
        words = (
            "Select only one: with the provider, somewhere else, started early, stayed after the end, or whereabouts "
            "not known"
        )
        problems.append(Problem(words, "kind"))
    if happened.day is None:
        problems.append(Problem("Enter the day", "day"))
    elif happened.day > local_day(at):
        problems.append(Problem("Day must be today or in the past", "day"))
    elif happened.day < local_day(at) - MAX_NOTE_AGE:
        problems.append(Problem("Day must be within the last year", "day"))
    if happened.time is None:
        problems.append(Problem("Enter roughly what time it happened", "time"))
    elif happened.day == local_day(at) and happened.time > timezone.localtime(at).time():
        problems.append(Problem("Time must be now or earlier today", "time"))
    if happened.place_kind and happened.place_kind not in set(DayNote.PlaceKind):
        problems.append(Problem("Select the kind of place from the list", "place_kind"))
    elif kinds.intersection(DayNote.NAMES_A_PLACE) and not happened.place_kind:
        problems.append(Problem("Select the kind of place", "place_kind"))
    problems += [Problem(words, name) for name, words in _missing(happened)]
    problems += [
        Problem(f"{DAY_NOTE_FIELD_NAMES[name]} must be {limit:,} characters or fewer", name)
        for name, limit in MAX_DAY_NOTE_LENGTHS.items()
        if len(getattr(happened, name).strip()) > limit
    ]
    problems += [
        Problem(wrong, name)
        for name in ("place", "decided_by", "told")
        if (wrong := find_line_problem(getattr(happened, name), noun=DAY_NOTE_FIELD_NAMES[name]))
    ]
    return problems


def _in_timetable(placement: Placement, happened: DayNoteEntry) -> list[Problem]:
    """Return a problem if an “extra day” is in the timetable, because that day already has a register."""
    if DayNote.Kind.EXTRA_DAY not in happened.kinds or happened.day is None:
        return []
    calendar = calendars_of([placement.buyer])[placement.buyer_id]
    if not agreed_terms.sessions_on(placement, happened.day, calendar):
        return []
    words = f"{day_in_words(happened.day)} is in the timetable. Enter another day, or mark the register for that day."
    return [Problem(words, "day")]


def _missing(happened: DayNoteEntry) -> Iterable[tuple[str, str]]:
    kinds = set(happened.kinds)
    asked = (
        ("place", kinds.intersection(DayNote.NAMES_A_PLACE), "Enter where the child is or was"),
        ("decided_by", DayNote.Kind.ELSEWHERE in kinds, "Enter the role of the person who decided"),
        ("told", kinds.intersection(DayNote.SAYS_WHO_WAS_TOLD), "Enter the roles of the people you told"),
        ("text", DayNote.Kind.HURT in kinds, "Enter what happened and what was done"),
    )
    return [(name, words) for name, needed, words in asked if needed and not getattr(happened, name).strip()]


def _tell(note: DayNote, later: LatestWhereabouts | None, *, council_hears: bool, at: datetime) -> None:
    """Tell the other side immediately (a provider only while it has access), and perhaps the council.

    `later` is a later note about where the child is, if there is one. The message then does not present this note as
    current, and does not ask for an answer about a child who has been found. The council is told if a child moved, is
    missing, was found, slept elsewhere or came without an agreement. It is also told when a note that it was told about
    is corrected, and when no one at the other side can receive the message.
    """
    placement = note.placement
    if note.side == DayNote.Side.PROVIDER:
        people = User.objects.who_can(Can.SEE_PUPILS, organisation=note.buyer, at=at)
        is_closed = note.kind == DayNote.Kind.NOT_KNOWN and later is not None
        words = messages.note_to_answer if note.needs_answer and not is_closed else messages.note_for_buyer
        queue_or_tell_council(words(note, later), to=people, at_side=note.buyer, about=placement, at=at)
    elif access.provider_reads_notes(placement, at):
        people = User.objects.who_can(Can.TAKE_REGISTER, organisation=note.provider, at=at)
        queue_or_tell_council(
            messages.note_recorded(note, later), to=people, at_side=note.provider, about=placement, at=at
        )
    if council_hears or _concerns_council(note):
        watching = User.objects.who_can(Can.SEE_PLACEMENTS, organisation=note.authority, at=at)
        queue_message(messages.note_to_council(note, later), to=watching, sender=str(note.authority), at=at)
