"""How long attendance entries are kept, and which entries are due for deletion.

The child's record has its own retention period, which can be longer.
"""

from datetime import datetime

from django.db.models import Q, QuerySet

from calloff.applications.retention import RetentionRule
from calloff.people.models import Organisation
from calloff.placements.models import Attendance
from calloff.placements.states import OVER_STATUSES
from calloff.pupils.retention import DueRecords

ATTENDANCE_RETENTION = RetentionRule(
    key="attendance",
    words="attendance register entries for placements that have ended, from the day each entry was made or "
    "last corrected",
    months=6 * 12,
    source="School Attendance (Pupil Registration) (England) Regulations 2024: each entry must be kept for 6 years.",
)


def find_due_entries(at: datetime) -> QuerySet[Attendance]:
    """Find entries that are due for deletion, except for children with a legal hold."""
    before = ATTENDANCE_RETENTION.due_before(at)
    kept = Q(marked_at__gte=before) | Q(confirmed_at__gte=before)
    return Attendance.objects.filter(placement__pupil__hold="", placement__status__in=OVER_STATUSES).exclude(kept)


def count_due_entries(buyers: QuerySet[Organisation], at: datetime) -> list[DueRecords]:
    """Count the due entries of some buyers and the placements that they belong to, without naming children."""
    return group_by_buyer(find_due_entries(at).filter(placement__buyer__in=buyers))


def group_by_buyer(entries: QuerySet[Attendance]) -> list[DueRecords]:
    """Count the entries of each buyer and the placements that they belong to."""
    found: dict[int, DueRecords] = {}
    rows = entries.order_by("placement__buyer__name", "placement")
    for one in rows.select_related("placement__buyer__host"):
        buyer = one.placement.buyer
        kept = found.setdefault(buyer.pk, DueRecords(buyer, ATTENDANCE_RETENTION, []))
        kept.entries += 1
        if one.placement.reference not in kept.references:
            kept.references.append(one.placement.reference)
    return list(found.values())
