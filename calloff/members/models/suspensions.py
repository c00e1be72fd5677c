"""A suspension of a provider, its reviews, and its end."""

from datetime import date

import pgtrigger
from django.db import models
from django.db.models import Func, Q

from calloff.people.models import Organisation

# The default review period for suspensions made before a review date was required. The command always gives one.
FOUR_WEEKS_FROM_TODAY = Func(function="", template="(CURRENT_DATE + 28)", output_field=models.DateField())


class Suspension(models.Model):
    """A suspension: the reason, the clause and how to challenge it. It is neutral, and the reason is never public."""

    authority = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    provider = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    clause = models.CharField(max_length=300)
    reason = models.TextField()
    review_route = models.TextField()
    left_out_reason = models.TextField(blank=True)  # why some of its memberships were not suspended
    # the person who decided to withhold the reason from the provider
    withheld_by = models.CharField(max_length=200, blank=True)
    withheld_because = models.TextField(blank=True)  # why the reason is withheld, which the provider cannot read
    # the date of the next review, which every suspension must have
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
        """Return whether the reason is withheld from the provider, until a review releases it."""
        return bool(self.withheld_by) and not self.reviews.filter(gives_reason=True).exists()

    @property
    def reviewed_next_on(self) -> date:
        """Return the next review date, from the last review or from the suspension itself."""
        last = self.reviews.order_by("-made_at", "-pk").first()
        return last.next_on if last else self.review_on


class SuspensionReview(models.Model):
    """A review that continues a suspension: findings, next review date and what we tell the provider."""

    authority = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    suspension = models.ForeignKey(Suspension, on_delete=models.PROTECT, related_name="reviews")
    found = models.TextField()  # for the authority's own people
    gives_reason = models.BooleanField(default=False)  # from then on, the provider can read the reason
    next_on = models.DateField()
    made_at = models.DateTimeField()

    class Meta:
        triggers = [pgtrigger.Protect(name="suspension_review_is_kept", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"review for {self.suspension}"


class Reinstatement(models.Model):
    """The lifting of a suspension, with the reason."""

    authority = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    suspension = models.ForeignKey(Suspension, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    made_at = models.DateTimeField()

    class Meta:
        triggers = [pgtrigger.Protect(name="reinstatement_is_kept", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"end for {self.suspension}"
