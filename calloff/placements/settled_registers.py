"""Mark ended placements whose sessions are all marked or closed, so that lists of due work skip them.

A school and a council have years of such placements. A job records which are settled. No page shows it, and a register
the job has not reached is read as before.
"""

from datetime import datetime, timedelta

from calloff.kernel.clock import local_day
from calloff.placements.due_sessions import find_due
from calloff.placements.models import Placement
from calloff.placements.states import OVER_STATUSES


def record_settled_registers(at: datetime) -> int:
    """Mark settled registers. Return how many were newly settled. It can run late or twice.

    Corrected term dates can make a session due again; the register is then no longer settled. Uses the same statements
    for any number of placements of one council.
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
