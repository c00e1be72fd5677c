from datetime import datetime

from django.db import models
from django.db.models import Q

from calloff.history.triggers import status_guard
from calloff.members.models import Reinstatement, Suspension
from calloff.monitoring.states import RECALL, RecallStatus
from calloff.people.models import Organisation, User
from calloff.people.permissions import Can, roles_with


class SuspensionNoticeQuerySet(models.QuerySet["SuspensionNotice"]):
    def visible_to(self, person: User, at: datetime) -> "SuspensionNoticeQuerySet":
        """Filter to notices to the person's buyers, and to those of the authority if the person can see its
        placements.
        """
        ours = person.organisations_where(roles_with(Can.SEE_PLACING), at)
        watched = person.organisations_where(roles_with(Can.SEE_PLACEMENTS), at)
        return self.filter(Q(buyer__in=ours) | Q(authority__in=watched))

    def in_force(self) -> "SuspensionNoticeQuerySet":
        """Filter to notices of suspensions that have not been lifted."""
        return self.exclude(suspension__in=Reinstatement.objects.values("suspension"))

    def waiting(self) -> "SuspensionNoticeQuerySet":
        """Filter to notices in force that no one has acknowledged."""
        return self.in_force().filter(status=RecallStatus.TOLD)


class SuspensionNotice(models.Model):
    """A notice to a buyer that has children at a suspended provider. The notice does not give the reason."""

    LIFECYCLE = RECALL
    RECORD_TYPE = "monitoring.Recall"

    authority = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    provider = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    buyer = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    suspension = models.ForeignKey(Suspension, on_delete=models.PROTECT, related_name="+")
    children = models.PositiveIntegerField()  # the number of children who were there when the buyer was told
    # The number of children who had not started then. No one needs to find out where these children are.
    to_start = models.PositiveIntegerField(default=0)
    # the number of offers that the provider had not confirmed at that time
    offers = models.PositiveIntegerField(default=0)
    # The number of orders for the provider's staff that were not complete. They count because the staff come to the
    # school.
    orders = models.PositiveIntegerField(default=0)
    told_at = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True, blank=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # the buyer's answer, without names: where the children are and what the buyer has done
    said = models.TextField(blank=True)
    status = models.CharField(max_length=20, choices=RecallStatus)

    objects = SuspensionNoticeQuerySet.as_manager()

    CONSTRAINT_ERRORS = {
        "buyer_told_once": "This buyer has already been told about the suspension. Open the page again to check.",
    }

    class Meta:
        db_table = "monitoring_recall"
        constraints = [
            models.UniqueConstraint(fields=["suspension", "buyer"], name="buyer_told_once"),
            models.CheckConstraint(
                name="recall_of_something",
                condition=Q(children__gt=0) | Q(to_start__gt=0) | Q(offers__gt=0) | Q(orders__gt=0),
            ),
            models.CheckConstraint(
                name="recall_acknowledged_by_somebody",
                condition=~Q(status=RecallStatus.ACKNOWLEDGED)
                | Q(acknowledged_at__isnull=False, acknowledged_by__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["buyer", "status"], name="recall_by_buyer")]
        triggers = [status_guard()]

    def __str__(self) -> str:
        return f"{self.buyer} told about {self.provider}"
