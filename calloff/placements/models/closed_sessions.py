"""Sessions that the school closed, with a reason, because they will not be marked."""

import pgtrigger
from django.db import models
from django.db.models import Q

from calloff.people.models import Organisation, User
from calloff.placements.models.delivery import Attendance
from calloff.placements.models.placement import Placement


class ClosedSession(models.Model):
    """A session that will not be marked, with the school's reason. The session is then no longer shown as due.

    A provider can still mark the session afterwards. The mark then counts, and this row is kept.
    """

    authority = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    placement = models.ForeignKey(Placement, on_delete=models.PROTECT, related_name="closed_sessions")
    day = models.DateField()
    session = models.CharField(max_length=2, choices=Attendance.Session)
    reason = models.CharField(max_length=300)
    closed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField()

    CONSTRAINT_ERRORS = {
        "closed_session_once": "A colleague closed this session a moment ago. Open the page again to see it.",
        "closed_session_has_a_reason": "Enter why the session was not marked",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["placement", "day", "session"], name="closed_session_once"),
            models.CheckConstraint(name="closed_session_has_a_reason", condition=~Q(reason="")),
        ]
        triggers = [pgtrigger.Protect(name="closed_session_is_kept", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return f"{self.placement} on {self.day} {self.session}, closed"
