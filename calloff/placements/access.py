"""Until when the child of a placement may be seen: the last day as it is known, written down to `pupils`.

The provider's people and the officers who were told see the child until then, and for a stated grace after it
(`pupils/access.py`). To be called whenever the last day becomes known or changes, and when the child comes first.
"""

from datetime import date, datetime

from django.db.models import Min

from calloff.kernel.clock import local_day
from calloff.members.states import Status as MemberStatus
from calloff.placements.models import DayNote, Placement
from calloff.placements.whereabouts import CURRENT
from calloff.pupils import access, disclosure_grants


def last_day_of(placement: Placement, at: datetime) -> date:
    """Return the last day as it is known: by notice, as agreed, or before that as the buyer asked for.

    A request without a last day, or with one that has passed, counts as today: only the grace is left to agree on one.
    """
    if placement.closes_on is not None:
        return placement.closes_on
    today = local_day(at)
    return max(placement.referral.ends_on or today, today)


def closes_at(placement: Placement, at: datetime) -> datetime:
    """Return from when a provider reads no more of what was written about the child: reviews, the end, its own report.

    Counted from the day on which the placement ended, or from its last day where no end was recorded.
    """
    return access.closes_at(placement.ended_on or last_day_of(placement, at))


def provider_reads_notes(placement: Placement, at: datetime) -> bool:
    """Say whether a provider still reads where the child is: what the buyer noted, its answers, and the latest note.

    As long as it may know of the child: not after `closes_at`, not of a place that was given up before the child came,
    and while its membership is not active only from the first day to the last, as in `pupils/access.py`. It can record
    and correct notes of its own all the same, and reads those back.
    """
    if at >= closes_at(placement, at):
        return False
    is_active = placement.member.status == MemberStatus.ACTIVE
    if is_active and not placement.is_over:
        return True
    first_on = first_day_of(placement)
    if first_on is None:
        return False
    last_on = placement.ended_on or last_day_of(placement, at)
    return is_active or first_on <= local_day(at) <= last_on


def first_day_of(placement: Placement) -> date | None:
    """Return the first day on which the child was there: by the register, or before that by a note of either side."""
    noted = DayNote.objects.filter(CURRENT, placement=placement, kind__in=DayNote.THERE)
    first: date | None = noted.aggregate(first=Min("day"))["first"]
    return min((one for one in (placement.started_on, first) if one is not None), default=None)


def keep(placement: Placement, *, at: datetime) -> None:
    """Write down to what may be seen of the child the days of the placement as they are now."""
    last_on = last_day_of(placement, at)
    disclosure_grants.keep_until(placement.reference, first_on=first_day_of(placement), last_on=last_on, at=at)
