import pgtrigger
from django.db import models
from django.db.models import F, Q

from calloff.directory.models.services import Service
from calloff.directory.models.visibility import ProviderAndAuthorityQuerySet
from calloff.directory.states import CHANGE, ServiceChangeStatus
from calloff.history.triggers import status_guard
from calloff.people.models import Organisation, User


class ServiceChange(models.Model):
    """A proposed change to details that the authority has checked, with their earlier values.

    For a service that has never been published, the proposal contains the whole service and no earlier values.

    A proposal never changes, so people always approve exactly what they read. A later proposal is a new row that
    replaces the earlier one.
    """

    LIFECYCLE = CHANGE
    RECORD_TYPE = "directory.Change"

    authority = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    provider = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="changes")
    # {field: value} for the fields that would change, with their values when the change was proposed (see
    # service_fields.py)
    before = models.JSONField()
    after = models.JSONField()  # {field: value} for the same fields, with the proposed values
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(blank=True)  # why the change was refused. The provider can read this
    status = models.CharField(max_length=20, choices=ServiceChangeStatus)

    objects = ProviderAndAuthorityQuerySet.as_manager()

    CONSTRAINT_ERRORS = {
        "change_answered_by_another": "You cannot approve or refuse a change you proposed. Ask a colleague.",
    }

    class Meta:
        db_table = "directory_change"
        constraints = [
            models.UniqueConstraint(
                fields=["service"],
                condition=Q(status=ServiceChangeStatus.WAITING),
                name="change_waits_once",
                violation_error_message="A colleague has just proposed a change. Read it, then send yours again.",
            ),
            models.CheckConstraint(name="change_answered_by_another", condition=~Q(answered_by=F("proposed_by"))),
            models.CheckConstraint(name="change_changes_something", condition=~Q(after={})),
            models.CheckConstraint(
                name="change_refused_with_a_reason", condition=~Q(status=ServiceChangeStatus.REFUSED) | ~Q(reason="")
            ),
            models.CheckConstraint(
                name="change_answered_by_somebody",
                condition=~Q(status__in=[ServiceChangeStatus.APPROVED, ServiceChangeStatus.REFUSED])
                | Q(answered_by__isnull=False, answered_at__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["authority", "status", "proposed_at"], name="change_by_authority")]
        triggers = [
            status_guard(),
            pgtrigger.ReadOnly(
                name="what_is_proposed_stays",
                fields=["authority", "provider", "service", "before", "after", "proposed_by", "proposed_at"],
            ),
        ]

    def __str__(self) -> str:
        return f"change to {self.service}"

    @property
    def is_new_service(self) -> bool:
        return not self.before
