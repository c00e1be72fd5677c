"""Clarification questions about submitted applications, and their answers."""

from datetime import datetime

from django.db import models
from django.db.models import Q

from calloff.applications.models.applications import Application
from calloff.applications.states import (
    CLARIFICATION,
    ClarificationStatus,
)
from calloff.history.triggers import status_guard
from calloff.people.models import Organisation, User


class Clarification(models.Model):
    """A question from the authority about a submitted application, and the provider's answer."""

    LIFECYCLE = CLARIFICATION

    authority = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    provider = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="clarifications")
    question = models.TextField()
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    answer_by = models.DateTimeField()
    answer = models.TextField(blank=True)
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    status = models.CharField(max_length=20, choices=ClarificationStatus)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["application"],
                condition=Q(status=ClarificationStatus.ASKED),
                name="clarification_one_at_a_time",
                violation_error_message="You have already asked the provider a question. You can ask another when it "
                "has answered.",
            )
        ]
        triggers = [status_guard()]

    def __str__(self) -> str:
        return self.question[:50]

    def also_permits(self, permission: str, person: User, at: datetime) -> bool:
        return self.application.also_permits(permission, person, at)
