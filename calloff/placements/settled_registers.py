"""Settled registers: of ended placements with every session marked or closed. No list of due work reads them.

A school and a council have years of such placements. That one is settled is written down by a job, for a list to pass
over; no page shows it, and a register that the job has not come to is read as before.
"""

from datetime import datetime, timedelta

from calloff.kernel.clock import local_day
from calloff.placements.due_sessions import find_due
from calloff.placements.models import Placement
from calloff.placements.states import OVER_STATUSES


def record_settled_registers(at: datetime) -> int:
    """Mark settled registers, and return how many were newly settled. It may run late, or twice.

    Term dates that are corrected later can make a session due after all: then the register is no longer settled. The
    same statements for any number of placements of one council, which are read once.
    """
    today, number = local_day(at), 0
    over = Placement.objects.filter(status__in=OVER_STATUSES, ended_on__lt=today)
    for authority in over.order_by("authority").values_list("authority", flat=True).distinct():
        known = set(over.filter(authority=authority).values_list("pk", flat=True))
        there = Placement.objects.filter(pk__in=known)
        due = find_due(there.prefetch_related("changes", "sessions"), today - timedelta(days=1), at)
        with_gaps = {one.placement.pk for one in due}
        there.filter(pk__in=with_gaps).exclude(register_settled_on=None).update(register_settled_on=None)
        number += there.filter(pk__in=known - with_gaps, register_settled_on=None).update(register_settled_on=today)
    return number
