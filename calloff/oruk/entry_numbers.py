"""Giving numbers in the feed to what is listed and has none. No one reads anything new until it has one."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, Max, OuterRef

from calloff.directory.models import Service, ServiceQuerySet, ServiceSite
from calloff.directory.taxonomies import category_taxonomy, category_term
from calloff.markets.models import Lot, Market
from calloff.oruk.models import FeedEntry, FeedList

NUMBERING_LOCK = 0x0C0FFEED  # the key of the lock: numbers are given by one process at a time, so they have no gap
NUMBERING_BATCH_SIZE = 2000  # rows in a statement


@transaction.atomic
def number_new_entries(at: datetime) -> int:
    """Give the next numbers to what is listed at an instant and stands in the feed for the first time. Return how many.

    Run every minute, and safe to run twice or at once: whoever comes second finds nothing left to number.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [NUMBERING_LOCK])
    listed = Service.objects.listed(at)
    return _services(listed, at) + _locations(listed, at) + _categories(at)


def _services(listed: ServiceQuerySet, at: datetime) -> int:
    numbered = FeedEntry.objects.filter(kind=FeedList.SERVICE, service=OuterRef("pk"))
    new = list(listed.filter(~Exists(numbered)).order_by("pk").values_list("pk", "uuid", "authority"))
    return _enter(
        FeedList.SERVICE, at,
        ({"uuid": uuid, "authority_id": authority, "service_id": pk} for pk, uuid, authority in new),
    )  # fmt: skip


def _locations(listed: ServiceQuerySet, at: datetime) -> int:
    numbered = FeedEntry.objects.filter(at_site=OuterRef("pk"))
    places = ServiceSite.objects.filter(~Exists(numbered), service__in=listed).order_by("pk")
    new = list(places.values_list("pk", "uuid", "authority", "service"))
    return _enter(
        FeedList.AT_LOCATION, at,
        ({"uuid": uuid, "authority_id": authority, "service_id": service, "at_site_id": pk}
         for pk, uuid, authority, service in new),
    )  # fmt: skip


def _categories(at: datetime) -> int:
    """Number the markets and the categories in which a service of the feed stands: they are taxonomies and terms."""
    in_feed = FeedEntry.objects.filter(kind=FeedList.SERVICE, service__lot__market=OuterRef("pk"))
    numbered = FeedEntry.objects.filter(kind=FeedList.TAXONOMY, market=OuterRef("pk"))
    markets = Market.objects.filter(~Exists(numbered), Exists(in_feed)).order_by("pk").select_related("authority")
    entered = _enter(
        FeedList.TAXONOMY, at,
        [{"uuid": category_taxonomy(one).id, "authority_id": one.authority_id, "market_id": one.pk} for one in markets],
    )  # fmt: skip
    numbered = FeedEntry.objects.filter(kind=FeedList.TERM, lot=OuterRef("pk"))
    in_feed = FeedEntry.objects.filter(kind=FeedList.TAXONOMY, market=OuterRef("market"))
    lots = Lot.objects.filter(~Exists(numbered), Exists(in_feed)).order_by("market", "number")
    return entered + _enter(
        FeedList.TERM, at,
        [{"uuid": category_term(one.market, one).id, "authority_id": one.market.authority_id,
            "market_id": one.market_id,
          "lot_id": one.pk} for one in lots.select_related("market__authority")],
    )  # fmt: skip


def _enter(kind: FeedList, at: datetime, several: Iterable[dict[str, Any]]) -> int:
    last = FeedEntry.objects.filter(kind=kind).aggregate(last=Max("number"))["last"] or 0
    rows = [
        FeedEntry(kind=kind, number=number, entered_at=at, **one) for number, one in enumerate(several, start=last + 1)
    ]
    FeedEntry.objects.bulk_create(rows, batch_size=NUMBERING_BATCH_SIZE)
    return len(rows)
