"""Delete register entries that are six years old, using the disposal role."""

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db import transaction

from calloff.history.disposal import delete_with_history, find_dependent_rows
from calloff.people.models import Organisation, User
from calloff.placements import retention
from calloff.placements.models import Attendance
from calloff.placements.retention import ATTENDANCE_RETENTION
from calloff.pupils.commands import may_dispose, write_certificate
from calloff.pupils.models import DisposalCertificate
from calloff.pupils.retention import DueRecords

__all__ = ["dispose_due_entries", "redo_entry_disposals"]


def dispose_due_entries(
    *, by: User, at: datetime, dry_run: bool = False, only: Collection[str] | None = None
) -> list[DueRecords]:
    """Delete the register entries that are due, for the buyers whose records an officer is responsible for.

    Each buyer has its own transaction. The placement and the child's record have their own retention periods.
    Corrections are deleted together with the entries that they corrected. A certificate for each buyer says how many
    entries were deleted, and from which placements. A second run finds nothing more to delete. With `only`, this
    deletes only the entries of placements with those references. This needs the disposal role.
    """
    done = []
    due = retention.find_due_entries(at)
    due = due if only is None else due.filter(placement__reference__in=only)
    buyers = Organisation.objects.filter(pk__in=due.values("placement__buyer"))
    for buyer in buyers.select_related("host").order_by("pk"):
        if not may_dispose(by, buyer, at):
            continue
        with transaction.atomic():
            ours = due.filter(placement__buyer=buyer)
            if not dry_run:  # an entry that someone corrected while this waited for the lock is no longer due
                ours = ours.filter(pk__in=[one.pk for one in ours.select_for_update(of=("self",)).order_by("pk")])
            for found in retention.group_by_buyer(ours):
                if not dry_run:
                    _take_away(ours)
                    write_certificate(
                        buyer, ATTENDANCE_RETENTION, count=found.entries, references=found.references, by=by, at=at
                    )
                done.append(found)
    return done


def redo_entry_disposals(*, at: datetime) -> int:
    """Delete again the register entries that a restored backup brought back. Returns how many were deleted.

    Entries that already have a certificate are deleted without a second one. Entries that have become due since then
    are deleted too, for the same officers.
    """
    again, officers = 0, {}
    for one in (
        DisposalCertificate.objects.filter(retention=ATTENDANCE_RETENTION.key).select_related("by").order_by("pk")
    ):
        officers[one.by_id] = one.by
        with transaction.atomic():
            back = retention.find_due_entries(one.made_at).filter(
                placement__buyer=one.buyer_id, placement__reference__in=one.references
            )
            again += _take_away(back.select_for_update(of=("self",)).order_by("pk"))
    for officer in officers.values():
        again += sum(found.entries for found in dispose_due_entries(by=officer, at=at))
    return again


def _take_away(entries: Iterable[Attendance]) -> int:
    keys = [one.pk for one in entries]
    if keys:
        delete_with_history(find_dependent_rows(Attendance, keys))
    return len(keys)
