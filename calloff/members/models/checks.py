"""The checks that an authority makes on a provider."""

import pgtrigger
from django.db import models

from calloff.people.models import Organisation, User


class ProviderCheck(models.Model):
    """A check that an authority has made on a provider: when it took place, how, and who made it.

    The public cannot see what was found.
    """

    class How(models.TextChoices):
        VISIT = "visit", "Visit"
        DESK = "desk", "Desktop check"
        CALL = "call", "Call"

    authority = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    provider = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    checked_on = models.DateField()
    how = models.CharField(max_length=10, choices=How)
    found = models.TextField(blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "members_check"
        indexes = [models.Index(fields=["authority", "provider", "-checked_on"], name="check_by_provider")]
        triggers = [pgtrigger.Protect(name="check_is_kept", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.provider} checked on {self.checked_on}"
