"""Work out how long people can see a placement's child, and store the dates in the `pupils` app.

The provider's people and the notified officers can see the child until the last known day and for a grace period after
it (`pupils/access.py`). A provider's own records never reopen or extend access. So `update_disclosures` is for actions
of the buyer or of both sides, and `update_first_day` is for the provider's records (docs/adr/0043).
"""

from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import Max

from calloff.kernel.clock import local_day
from calloff.members.states import MemberStatus
from calloff.placements.models import DayNote, Placement, PlacementEnding
from calloff.placements.states import DayNoteStatus
from calloff.placements.suspensions import suspensions_of_membership
from calloff.placements.whereabouts import IS_CURRENT
from calloff.pupils import access, disclosure_grants


def last_day_of(placement: Placement) -> date:
    """Return the last known day, taken from the notice, the agreement or the buyer's request.

    If the request has no last day, or one that has passed, this is the day of confirmation or, if later, the latest day
    on which the buyer recorded that the child was there. Today's date and the provider's notes do not count.
    """
    if placement.closes_on is not None:
        return placement.closes_on
    noted = DayNote.objects.filter(IS_CURRENT, placement=placement, kind__in=DayNote.CAME, side=DayNote.Side.BUYER)
    days = (local_day(placement.confirmed_at), placement.referral.ends_on, noted.aggregate(last=Max("day"))["last"])
    return max(one for one in days if one is not None)


def notes_close_at(placement: Placement) -> datetime:
    """Return the time from which a provider can no longer see the reviews, the ending and its exit report.

    The time is counted from the day the placement ended or, if no end was recorded, from its last known day.
    """
    return access.disclosure_closes_at(placement.ended_on or last_day_of(placement))


def provider_reads_notes(placement: Placement, at: datetime) -> bool:
    """Return whether a provider can still read the buyer's notes and answers, and the latest note.

    The provider cannot read them after `notes_close_at`, or if the placement was cancelled before the child attended.
    If the provider's membership is not active, it can read them only from the child's first day to the last day, as in
    `pupils/access.py`. A provider can always record and correct notes, and read the notes that it recorded.
    """
    if at >= notes_close_at(placement):
        return False
    is_active = placement.member.status == MemberStatus.ACTIVE
    if is_active and not placement.is_over:
        return True
    first_on = first_day_of(placement)
    if first_on is None:
        return False
    last_on = placement.ended_on or last_day_of(placement)
    return is_active or first_on <= local_day(at) <= last_on


def first_day_of(placement: Placement) -> date | None:
    """Return the first day on which the child attended, from the register or an earlier note.

    Both sides' notes count, but a provider's note counts only if the provider could see the child when it recorded the
    note. The note does not count if the provider was suspended then, or if its membership or the placement had ended. A
    correction counts if the note that it corrects counts.
    """
    notes = list(DayNote.objects.filter(placement=placement, kind__in=DayNote.CAME).order_by("pk"))
    counting = _counting(placement, notes)
    current = [one.day for one in counting if one.status != DayNoteStatus.CORRECTED]
    return min([*current, *([placement.started_on] if placement.started_on else [])], default=None)


def update_disclosures(placement: Placement, *, at: datetime) -> None:
    """Update access to the child from the placement's current dates. This can reopen closed access.

    Call this when the buyer decides or records something, or when both sides agree on something.
    """
    last_on = last_day_of(placement)
    disclosure_grants.update_days(placement.reference, first_on=first_day_of(placement), last_on=last_on, at=at)


def update_first_day(placement: Placement, *, at: datetime) -> None:
    """Record the child's first day from the provider's records. This never opens or extends access."""
    disclosure_grants.update_first_day(placement.reference, first_on=first_day_of(placement), at=at)


def _counting(placement: Placement, notes: Iterable[DayNote]) -> list[DayNote]:
    """Return the notes that count as evidence that the child attended: all the buyer's, and some of the provider's."""
    closed: list[tuple[datetime, datetime | None]] | None = None
    found: dict[int, DayNote] = {}
    for note in notes:
        if note.side == DayNote.Side.PROVIDER and note.corrects_id not in found:
            closed = _closed_to_provider(placement) if closed is None else closed
            if any(since < note.recorded_at and (until is None or note.recorded_at < until) for since, until in closed):
                continue
        found[note.pk] = note
    return list(found.values())


def _closed_to_provider(placement: Placement) -> list[tuple[datetime, datetime | None]]:
    """Return the periods in which the provider was suspended, or in which its membership or the placement had ended."""
    closed = suspensions_of_membership(placement)
    if placement.member.status not in {MemberStatus.ACTIVE, MemberStatus.SUSPENDED}:
        closed.append((placement.member.changed_at, None))
    if placement.is_over and (ending := PlacementEnding.objects.filter(placement=placement).first()):
        closed.append((ending.made_at, None))
    return closed
