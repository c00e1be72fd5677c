"""Approved providers as open data: each membership of a lot, and single providers with their memberships.

A single provider also has its services.
"""

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
    """A listed member, which is one provider in one lot."""

    id: int
    provider: str
    provider_slug: str
    provider_uuid: UUID
    page: str
    authority: str
    market: str
    lot: int
    lot_title: str
    standing: Annotated[str, Meta(description="membership status, as the public sees it")]
    last_checked_on: date | None


class Providers(msgspec.Struct):
    providers: list[Provider]
    next: Next


class ProviderQuery(msgspec.Struct):
    authority: AuthoritySlug = ""
    market: Annotated[str, Meta(description="the code of a market")] = ""
    after: After = 0


class Offered(msgspec.Struct):
    """A summary of a service. The full record is in /services, with the same uuid."""

    uuid: UUID
    name: str
    page: str


class OneProvider(msgspec.Struct):
    """A provider with its services, as one authority lists it."""

    name: str
    slug: str
    uuid: Annotated[
        UUID, Meta(description="identifier of the provider, also used in the Open Referral feed and in files")
    ]
    page: str
    authority: str
    memberships: list[Provider]
    services: list[Offered]


def providers(query: ProviderQuery, caller: ApiCaller) -> Providers:
    """Return members in the order of their ids. Raises RecordNotFound for an unknown authority."""
    members_found = members.for_open_data(authority_of_slug(query.authority), query.market, caller.at).filter(
        pk__gt=query.after
    )
    (rows, after), today = cut_page(list(members_found[:FETCH_SIZE])), local_day(caller.at)
    return Providers([_member(row, today) for row in rows], after)


def provider(query: Any, caller: ApiCaller, authority: str, provider: str) -> OneProvider:
    """Return a provider with its services in the directory of one authority.

    Raises RecordNotFound if the authority does not list the provider.
    """
    listing_authority = authority_of_slug(authority)
    rows = (
        []
        if listing_authority is None or "\x00" in provider
        else list(members.listed_of(listing_authority, provider, caller.at))
    )
    if listing_authority is None or not rows:
        lister = listing_authority or "No authority"
        raise RecordNotFound(f"{lister} does not list a provider with the slug “{provider[:80]}” at the moment.")
    organisation, today = rows[0].provider, local_day(caller.at)
    offered = directory.public_services_of(organisation, listing_authority, caller.at)
    services = [
        Offered(row.uuid, row.name, page_address("public:service", listing_authority.slug, row.slug)) for row in offered
    ]
    page = page_address("public:provider", listing_authority.slug, organisation.slug)
    memberships = [_member(row, today) for row in rows]
    return OneProvider(
        organisation.name, organisation.slug, organisation.uuid, page, listing_authority.slug, memberships, services
    )


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
