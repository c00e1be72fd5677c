"""What a member still has to do: meet conditions of its admission, and provide documents that it has promised."""

from datetime import date, datetime

from django.db import models
from django.db.models import Q

from calloff.evidence.models import Evidence
from calloff.history.triggers import status_guard
from calloff.kernel.money import format_pounds
from calloff.members.models.members import Member
from calloff.members.states import (
    CONDITION,
    DOCUMENT_PROMISE,
    ConditionStatus,
    PromiseStatus,
)
from calloff.people.models import Organisation, User


class MembershipCondition(models.Model):
    """A condition that a member must meet after its admission, and the member's response."""

    LIFECYCLE = CONDITION
    RECORD_TYPE = "members.Condition"

    authority = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    provider = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="conditions")
    text = models.TextField()
    due_on = models.DateField()
    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    met_at = models.DateTimeField(null=True, blank=True)
    met_because = models.TextField(blank=True)
    status = models.CharField(max_length=20, choices=ConditionStatus)

    class Meta:
        db_table = "members_condition"
        triggers = [status_guard()]

    def __str__(self) -> str:
        return self.text[:60]

    def also_permits(self, permission: str, person: User, at: datetime) -> bool:
        return self.member.also_permits(permission, person, at)

    def is_overdue(self, on: date) -> bool:
        return self.status == ConditionStatus.OUTSTANDING and self.due_on < on


class DocumentPromise(models.Model):
    """A document that a member promised in its application instead of providing it, usually insurance.

    Until the promise is fulfilled, no placement with the member in this category can start, even before the deadline.
    """

    LIFECYCLE = DOCUMENT_PROMISE

    CONSTRAINT_ERRORS = {
        "promise_fulfilled_by_a_document": "Select the document you promised",
    }

    authority = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    provider = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="promises")
    kind = models.CharField(max_length=50)
    title = models.CharField(max_length=300)  # the name that the market gives this kind of document
    # the promised cover for each claim, in pounds
    cover = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    due_on = models.DateField(
        null=True, blank=True
    )  # the last day, or None if the document is needed only before the first placement
    promised_by = models.CharField(max_length=100)  # the person who declared that the application was true
    promised_at = models.DateTimeField()
    evidence = models.ForeignKey(Evidence, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    fulfilled_at = models.DateTimeField(null=True, blank=True)
    status = models.CharField(max_length=20, choices=PromiseStatus)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["member", "kind"],
                name="document_promised_once",
                violation_error_message="This document has already been promised.",
            ),
            models.CheckConstraint(
                name="promise_fulfilled_by_a_document",
                condition=Q(status=PromiseStatus.PROMISED, evidence=None, fulfilled_at=None)
                | Q(status=PromiseStatus.FULFILLED, evidence__isnull=False, fulfilled_at__isnull=False),
            ),
        ]
        triggers = [status_guard()]

    def __str__(self) -> str:
        return self.title

    def also_permits(self, permission: str, person: User, at: datetime) -> bool:
        return self.member.also_permits(permission, person, at)

    def is_overdue(self, on: date) -> bool:
        return self.status == PromiseStatus.PROMISED and self.due_on is not None and self.due_on < on

    @property
    def what(self) -> str:
        """Return the promise as text, for example “Public liability insurance, cover of £5,000,000”."""
        return f"{self.title}, cover of {format_pounds(self.cover)}" if self.cover is not None else self.title
