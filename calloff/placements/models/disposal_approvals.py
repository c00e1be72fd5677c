"""Approvals to delete the records whose retention period has ended."""

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q

from calloff.history.triggers import status_guard
from calloff.kernel.formatting import format_list, pluralise
from calloff.people.models import Organisation, User
from calloff.people.permissions import Can, roles_with
from calloff.placements.states import DISPOSAL_APPROVAL, DisposalApprovalStatus

DISPOSAL_WAIT = timedelta(days=1)  # time for a colleague to withdraw the approval or to put a legal hold on a record


def count_in_words(records: int, entries: int, drafts: int) -> str:
    """Return how many records of each kind are due, as text. Kinds with no records are left out."""
    counts = (
        (records, "child’s record", "children’s records"),
        (entries, "register entry", "register entries"),
        (drafts, "application that was never submitted", "applications that were never submitted"),
    )
    return format_list([pluralise(number, one, several) for number, one, several in counts if number])


class DisposalApprovalQuerySet(models.QuerySet["DisposalApproval"]):
    def visible_to(self, person: User, at: datetime) -> "DisposalApprovalQuerySet":
        """Filter to the approvals of organisations where the person is responsible for deleting records."""
        return self.filter(organisation__in=person.organisations_where(roles_with(Can.DISPOSE), at))

    def waiting(self) -> "DisposalApprovalQuerySet":
        return self.filter(status=DisposalApprovalStatus.APPROVED)

    def ready(self, at: datetime) -> "DisposalApprovalQuerySet":
        """Filter to approvals whose records can be deleted now."""
        return self.waiting().filter(approved_at__lte=at - DISPOSAL_WAIT)


class DisposalApproval(models.Model):
    """A person's approval to delete exactly the records that a page listed.

    A command deletes the records later, if they are still due then. An approval does not name a child.
    """

    LIFECYCLE = DISPOSAL_APPROVAL

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    records = models.JSONField(default=list)  # the random references of children's records
    placements = models.JSONField(default=list)  # the references of the placements whose register entries are due
    drafts = models.JSONField(default=list, db_default=[])  # the references of applications that were never submitted
    entries = models.PositiveIntegerField(default=0)  # how many of these register entries there are
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    status = models.CharField(max_length=20, choices=DisposalApprovalStatus)

    objects = DisposalApprovalQuerySet.as_manager()

    CONSTRAINT_ERRORS = {
        "one_disposal_approval_at_a_time": "A colleague has already approved a deletion. Withdraw that approval first.",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation"],
                condition=Q(status=DisposalApprovalStatus.APPROVED),
                name="one_disposal_approval_at_a_time",
            )
        ]
        triggers = [status_guard()]

    def __str__(self) -> str:
        return f"approval to delete records of {self.organisation}"

    def has_responsible_approver(self, at: datetime) -> bool:
        """Return whether the person who approved the deletion is still responsible for it."""
        responsible = User.objects.who_can(Can.DISPOSE, organisation=self.organisation, at=at)
        return responsible.filter(pk=self.by_id).exists()

    @property
    def counts_in_words(self) -> str:
        """Return how many records of each kind the approval is for."""
        return count_in_words(len(self.records), self.entries, len(self.drafts))

    @property
    def runs_from(self) -> datetime:
        """Return the time from which the records can be deleted."""
        return self.approved_at + DISPOSAL_WAIT
