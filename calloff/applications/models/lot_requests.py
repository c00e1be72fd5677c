"""Requests from providers to join a lot."""

from datetime import datetime

import pghistory
from django.db import models
from django.db.models import Q

from calloff.applications.models.applications import Application
from calloff.applications.states import LIVE_REQUEST_STATUSES, LOT_REQUEST, LotRequestStatus
from calloff.history.triggers import status_guard
from calloff.markets.models import Lot
from calloff.people.models import Organisation, User


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class LotRequest(models.Model):
    """A request from a provider to join one lot.

    For each provider and lot, only one request can be undecided or have led to a membership.
    """

    LIFECYCLE = LOT_REQUEST

    authority = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, null=True, blank=True, related_name="requests"
    )  # None if the provider was admitted before the authority used Calloff
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="+")
    provider = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=20, choices=LotRequestStatus)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "lot"],
                condition=Q(status__in=LIVE_REQUEST_STATUSES),
                name="lot_requested_once",
                violation_error_message="You have already applied to this category, or are already a member of it.",
            )
        ]
        triggers = [status_guard()]

    def __str__(self) -> str:
        return f"{self.provider} to {self.lot}"

    def also_permits(self, permission: str, person: User, at: datetime) -> bool:
        return self.lot.market.also_permits(permission, person, at)
