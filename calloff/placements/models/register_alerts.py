"""Emails that were sent about unmarked first sessions."""

import pgtrigger
from django.db import models

from calloff.people.models import Organisation
from calloff.placements.models.delivery import Attendance
from calloff.placements.models.placement import Placement


class RegisterAlert(models.Model):
    """A message to one side of a placement about an unmarked first session. Each side gets no more than one.

    Home pages work out late registers from the clock and not from these rows, so that they show every child even if a
    job did not run.
    """

    class Side(models.TextChoices):
        BUYER = "buyer", "The school or team"
        PROVIDER = "provider", "The provider"

    authority = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    placement = models.ForeignKey(Placement, on_delete=models.PROTECT, related_name="register_alerts")
    day = models.DateField()
    session = models.CharField(max_length=2, choices=Attendance.Session)
    side = models.CharField(max_length=10, choices=Side)
    told_at = models.DateTimeField()
    people = models.PositiveSmallIntegerField()  # how many people were told. If 0, the council was told instead

    CONSTRAINT_ERRORS = {
        "register_alert_once": "This message has already been sent for this session.",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["placement", "day", "session", "side"], name="register_alert_once"),
        ]
        triggers = [pgtrigger.Protect(name="register_alert_is_kept", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return f"{self.get_side_display()} told about {self.placement} on {self.day} {self.session}"
