"""The directory as open data: listed services, and the members of each lot. Fields are named; nothing else goes out."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

import msgspec
from django.conf import settings
from django.urls import reverse
from msgspec import Meta

from calloff.directory import models, queries
from calloff.kernel.clock import local_day
from calloff.kernel.codes import NeedType
from calloff.kernel.states import Refused
from calloff.members import queries as members
from calloff.members.standing import in_public_words, standing_of
from calloff.people.models import Organisation
from calloff.people.queries import authority as find_authority

PAGE = 100
GREATEST = 2**63 - 1  # a key of the database

Key = Annotated[int, Meta(ge=0, le=GREATEST)]


class Price(msgspec.Struct):
    unit: str
    amount: Annotated[Decimal, Meta(description="pounds, exact, before VAT")]
    vat: str


class Service(msgspec.Struct):
    """A live service of a listed member."""

    id: int
    name: str
    summary: str
    description: str
    page: Annotated[str, Meta(description="its address for people to read")]
    authority: Annotated[str, Meta(description="the slug of the authority")]
    market: Annotated[str, Meta(description="the code of the market")]
    lot: int
    lot_title: str
    provider: str
    provider_page: str
    mode: str
    age_from: int
    age_to: int
    needs: Annotated[list[str], Meta(description="codes of the school census")]
    days: list[str]
    hours: str
    staff: Annotated[int, Meta(description="so many staff to so many children")]
    children: int
    places: Annotated[int | None, Meta(description="free places; null: not said")]
    places_at: Annotated[datetime | None, Meta(description="when that was said")]
    town: str
    postcode: str
    last_checked_on: date | None
    prices: Annotated[list[Price] | None, Meta(description="null, unless the market publishes its prices")]


class Services(msgspec.Struct):
    services: list[Service]
    next: Annotated[int | None, Meta(description="send this as `after` for the next page")]


class ServiceQuery(msgspec.Struct):
    authority: Annotated[str, Meta(description="the slug of an authority; without it, of all")] = ""
    words: Annotated[str, Meta(description="in the name, the description or the provider’s name")] = ""
    need: Annotated[str, Meta(description="a code of the school census, such as SEMH")] = ""
    age: Annotated[int, Meta(ge=0, le=25)] | None = None
    after: Annotated[Key, Meta(description="`next` of the page before")] = 0


class Provider(msgspec.Struct):
    """A listed member: a provider in one lot."""

    id: int
    provider: str
    page: str
    authority: str
    market: str
    lot: int
    lot_title: str
    standing: Annotated[str, Meta(description="in the words that the public reads")]
    last_checked_on: date | None


class Providers(msgspec.Struct):
    providers: list[Provider]
    next: Annotated[int | None, Meta(description="send this as `after` for the next page")]


class ProviderQuery(msgspec.Struct):
    authority: Annotated[str, Meta(description="the slug of an authority; without it, of all")] = ""
    market: Annotated[str, Meta(description="the code of a market")] = ""
    after: Annotated[Key, Meta(description="`next` of the page before")] = 0


def services(query: ServiceQuery, at: datetime) -> Services:
    """List services in the order of their ids. Raises Refused for an authority or a need that there is not."""
    if query.need and query.need not in NeedType:
        raise Refused(f"There is no need “{query.need[:20]}”. There is: {', '.join(NeedType)}.")
    found = queries.listed_services(
        _authority(query.authority), at, words=query.words, need=query.need, age=query.age
    ).filter(pk__gt=query.after)
    rows = list(queries.for_open_data(found)[: PAGE + 1])
    return Services([_service(row, local_day(at)) for row in rows[:PAGE]], _next(rows))


def providers(query: ProviderQuery, at: datetime) -> Providers:
    """List members in the order of their ids. Raises Refused for an authority that there is not."""
    found = members.for_open_data(_authority(query.authority), query.market, at).filter(pk__gt=query.after)
    rows = list(found[: PAGE + 1])
    return Providers([_provider(row, local_day(at)) for row in rows[:PAGE]], _next(rows))


def _service(row: models.Service, today: date) -> Service:
    member, site = row.member, row.site
    prices: list[models.Price] = row.all_prices  # type: ignore[attr-defined]
    return Service(
        id=row.pk,
        name=row.name,
        summary=row.summary,
        description=row.description,
        page=_address("public:service", row.authority.slug, row.slug),
        authority=row.authority.slug,
        market=member.market.code,
        lot=row.lot.number,
        lot_title=row.lot.title,
        provider=row.provider.name,
        provider_page=_address("public:provider", row.authority.slug, row.provider.slug),
        mode=row.mode,
        age_from=row.age_from,
        age_to=row.age_to,
        needs=row.needs,
        days=row.days,
        hours=row.hours,
        staff=row.staff,
        children=row.children,
        places=row.places,
        places_at=row.places_at,
        town=site.town if site else "",
        postcode=site.postcode if site else "",
        last_checked_on=member.last_checked_on,
        prices=_prices(prices, today) if member.market.prices_public else None,
    )


def _prices(prices: list[models.Price], today: date) -> list[Price]:
    return [Price(one.unit, one.amount, one.vat) for one in queries.current(prices, today)]


def _provider(row: Any, today: date) -> Provider:
    return Provider(
        id=row.pk,
        provider=row.provider.name,
        page=_address("public:provider", row.authority.slug, row.provider.slug),
        authority=row.authority.slug,
        market=row.market.code,
        lot=row.lot.number,
        lot_title=row.lot.title,
        standing=in_public_words(standing_of(row, on=today)),
        last_checked_on=row.last_checked_on,
    )


def _authority(slug: str) -> Organisation | None:
    if not slug:
        return None
    found = None if "\x00" in slug else find_authority(slug)
    if found is None:
        raise Refused(f"There is no authority “{slug[:80]}”. Send the last part of the address of its front page.")
    return found


def _next(rows: Sequence[Any]) -> int | None:
    return rows[PAGE - 1].pk if len(rows) > PAGE else None


def _address(route: str, *slugs: str) -> str:
    return settings.ADDRESS + reverse(route, args=slugs)
