"""Delete register entries after six years, using the disposal role."""

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
    """Delete the register entries that are due, for the buyers that an officer is responsible for.

    Each buyer has its own transaction. The placement and the child's record have their own retention periods.
    Corrections are deleted together with the entries that they corrected. A certificate for the buyer says how many
    entries were deleted, and from which placements. If the command runs again, it finds nothing to delete. If `only`
    is given, entries of placements with other references stay. This needs the disposal role.
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
            if not dry_run:  # an entry that was corrected while this waited for its lock is no longer due
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
    """Delete register entries again that a restored backup brought back. Returns how many.

    Entries on an existing certificate are deleted without a second certificate. Entries that have become due since then
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
