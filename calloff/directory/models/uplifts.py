import pgtrigger
from django.db import models
from django.db.models import F, Q

from calloff.directory.models.visibility import ProviderAndAuthorityQuerySet
from calloff.directory.states import UPLIFT, UpliftStatus
from calloff.history.triggers import status_guard
from calloff.members.models import Member
from calloff.people.models import Organisation, User


class Uplift(models.Model):
    """A member's request to increase its prices in a category by the index in its market's pack."""

    LIFECYCLE = UPLIFT

    authority = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    provider = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    percent = models.DecimalField(max_digits=5, decimal_places=2)  # a percentage: 3.40 is 3.4%
    # the publisher's name for the index, from the pack at the time of the request
    index = models.CharField(max_length=100)
    index_on = models.DateField()  # the day on which that index value was published
    cap = models.DecimalField(max_digits=5, decimal_places=2)  # per cent, from the pack at the time of the request
    starts_on = models.DateField()  # the first day on which the higher prices apply
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(blank=True)  # why the increase was refused. The provider can read this
    status = models.CharField(max_length=20, choices=UpliftStatus)

    objects = ProviderAndAuthorityQuerySet.as_manager()

    CONSTRAINT_ERRORS = {
        "uplift_answered_by_another": ("You cannot approve or refuse a price increase you requested. Ask a colleague."),
        "uplift_is_within_its_cap": "The price increase must be more than 0% and no more than the market allows",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["member"],
                condition=Q(status=UpliftStatus.ASKED),
                name="uplift_asked_once",
                violation_error_message="You have already asked for a price increase. Withdraw that request, or wait "
                "for the council to answer it.",
            ),
            models.UniqueConstraint(
                fields=["member", "starts_on"],
                condition=Q(status=UpliftStatus.APPROVED),
                name="uplift_once_from_a_day",
                violation_error_message="Prices already increase from that date. They can increase only once a year.",
            ),
            models.CheckConstraint(name="uplift_answered_by_another", condition=~Q(answered_by=F("asked_by"))),
            models.CheckConstraint(name="uplift_is_within_its_cap", condition=Q(percent__gt=0, percent__lte=F("cap"))),
            models.CheckConstraint(
                name="uplift_refused_with_a_reason", condition=~Q(status=UpliftStatus.REFUSED) | ~Q(reason="")
            ),
            models.CheckConstraint(
                name="uplift_answered_by_somebody",
                condition=~Q(status__in=[UpliftStatus.APPROVED, UpliftStatus.REFUSED])
                | Q(answered_by__isnull=False, answered_at__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["authority", "status", "asked_at"], name="uplift_by_authority")]
        triggers = [
            status_guard(),
            pgtrigger.ReadOnly(
                name="what_was_asked_stays",
                fields=[
                    "authority", "provider", "member", "percent", "index", "index_on", "cap", "asked_by", "asked_at",
                ],
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.percent}% for {self.member}"
