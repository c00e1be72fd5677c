"""Find missing children for the people who take the register."""

from collections.abc import Iterable
from datetime import date, datetime, time

from calloff.directory.timetables import Slot
from calloff.people.models import Organisation, User
from calloff.placements.access import provider_reads_notes
from calloff.placements.models import DayNote, Placement
from calloff.placements.whereabouts import notes_of_danger, whereabouts_of


def missing_on_register(placements: Iterable[Placement], day: date, at: datetime) -> dict[int, DayNote]:
    """Return, by placement, the notes that the provider can read about children missing on a day.

    A child is left out if a later note from either side says where the child is. The number of queries is the same for
    any number of placements.
    """
    several = list(placements)
    where = whereabouts_of(several)
    found = {one.pk: where[one.pk].note for one in several if one.pk in where and where[one.pk].is_missing}
    for one in several:
        if note := found.get(one.pk):
            note.buyer, note.provider = one.buyer, one.provider
    return {
        one.pk: note for one in several
        if (note := found.get(one.pk)) and note.day <= day and (
            note.side == DayNote.Side.PROVIDER or provider_reads_notes(one, at)
        )
    }  # fmt: skip


def missing_at(provider: Organisation, *, person: User, at: datetime) -> list[DayNote]:
    """Return the notes about a provider's missing children, leaving out those whose whereabouts a later note gives.

    The buyer's notes are included only while the provider can read them.
    """
    return [
        note for note in notes_of_danger(person=person, at=at, provider=provider)
        if note.kind == DayNote.Kind.NOT_KNOWN
        and (note.side == DayNote.Side.PROVIDER or provider_reads_notes(note.placement, at))
    ]  # fmt: skip


def was_over(slot: Slot | None, day: date, note: DayNote) -> bool:
    """Return whether a session ended before the child went missing.

    Attendance at such a session does not show that the child was found.
    """
    return slot is not None and note.day == day and (slot.ends or time.max) <= note.time
