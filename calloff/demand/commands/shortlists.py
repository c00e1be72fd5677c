"""A buyer's shortlist: one for all its people, each service on it once."""

from datetime import datetime

from calloff.demand.models import MAX_NOTE_LENGTH, ShortlistEntry
from calloff.demand.personal_data_check import require_no_personal_data
from calloff.demand.states import ShortlistEntryStatus
from calloff.directory.models import Service
from calloff.history.transitions import create, transition
from calloff.kernel.lifecycles import EditConflict, Refused
from calloff.people.models import Organisation, User

MAX_SHORTLIST_ENTRIES = 100  # services on one shortlist: it is to be read whole


def shortlist(service: Service, *, buyer: Organisation, by: User, at: datetime, note: str = "") -> ShortlistEntry:
    """Put a service that the directory lists on a buyer's shortlist.

    Raises Refused where it is there already (a constraint holds it), is not listed now, or the list is full.
    """
    if not Service.objects.listed(at).filter(pk=service.pk).exists():
        raise Refused("This service is not in the directory now, so you cannot add it to the shortlist.")
    if ShortlistEntry.objects.filter(buyer=buyer, status=ShortlistEntryStatus.LISTED).count() >= MAX_SHORTLIST_ENTRIES:
        raise Refused(f"The shortlist has {MAX_SHORTLIST_ENTRIES} services. Remove some first.")
    _require_note(note)
    entry = ShortlistEntry(
        authority=service.authority, buyer=buyer, service=service, note=note.strip(), noted_by=by if note else None,
        added_by=by, added_at=at, changed_at=at,
    )  # fmt: skip
    return create(entry, "shortlist", by=by, at=at)


def amend_note(
    entry: ShortlistEntry, *, note: str, by: User, at: datetime, seen: ShortlistEntry | None = None
) -> ShortlistEntry:
    """Write another note beside a shortlisted service, or none.

    `seen` is the entry as the person's page had read it: raises EditConflict where a colleague wrote meanwhile.
    """
    _require_note(note)
    with transition(entry, "amend_note", by=by, at=at) as amended:
        if seen is not None and seen.note != amended.note:
            raise EditConflict
        amended.note, amended.noted_by, amended.changed_at = note.strip(), by, at
    return amended


def take_off(entry: ShortlistEntry, *, by: User, at: datetime) -> ShortlistEntry:
    """Take a service off the shortlist, and forget the note. It can be put on again."""
    with transition(entry, "take_off", by=by, at=at) as taken:
        taken.note, taken.noted_by, taken.changed_at = "", None, at
    return taken


def _require_note(note: str) -> None:
    if len(note) > MAX_NOTE_LENGTH:
        raise Refused(f"Use {MAX_NOTE_LENGTH:,} characters or fewer", "note")
    require_no_personal_data(note, "note")
