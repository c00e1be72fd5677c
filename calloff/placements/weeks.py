"""Write a placement's weekly sessions from a given day."""

from collections.abc import Iterable
from datetime import date, timedelta

from django.db.models import Q

from calloff.directory import timetables
from calloff.directory.timetables import Slot
from calloff.placements.models import AgreedSession, Placement

ONE_DAY = timedelta(days=1)


def replace_timetable(placement: Placement, timetable: Iterable[Slot], *, from_on: date | None = None) -> None:
    """Set a placement's timetable from a given day, or from its first day.

    Days before the given day keep their timetable, and the timetable of later days is replaced. Call this in an action
    that has locked the placement (`draw_up` or `agree_change`). A trigger requires this once both sides have signed.
    """
    before = AgreedSession.objects.filter(placement=placement)
    if from_on is None:
        before.delete()
    else:
        before.filter(from_on__gte=from_on).delete()
        before.filter(Q(to_on=None) | Q(to_on__gte=from_on)).update(to_on=from_on - ONE_DAY)
    AgreedSession.objects.bulk_create(
        AgreedSession(placement=placement, from_on=from_on, **row) for row in timetables.session_values(timetable)
    )
    getattr(placement, "_prefetched_objects_cache", {}).pop("sessions", None)
