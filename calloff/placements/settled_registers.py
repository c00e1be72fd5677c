"""Record which ended placements have only marked or closed sessions, so that queries for due work skip them.

A school and a council can have many years of these placements. A nightly job records which registers are settled. No
page shows whether a register is settled. Pages still read a register until the job has marked it as settled.
"""

from datetime import datetime, timedelta

from calloff.kernel.clock import local_day
from calloff.placements.due_sessions import find_due
from calloff.placements.models import Placement
from calloff.placements.states import OVER_STATUSES


def record_settled_registers(at: datetime) -> int:
    """Mark registers as settled, and return how many are newly settled. The job can run late or twice.

    If a session becomes due again because term dates were corrected, its register is no longer settled. The number of
    statements is the same for any number of placements.
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
