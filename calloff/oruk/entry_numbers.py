"""Number newly listed services, locations and categories for the feed.

They are in the feed only once they have a number.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, Max, OuterRef

from calloff.directory.models import Service, ServiceQuerySet, ServiceSite
from calloff.directory.taxonomies import category_taxonomy, category_term
from calloff.markets.models import Lot, Market
from calloff.oruk.models import FeedEntry, FeedList

# The key of an advisory lock. Only one process at a time can assign numbers, so there are no gaps.
NUMBERING_LOCK = 0x0C0FFEED
NUMBERING_BATCH_SIZE = 2000  # the number of rows in each statement


@transaction.atomic
def number_new_entries(at: datetime) -> int:
    """Give the next numbers to everything that is listed at a given time and has no number. Returns how many were
    given.

    A job calls this every minute. It is safe to run it twice or concurrently, because the lock ensures that the second
    run finds nothing to number.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [NUMBERING_LOCK])
    listed = Service.objects.listed(at)
    return _number_services(listed, at) + _number_locations(listed, at) + _number_categories(at)


def _number_services(listed: ServiceQuerySet, at: datetime) -> int:
    numbered = FeedEntry.objects.filter(kind=FeedList.SERVICE, service=OuterRef("pk"))
    unnumbered = list(listed.filter(~Exists(numbered)).order_by("pk").values_list("pk", "uuid", "authority"))
    return _save_entries(
        FeedList.SERVICE, at,
        ({"uuid": uuid, "authority_id": authority, "service_id": pk} for pk, uuid, authority in unnumbered),
    )  # fmt: skip


def _number_locations(listed: ServiceQuerySet, at: datetime) -> int:
    numbered = FeedEntry.objects.filter(at_site=OuterRef("pk"))
    places = ServiceSite.objects.filter(~Exists(numbered), service__in=listed).order_by("pk")
    unnumbered = list(places.values_list("pk", "uuid", "authority", "service"))
    return _save_entries(
        FeedList.AT_LOCATION, at,
        ({"uuid": uuid, "authority_id": authority, "service_id": service, "at_site_id": pk}
         for pk, uuid, authority, service in unnumbered),
    )  # fmt: skip


def _number_categories(at: datetime) -> int:
    """Number markets and their categories, as taxonomies and terms, once one of their services is in the feed."""
    in_feed = FeedEntry.objects.filter(kind=FeedList.SERVICE, service__lot__market=OuterRef("pk"))
    numbered = FeedEntry.objects.filter(kind=FeedList.TAXONOMY, market=OuterRef("pk"))
    markets = Market.objects.filter(~Exists(numbered), Exists(in_feed)).order_by("pk").select_related("authority")
    entered = _save_entries(
        FeedList.TAXONOMY, at,
        [{"uuid": category_taxonomy(market).id, "authority_id": market.authority_id, "market_id": market.pk}
         for market in markets],
    )  # fmt: skip
    numbered = FeedEntry.objects.filter(kind=FeedList.TERM, lot=OuterRef("pk"))
    in_feed = FeedEntry.objects.filter(kind=FeedList.TAXONOMY, market=OuterRef("market"))
    lots = Lot.objects.filter(~Exists(numbered), Exists(in_feed)).order_by("market", "number")
    return entered + _save_entries(
        FeedList.TERM, at,
        [{"uuid": category_term(lot.market, lot).id, "authority_id": lot.market.authority_id,
            "market_id": lot.market_id,
          "lot_id": lot.pk} for lot in lots.select_related("market__authority")],
    )  # fmt: skip


def _save_entries(kind: FeedList, at: datetime, entries: Iterable[dict[str, Any]]) -> int:
    last = FeedEntry.objects.filter(kind=kind).aggregate(last=Max("number"))["last"] or 0
    rows = [
        FeedEntry(kind=kind, number=number, entered_at=at, **fields)
        for number, fields in enumerate(entries, start=last + 1)
    ]
    FeedEntry.objects.bulk_create(rows, batch_size=NUMBERING_BATCH_SIZE)
    return len(rows)
