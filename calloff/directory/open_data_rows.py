"""Load services with their related data for open data, as named tuples instead of model instances.

Sites, prices, lots and providers are loaded separately, by key. PostgreSQL takes longer to plan one large join than to
run all five statements, and Django's ORM takes longer to build the instances than PostgreSQL takes to run them.
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
    authority: str  # the authority's slug


class ProviderRow(NamedTuple):
    provider: int
    name: str
    slug: str
    uuid: UUID


class ServiceRow(NamedTuple):
    # The requested columns, the columns of the member under the names used for lookups, and the annotations for the
    # membership status.
    service: Any
    provider: ProviderRow
    lot: LotRow
    sites: list[SiteRow]  # the main site comes first
    prices: list[PriceRow]  # only prices that are valid on the day

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


def service_rows(services_found: ServiceQuerySet, columns: Sequence[str], *, on: date, most: int) -> list[ServiceRow]:
    """Return up to `most` services on a given day, in order of id, with their related rows.

    The function makes five queries.
    """
    with_status = services_found.annotate(**standing_annotations("member", on)).order_by("pk")
    services: list[Any] = list(
        with_status.values_list(*KEY_COLUMNS, *columns, "over", "conditional", "lapsed", named=True)[:most]
    )
    keys = [service.pk for service in services]
    sites, prices = (
        _by_service(_fetch(SiteRow, SITES_SQL, keys)),
        _by_service(prices_on(_fetch(PriceRow, PRICES_SQL, keys), on)),
    )
    lots = {lot.lot: lot for lot in _fetch(LotRow, LOTS_SQL, list({lot.lot for lot in services}))}
    providers = {
        provider.provider: provider
        for provider in _fetch(ProviderRow, PROVIDERS_SQL, list({provider.provider for provider in services}))
    }
    for service in services:
        if len(sites[service.pk]) > 1:
            sites[service.pk].sort(key=lambda site: bool(site.site != service.site))
    return [
        ServiceRow(service, providers[service.provider], lots[service.lot], sites[service.pk], prices[service.pk])
        for service in services
    ]


def _fetch(plain: Callable[..., Plain], query: str, keys: list[int]) -> list[Plain]:
    with connection.cursor() as cursor:
        cursor.execute(query, [keys])
        return [plain(*row) for row in cursor.fetchall()]


def _by_service(rows: Iterable[Any]) -> defaultdict[int, list[Any]]:
    rows_by_service = defaultdict[int, list[Any]](list)
    for row in rows:
        rows_by_service[row.service].append(row)
    return rows_by_service
