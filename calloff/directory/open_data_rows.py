"""Services with what belongs to them as plain rows: no records are made of what is only passed on.

Sites, prices, lots and providers are found by key. To write such a statement again each time, as Django does, takes
longer than to run it; and to plan one join of them all, longer than all five.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from django.db import connection

from calloff.directory.models import ServiceQuerySet
from calloff.directory.queries import prices_on
from calloff.members.membership_status import standing_annotations

Plain = TypeVar("Plain")


class SiteRow(NamedTuple):
    service: int
    site: int
    name: str
    address: str
    town: str
    postcode: str
    access: str
    run_by: str


class PriceRow(NamedTuple):
    service: int
    unit: str
    amount: Decimal
    hourly: Decimal | None
    includes: str
    vat: str
    starts_on: date
    ends_on: date | None


class LotRow(NamedTuple):
    lot: int
    number: int
    title: str
    authority: str  # the slug of whose it is


class ProviderRow(NamedTuple):
    provider: int
    name: str
    slug: str
    uuid: UUID


class ServiceRow(NamedTuple):
    service: Any  # the columns asked for; those of its member by their names there, and what is held against it
    provider: ProviderRow
    lot: LotRow
    sites: list[SiteRow]  # its own first
    prices: list[PriceRow]  # those that hold

    @property
    def pk(self) -> int:
        return int(self.service.pk)


KEY_COLUMNS = ("pk", "authority", "provider", "lot", "site")
SITES_SQL = """
    SELECT there.service_id, site.id, site.name, site.address, site.town, site.postcode, site.access, site.run_by
    FROM directory_atsite there JOIN directory_site site ON site.id = there.site_id
    WHERE there.service_id = ANY(%s) ORDER BY site.id
"""
PRICES_SQL = """
    SELECT service_id, unit, amount, hourly, includes, vat, starts_on, ends_on FROM directory_price
    WHERE service_id = ANY(%s) ORDER BY unit, starts_on
"""
LOTS_SQL = """
    SELECT lot.id, lot.number, lot.title, authority.slug
    FROM markets_lot lot JOIN markets_market market ON market.id = lot.market_id
        JOIN people_organisation authority ON authority.id = market.authority_id
    WHERE lot.id = ANY(%s)
"""
PROVIDERS_SQL = "SELECT id, name, slug, uuid FROM people_organisation WHERE id = ANY(%s)"


def service_rows(found: ServiceQuerySet, columns: Sequence[str], *, on: date, most: int) -> list[ServiceRow]:
    """Return the first so many services in the order of their ids, as they are told on a day: five queries."""
    told = found.annotate(**standing_annotations("member", on)).order_by("pk")
    services: list[Any] = list(
        told.values_list(*KEY_COLUMNS, *columns, "over", "conditional", "lapsed", named=True)[:most]
    )
    keys = [one.pk for one in services]
    sites, prices = (
        _by_service(_asked(SiteRow, SITES_SQL, keys)),
        _by_service(prices_on(_asked(PriceRow, PRICES_SQL, keys), on)),
    )
    lots = {one.lot: one for one in _asked(LotRow, LOTS_SQL, list({one.lot for one in services}))}
    providers = {
        one.provider: one for one in _asked(ProviderRow, PROVIDERS_SQL, list({one.provider for one in services}))
    }
    for one in services:
        if len(sites[one.pk]) > 1:
            sites[one.pk].sort(key=lambda site: bool(site.site != one.site))
    return [ServiceRow(one, providers[one.provider], lots[one.lot], sites[one.pk], prices[one.pk]) for one in services]


def _asked(plain: Callable[..., Plain], query: str, keys: list[int]) -> list[Plain]:
    with connection.cursor() as cursor:
        cursor.execute(query, [keys])
        return [plain(*row) for row in cursor.fetchall()]


def _by_service(several: Iterable[Any]) -> defaultdict[int, list[Any]]:
    found = defaultdict[int, list[Any]](list)
    for one in several:
        found[one.service].append(one)
    return found
