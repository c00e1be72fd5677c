"""Commands for a buyer's shortlist, which all its people share. Each service is on the list only once."""

from datetime import datetime

from calloff.demand.models import MAX_NOTE_LENGTH, ShortlistEntry
from calloff.demand.states import ShortlistEntryStatus
from calloff.directory.models import Service
from calloff.history.transitions import create, transition
from calloff.kernel.lifecycles import EditConflict, Refused
from calloff.kernel.personal_data_check import require_no_personal_data
from calloff.people.models import Organisation, User

__all__ = ["amend_note", "shortlist", "take_off"]

MAX_SHORTLIST_ENTRIES = 100  # the maximum number of services on one shortlist, which a single page shows


def shortlist(service: Service, *, buyer: Organisation, by: User, at: datetime, note: str = "") -> ShortlistEntry:
    """Add a service from the directory to a buyer's shortlist.

    Raises Refused if the service is already on the shortlist (a database constraint), if it is no longer in the
    directory, if the shortlist is full, or if the note is too long or could identify a child.
    """
    if not Service.objects.listed(at).filter(pk=service.pk).exists():
        raise Refused("This service is no longer in the directory, so you cannot add it to the shortlist.")
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
    """Change the note on a shortlisted service. An empty note removes the old note.

    `seen` is the shortlist entry as the person's page showed it. Raises EditConflict if a colleague has changed the
    note since then, and Refused if the note is too long or could identify a child.
    """
    _require_note(note)
    with transition(entry, "amend_note", by=by, at=at) as amended:
        if seen is not None and seen.note != amended.note:
            raise EditConflict
        amended.note, amended.noted_by, amended.changed_at = note.strip(), by, at
    return amended


def take_off(entry: ShortlistEntry, *, by: User, at: datetime) -> ShortlistEntry:
    """Remove a service and its note from the shortlist. Someone can add the service again."""
    with transition(entry, "take_off", by=by, at=at) as removed:
        removed.note, removed.noted_by, removed.changed_at = "", None, at
    return removed


def _require_note(note: str) -> None:
    if len(note) > MAX_NOTE_LENGTH:
        raise Refused(f"Note must be {MAX_NOTE_LENGTH:,} characters or fewer", "note")
    require_no_personal_data(note, "note")
