"""Certificates about deleted drafts."""

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models

from calloff.markets.models import Market
from calloff.people.models import Organisation, User


class DraftDisposal(models.Model):
    """A certificate that drafts in a market were deleted: which drafts, under which rule, and when."""

    RECORD_TYPE = "applications.Disposal"

    authority = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    market = models.ForeignKey(Market, on_delete=models.PROTECT, related_name="+")
    # the value of RetentionRule.key. The next fields contain the rule's text at that time
    rule = models.CharField(max_length=40)
    words = models.CharField(max_length=200)
    months = models.PositiveSmallIntegerField()
    source = models.CharField(max_length=200)
    references = ArrayField(models.CharField(max_length=20))
    # the officer responsible for the deletion
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    disposed_at = models.DateTimeField()

    class Meta:
        db_table = "applications_disposal"
        triggers = [pgtrigger.Protect(name="certificate_is_kept", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{len(self.references)} deleted: {self.words}"
