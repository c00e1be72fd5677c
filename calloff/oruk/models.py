"""The permanent numbers of entries in the feed.

Everything else in the feed is read from the tables of other apps.
"""

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import Q

from calloff.directory.models import Service, ServiceSite
from calloff.markets.models import Lot, Market
from calloff.people.models import Organisation


class FeedList(models.TextChoices):
    """The lists in the feed that have numbered entries."""

    SERVICE = "service", "Service"
    AT_LOCATION = "service_at_location", "Service at a location"
    TAXONOMY = "taxonomy", "Taxonomy: the categories of a market"
    TERM = "taxonomy_term", "Taxonomy term: a category"


class FeedEntry(models.Model):
    """A numbered entry in one of the feed's lists. The number never changes and is never reused.

    The numbers in a list start at 1 and have no gaps. With 50 entries a page, page 7 therefore has the numbers 301 to
    350, which the database finds by index. A record that is no longer listed keeps its number and becomes a short row
    (`records.gone`), so that no other number changes.
    """

    kind = models.CharField(max_length=20, choices=FeedList)
    number = models.PositiveIntegerField()
    # the `id` of the record in the feed
    uuid = models.UUIDField(db_default=RandomUUID(), unique=True, editable=False)
    authority = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, null=True, related_name="+")
    at_site = models.ForeignKey(
        ServiceSite, on_delete=models.SET_NULL, null=True, related_name="+"
    )  # None if the service is no longer at this site
    market = models.ForeignKey(Market, on_delete=models.PROTECT, null=True, related_name="+")
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, null=True, related_name="+")
    entered_at = models.DateTimeField()

    class Meta:
        db_table = "oruk_entry"
        constraints = [
            models.UniqueConstraint(fields=["kind", "number"], name="entry_number_once"),
            models.UniqueConstraint(
                fields=["service"], condition=Q(kind=FeedList.SERVICE), name="entry_of_a_service_once"
            ),
            models.UniqueConstraint(fields=["at_site"], name="entry_of_a_site_once"),
            models.UniqueConstraint(fields=["market"], condition=Q(kind=FeedList.TAXONOMY),
                name="entry_of_a_market_once"),
            models.UniqueConstraint(fields=["lot"], name="entry_of_a_lot_once"),
            models.CheckConstraint(name="entry_numbers_begin_at_one", condition=Q(number__gte=1)),
            models.CheckConstraint(
                name="entry_says_what_it_is_of",
                condition=Q(
                    kind__in=[FeedList.SERVICE, FeedList.AT_LOCATION],
                    service__isnull=False, market=None, lot=None,
                )
                | Q(kind=FeedList.TAXONOMY, market__isnull=False, lot=None, service=None, at_site=None)
                | Q(kind=FeedList.TERM, market__isnull=False, lot__isnull=False, service=None, at_site=None),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number}"
