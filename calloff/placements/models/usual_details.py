"""The session times, notice and contacts that a buyer usually puts in its placement agreements."""

from datetime import datetime

from django.db import models
from django.db.models import Q

from calloff.history.triggers import status_guard
from calloff.people.models import Organisation, User
from calloff.people.permissions import Can, roles_with
from calloff.placements.states import USUAL_DETAILS, UsualDetailsStatus


class UsualDetailsQuerySet(models.QuerySet["UsualDetails"]):
    def visible_to(self, person: User, at: datetime) -> "UsualDetailsQuerySet":
        """Filter to the details of buyers where the person can see placements."""
        return self.filter(buyer__in=person.organisations_where(roles_with(Can.SEE_PLACING), at))

    def of_buyer(self, buyer: Organisation) -> "UsualDetails | None":
        """Return the usual details that a buyer has saved, if any."""
        return self.filter(buyer=buyer).first()


class UsualDetails(models.Model):
    """The details that a buyer's new placement agreements start with. Each agreement keeps its own copy."""

    LIFECYCLE = USUAL_DETAILS

    buyer = models.OneToOneField(Organisation, on_delete=models.PROTECT, related_name="+")
    am_from = models.TimeField(null=True, blank=True)
    am_to = models.TimeField(null=True, blank=True)
    pm_from = models.TimeField(null=True, blank=True)
    pm_to = models.TimeField(null=True, blank=True)
    notice_days = models.PositiveSmallIntegerField()
    absence_rule = models.CharField(max_length=300, blank=True)
    attendance_contact = models.CharField(max_length=200, blank=True)
    attendance_time = models.TimeField(null=True, blank=True)
    emergency = models.CharField(max_length=300, blank=True)
    status = models.CharField(max_length=20, choices=UsualDetailsStatus)

    objects = UsualDetailsQuerySet.as_manager()

    CONSTRAINT_ERRORS = {
        "buyer": "A colleague saved the usual placement details a moment ago. Open the page again to see them.",
        "usual_details_give_notice": "Notice period must be between 1 and 365 days",
    }

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="usual_details_give_notice", condition=Q(notice_days__gte=1, notice_days__lte=365)
            ),
        ]
        triggers = [status_guard()]

    def __str__(self) -> str:
        return f"usual placement details of {self.buyer}"
