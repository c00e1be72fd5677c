"""The removal of a member, which is proposed with reasons, and to which the member can respond."""

from datetime import datetime

from django.db import models
from django.db.models import Q

from calloff.history.triggers import status_guard
from calloff.members.models.members import Member
from calloff.members.states import (
    REMOVAL,
    RemovalStatus,
)
from calloff.people.models import Organisation, User


class MemberRemoval(models.Model):
    """A proposal to remove a member, with the reasons and the provider's response."""

    LIFECYCLE = REMOVAL
    RECORD_TYPE = "members.Removal"

    authority = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    provider = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="removals")
    reason = models.TextField()
    proposed_at = models.DateTimeField()
    answer_by = models.DateTimeField()
    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    closing_reason = models.TextField(blank=True)
    status = models.CharField(max_length=20, choices=RemovalStatus)

    class Meta:
        db_table = "members_removal"
        constraints = [
            models.UniqueConstraint(
                fields=["member"],
                condition=Q(status__in=[RemovalStatus.PROPOSED, RemovalStatus.ANSWERED]),
                name="removal_one_at_a_time",
                violation_error_message="A removal has already been proposed. Decide that removal first.",
            )
        ]
        triggers = [status_guard()]

    def __str__(self) -> str:
        return f"removal for {self.member}"

    def also_permits(self, permission: str, person: User, at: datetime) -> bool:
        return self.member.also_permits(permission, person, at)
