"""How long the entries of attendance registers are kept: apart from the child, whose record may be kept far longer."""

from datetime import datetime

from django.db.models import Q, QuerySet

from calloff.applications.retention import Retention
from calloff.people.models import Organisation
from calloff.placements.models import Attendance
from calloff.placements.states import OVER
from calloff.pupils.retention import Waiting

ENTRIES = Retention(
    key="attendance",
    words="entries of attendance registers of placements that are over, from the day they were made or last corrected",
    months=6 * 12,
    source="School Attendance (Pupil Registration) (England) Regulations 2024: each entry must be kept for six years.",
)


def due(at: datetime) -> QuerySet[Attendance]:
    """Find the entries whose time is over at an instant. A legal hold on the child keeps them, whatever their time."""
    before = ENTRIES.due_before(at)
    kept = Q(marked_at__gte=before) | Q(confirmed_at__gte=before)
    return Attendance.objects.filter(placement__pupil__hold="", placement__status__in=OVER).exclude(kept)


def waiting(buyers: QuerySet[Organisation], at: datetime) -> list[Waiting]:
    """Find what is due at some buyers: how many entries, of which placements, and no child."""
    found: dict[int, Waiting] = {}
    rows = due(at).filter(placement__buyer__in=buyers).order_by("placement__buyer__name", "placement")
    for one in rows.select_related("placement__buyer__host"):
        buyer = one.placement.buyer
        kept = found.setdefault(buyer.pk, Waiting(buyer, ENTRIES, []))
        kept.entries += 1
        if one.placement.reference not in kept.references:
            kept.references.append(one.placement.reference)
    return list(found.values())
