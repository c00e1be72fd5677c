"""Numbered changes to an open market, which are extensions and modifications."""

import pgtrigger
from django.db import models

from calloff.markets.models.markets import Lot, Market
from calloff.people.models import Organisation


class MarketExtension(models.Model):
    """A permitted change to the end date of a market: the old and new dates, the reason, and the rule."""

    RECORD_TYPE = "markets.Extension"

    authority = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    market = models.ForeignKey(Market, on_delete=models.PROTECT, related_name="extensions")
    number = models.PositiveSmallIntegerField()
    old_closes_at = models.DateTimeField()
    new_closes_at = models.DateTimeField()
    old_term_ends_on = models.DateField()
    new_term_ends_on = models.DateField()
    reason = models.TextField()
    citation = models.CharField(max_length=300)
    made_at = models.DateTimeField()

    CONSTRAINT_ERRORS = {
        "extension_numbered_once": (
            "A colleague extended this market a moment ago. Open the page again and check the new dates."
        ),
    }

    class Meta:
        db_table = "markets_extension"
        constraints = [models.UniqueConstraint(fields=["market", "number"], name="extension_numbered_once")]
        triggers = [pgtrigger.Protect(name="extension_is_kept", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"Extension {self.number}"


class MarketModification(models.Model):
    """A numbered change to one of the texts of a market: the old text, the new text, and the reason."""

    RECORD_TYPE = "markets.Modification"

    authority = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    market = models.ForeignKey(Market, on_delete=models.PROTECT, related_name="modifications")
    number = models.PositiveSmallIntegerField()
    what = models.CharField(max_length=100)
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    old = models.TextField()
    new = models.TextField()
    reason = models.TextField()
    made_at = models.DateTimeField()

    CONSTRAINT_ERRORS = {
        "modification_numbered_once": (
            "A colleague changed this market a moment ago. Open the page again to see the change."
        ),
    }

    class Meta:
        db_table = "markets_modification"
        constraints = [models.UniqueConstraint(fields=["market", "number"], name="modification_numbered_once")]
        triggers = [pgtrigger.Protect(name="modification_is_kept", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"Modification {self.number}"
