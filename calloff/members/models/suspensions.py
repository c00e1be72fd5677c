"""The suspension of a provider, with its reviews and its end."""

from datetime import date

import pgtrigger
from django.db import models
from django.db.models import Func, Q

from calloff.people.models import Organisation

# The day of the review for suspensions from before a review date was required. The command now always sets a date.
FOUR_WEEKS_FROM_TODAY = Func(function="", template="(CURRENT_DATE + 28)", output_field=models.DateField())


class Suspension(models.Model):
    """A suspension, with its reason, the clause that it cites, and how to challenge it.

    A suspension is neutral, and the public never sees the reason.
    """

    authority = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    provider = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    clause = models.CharField(max_length=300)
    reason = models.TextField()
    review_route = models.TextField()
    left_out_reason = models.TextField(blank=True)  # why some of the provider's memberships were not suspended
    # the person who decided to withhold the reason from the provider
    withheld_by = models.CharField(max_length=200, blank=True)
    withheld_because = models.TextField(blank=True)  # why the reason is withheld. The provider cannot read this
    # the date of the first review. Every suspension must have one
    review_on = models.DateField(db_default=FOUR_WEEKS_FROM_TODAY)
    made_at = models.DateTimeField()

    CONSTRAINT_ERRORS = {
        "suspension_withheld_says_who_and_why": "Enter who decided to withhold the reason, and why",
    }

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="suspension_withheld_says_who_and_why",
                condition=Q(withheld_by="", withheld_because="") | (~Q(withheld_by="") & ~Q(withheld_because="")),
            ),
        ]
        triggers = [pgtrigger.Protect(name="suspension_is_kept", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"suspension for {self.provider}"

    @property
    def is_withheld(self) -> bool:
        """Return whether the reason is still withheld from the provider.

        After a review, the provider might be able to read it.
        """
        return bool(self.withheld_by) and not self.reviews.filter(gives_reason=True).exists()

    @property
    def reviewed_next_on(self) -> date:
        """Return the date of the next review, as set in the last review or, if there has been none, in the
        suspension.
        """
        last = self.reviews.order_by("-made_at", "-pk").first()
        return last.next_on if last else self.review_on


class SuspensionReview(models.Model):
    """A review of a suspension, which then continues.

    It contains the findings, the date of the next review, and the text for the provider.
    """

    authority = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    suspension = models.ForeignKey(Suspension, on_delete=models.PROTECT, related_name="reviews")
    found = models.TextField()  # Only people at the authority can read this.
    gives_reason = models.BooleanField(default=False)  # whether the provider can read the reason from then on
    next_on = models.DateField()
    made_at = models.DateTimeField()

    class Meta:
        triggers = [pgtrigger.Protect(name="suspension_review_is_kept", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"review for {self.suspension}"


class Reinstatement(models.Model):
    """The end of a suspension, with the reason why it was lifted."""

    authority = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    suspension = models.ForeignKey(Suspension, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    made_at = models.DateTimeField()

    class Meta:
        triggers = [pgtrigger.Protect(name="reinstatement_is_kept", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"end for {self.suspension}"
