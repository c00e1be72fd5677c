"""Markets as open data: title, legal type of agreement, dates and categories."""

from datetime import date, datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from calloff.api.authentication import ApiCaller
from calloff.api.pagination import FETCH_SIZE, After, AuthoritySlug, Next, authority_of_slug, cut_page, page_address
from calloff.markets import models, queries


class Category(msgspec.Struct):
    number: int
    title: str
    description: str


class PublishedMarket(msgspec.Struct):
    """A public market."""

    id: int
    code: str
    title: str
    summary: str
    page: Annotated[str, Meta(description="address of the market’s page")]
    authority: str
    tool: Annotated[str, Meta(description="legal type of the market")]
    status: Annotated[str, Meta(description="status for applicants: Opens soon, Open, Closed or Ended")]
    opens_at: Annotated[datetime, Meta(description="when applications open")]
    closes_at: Annotated[datetime, Meta(description="when applications close")]
    term_starts_on: date
    term_ends_on: Annotated[date, Meta(description="last day of the market")]
    demonstration_term: Annotated[
        bool, Meta(description="true if the dates are invented because no document gives any")
    ]
    prices_public: bool
    lots: list[Category]


class Markets(msgspec.Struct):
    markets: list[PublishedMarket]
    next: Next


class MarketQuery(msgspec.Struct):
    authority: AuthoritySlug = ""
    after: After = 0


def markets(query: MarketQuery, caller: ApiCaller) -> Markets:
    """Return markets in the order of their ids. Raises RecordNotFound for an unknown authority."""
    markets_found = queries.for_open_data(authority_of_slug(query.authority)).filter(pk__gt=query.after)
    rows, after = cut_page(list(markets_found[:FETCH_SIZE]))
    return Markets([_market(row, caller.at) for row in rows], after)


def _market(row: models.Market, at: datetime) -> PublishedMarket:
    return PublishedMarket(
        id=row.pk,
        code=row.code,
        title=row.title,
        summary=row.summary,
        page=page_address("public:market", row.authority.slug, row.slug),
        authority=row.authority.slug,
        tool=row.tool,
        status=row.window(at),
        opens_at=row.opens_at,
        closes_at=row.closes_at,
        term_starts_on=row.term_starts_on,
        term_ends_on=row.term_ends_on,
        demonstration_term=row.demonstration_term,
        prices_public=row.prices_public,
        lots=[Category(lot.number, lot.title, lot.description) for lot in row.lots.all()],
    )
