"""Approved providers as open data: each membership of a lot, and one provider with all that it is and offers."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta

from calloff.api.authentication import ApiCaller
from calloff.api.operations import RecordNotFound
from calloff.api.pagination import FETCH_SIZE, After, AuthoritySlug, Next, authority_of_slug, cut_page, page_address
from calloff.directory import queries as directory
from calloff.kernel.clock import local_day
from calloff.members import queries as members
from calloff.members.membership_status import public_standing_words, standing_of


class Provider(msgspec.Struct):
    """A listed member: a provider in one lot."""

    id: int
    provider: str
    provider_slug: str
    provider_uuid: UUID
    page: str
    authority: str
    market: str
    lot: int
    lot_title: str
    standing: Annotated[str, Meta(description="as the public sees it")]
    last_checked_on: date | None


class Providers(msgspec.Struct):
    providers: list[Provider]
    next: Next


class ProviderQuery(msgspec.Struct):
    authority: AuthoritySlug = ""
    market: Annotated[str, Meta(description="the code of a market")] = ""
    after: After = 0


class Offered(msgspec.Struct):
    """A service, by the name under which /services tells all of it."""

    uuid: UUID
    name: str
    page: str


class OneProvider(msgspec.Struct):
    """One provider's services listed by an authority."""

    name: str
    slug: str
    uuid: Annotated[UUID, Meta(description="its name, also used in the Open Referral feed and in files")]
    page: str
    authority: str
    memberships: list[Provider]
    services: list[Offered]


def providers(query: ProviderQuery, asks: ApiCaller) -> Providers:
    """List members in the order of their ids. Raises Missing for an authority that there is not."""
    found = members.for_open_data(authority_of_slug(query.authority), query.market, asks.at).filter(pk__gt=query.after)
    (rows, after), today = cut_page(list(found[:FETCH_SIZE])), local_day(asks.at)
    return Providers([_member(row, today) for row in rows], after)


def provider(query: Any, asks: ApiCaller, authority: str, provider: str) -> OneProvider:
    """Tell one provider, as an authority lists it. Raises Missing where it lists none of that name now."""
    where = authority_of_slug(authority)
    rows = [] if where is None or "\x00" in provider else list(members.listed_of(where, provider, asks.at))
    if where is None or not rows:
        raise RecordNotFound(f"{where or 'Nobody'} does not list a provider “{provider[:80]}” now.")
    one, today = rows[0].provider, local_day(asks.at)
    offered = directory.public_services_of(one, where, asks.at)
    services = [Offered(row.uuid, row.name, page_address("public:service", where.slug, row.slug)) for row in offered]
    page = page_address("public:provider", where.slug, one.slug)
    memberships = [_member(row, today) for row in rows]
    return OneProvider(one.name, one.slug, one.uuid, page, where.slug, memberships, services)


def _member(row: Any, today: date) -> Provider:
    return Provider(
        id=row.pk,
        provider=row.provider.name,
        provider_slug=row.provider.slug,
        provider_uuid=row.provider.uuid,
        page=page_address("public:provider", row.authority.slug, row.provider.slug),
        authority=row.authority.slug,
        market=row.market.code,
        lot=row.lot.number,
        lot_title=row.lot.title,
        standing=public_standing_words(standing_of(row, on=today)),
        last_checked_on=row.last_checked_on,
    )
