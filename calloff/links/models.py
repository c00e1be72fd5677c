"""Links that work without an account."""

from datetime import datetime

import pgtrigger
from django.db import models
from django.db.models import F, Q

from calloff.history.triggers import never_rewritten, set_once


class LinkQuerySet(models.QuerySet["Link"]):
    def usable(self, at: datetime) -> "LinkQuerySet":
        """Filter to links that work at a given time: they have not expired, been revoked or been used up."""
        return self.filter(revoked_at=None, made_at__lte=at, expires_at__gt=at, uses__lt=F("max_uses"))


class Link(models.Model):
    """A link with which the person who receives it can do one thing to one record.

    Only a SHA-256 digest of the token is stored. The app that makes the link sets its `purpose`, for example
    “people.invitation”. A link never reveals who a child is.
    """

    purpose = models.CharField(max_length=40)
    # the kind of record, as in history.EventSubject, for example “people.Invitation”
    record_type = models.CharField(max_length=100)
    record_id = models.BigIntegerField()
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    max_uses = models.PositiveSmallIntegerField(default=1)
    uses = models.PositiveSmallIntegerField(default=0)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = LinkQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="link_used_no_more_than_allowed", condition=Q(max_uses__gte=1, uses__lte=F("max_uses"))
            ),
            models.CheckConstraint(name="link_expires_after_it_is_made", condition=Q(expires_at__gt=F("made_at"))),
            models.CheckConstraint(
                name="link_used_at_an_instant",
                condition=Q(uses=0, last_used_at=None) | Q(uses__gt=0, last_used_at__isnull=False),
            ),
        ]
        triggers = [
            never_rewritten("purpose", "record_type", "record_id", "digest", "made_at", "expires_at", "max_uses"),
            set_once("revoked_at"),
            pgtrigger.Protect(
                name="uses_are_counted_up",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(new__uses__lt=pgtrigger.F("old__uses")),
            ),
        ]
        indexes = [models.Index(fields=["record_type", "record_id"], name="link_of_a_record")]

    def __str__(self) -> str:
        return f"{self.purpose} {self.pk}"

    def is_usable(self, at: datetime) -> bool:
        current = self.revoked_at is None and self.made_at <= at < self.expires_at
        return current and self.uses < self.max_uses
