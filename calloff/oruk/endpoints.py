"""The nine things that can be asked of the feed, and what is answered."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from calloff.directory.price_visibility import PriceVisibility
from calloff.kernel.clock import local_day
from calloff.oruk import queries, query_params, schema, serialisers
from calloff.oruk import taxonomy_terms as terms
from calloff.oruk.http import FeedRecordNotFound
from calloff.oruk.models import FeedList
from calloff.oruk.query_params import FeedQuery

PROFILE_URL = "https://github.com/openreferral/uk-profile"
OPENAPI_URL = "https://raw.githubusercontent.com/openreferral/uk-profile/main/schema/openapi.json"
PUBLIC_PRICE_VISIBILITY = PriceVisibility()  # whoever reads the feed is a stranger


def about(asked: FeedQuery, at: datetime) -> schema.FeedAbout:
    return schema.FeedAbout(version="3.0", profile=PROFILE_URL, openapi_url=OPENAPI_URL)


def services(asked: FeedQuery, at: datetime) -> schema.FeedPage:
    found = queries.services(asked, at)
    return page_envelope(asked, [serialisers.service(row) for row in found.rows], found.total)


def locations(asked: FeedQuery, at: datetime) -> schema.FeedPage:
    found = queries.locations(asked, at)
    return page_envelope(asked, serialisers.at_locations(found.rows), found.total)


def service(asked: FeedQuery, at: datetime, id_: str) -> schema.FeedService:
    """Tell all of one service; of one that is listed no longer, what the lists tell. Raises Missing."""
    row = _one(FeedList.SERVICE, id_, at, "service")
    return _whole(row, at, with_places=True) if row.is_listed else serialisers.tombstone(row)


def location(asked: FeedQuery, at: datetime, id_: str) -> schema.FeedServiceAtLocation:
    """Tell all of one service at one of its sites. Raises Missing."""
    row = _one(FeedList.AT_LOCATION, id_, at, "service at a location")
    (brief,) = serialisers.at_locations([row])
    if brief.location is None:
        return brief
    site = queries.site_of(row.at_site)
    place = serialisers.full_location(site, queries.nations_of([site]))
    return schema.FeedServiceAtLocation(id=brief.id, location=place, service=_whole(row, at, with_places=False))


def taxonomies(asked: FeedQuery, at: datetime) -> schema.FeedPage:
    """List our own taxonomies, then markets in the order in which they came into the feed."""
    ours, first, last = _ours(terms.TAXONOMIES, asked)
    contents = [*ours, *map(serialisers.market, queries.markets(first, last))]
    return page_envelope(asked, contents, len(terms.TAXONOMIES) + queries.last_number(FeedList.TAXONOMY))


def taxonomy(asked: FeedQuery, at: datetime, id_: str) -> schema.FeedTaxonomy:
    """Tell of one taxonomy, with its terms. Raises Missing."""
    uuid = query_params.parse_id(id_)
    if uuid and (ours := terms.full_taxonomy(uuid)):
        return ours
    entry = queries.find_market(uuid) if uuid else None
    if entry is None or entry.market_id is None:
        raise _missing("taxonomy", id_)
    whole = serialisers.market(entry)
    whole.taxonomy_terms = [serialisers.category(one) for one in queries.categories_in(entry.market_id)]
    return whole


def taxonomy_terms(asked: FeedQuery, at: datetime) -> schema.FeedPage:
    """List the terms of our own taxonomies, then categories in the order in which they came into the feed."""
    ours, first, last = _ours(terms.TERMS, asked)
    contents = [*ours, *map(serialisers.category, queries.categories(first, last))]
    return page_envelope(asked, contents, len(terms.TERMS) + queries.last_number(FeedList.TERM))


def taxonomy_term(asked: FeedQuery, at: datetime, id_: str) -> schema.FeedTerm:
    """Tell of one term. Raises Missing."""
    uuid = query_params.parse_id(id_)
    if uuid in terms.TERM_BY_ID:
        return terms.TERM_BY_ID[uuid]
    entry = queries.find_category(uuid) if uuid else None
    if entry is None:
        raise _missing("taxonomy term", id_)
    return serialisers.category(entry)


def not_found(asked: FeedQuery, at: datetime, rest: str) -> None:
    raise FeedRecordNotFound("There is nothing at this address. The feed has: " + ", ".join(FEED_PATHS) + ".")


FEED_PATHS = (
    "/", "/services", "/services/{id}", "/taxonomies", "/taxonomies/{id}", "/taxonomy_terms", "/taxonomy_terms/{id}",
    "/service_at_locations", "/service_at_locations/{id}",
)  # fmt: skip


def page_envelope(asked: FeedQuery, contents: Sequence[Any], total: int) -> schema.FeedPage:
    """Put records into the standard's envelope. A page behind the last is empty, and no mistake."""
    pages = -(-total // asked.per_page)
    return schema.FeedPage(
        total_items=total, total_pages=pages, page_number=asked.page, size=len(contents),
        first_page=asked.page == 1, last_page=asked.page >= pages, empty=not contents, contents=list(contents),
    )  # fmt: skip


def _whole(row: Any, at: datetime, *, with_places: bool) -> schema.FeedFullService:
    of = queries.load_full_service(row.service)
    told = serialisers.service_fields(row)
    category = queries.category_of(of)
    sites = queries.sites_of(of)
    places = sites if with_places else []
    prices = queries.prices_of(of, local_day(at)) if PUBLIC_PRICE_VISIBILITY.sees(of) else []
    return schema.FeedFullService(
        **(told | {"organization": serialisers.full_organization(told["organization"], of.provider)}),
        schedules=serialisers.schedules(of, sites),
        service_areas=serialisers.areas(of),
        service_at_locations=serialisers.full_locations(places, queries.nations_of(one.site for one in places)),
        cost_options=serialisers.cost_options(of, prices),
        attributes=serialisers.attributes(of, [serialisers.category(category)] if category else []),
    )


def _ours(several: Sequence[Any], asked: FeedQuery) -> tuple[Sequence[Any], int, int]:
    """Return those of a list kept in the code that stand on a page, and between which numbers the others on it are."""
    first, last = asked.before, asked.before + asked.per_page
    return several[first:last], max(first - len(several), 0), max(last - len(several), 0)


def _one(kind: FeedList, id_: str, at: datetime, noun: str) -> Any:
    uuid: UUID | None = query_params.parse_id(id_)
    row = queries.find_row(kind, uuid, at) if uuid else None
    if row is None:
        raise _missing(noun, id_)
    return row


def _missing(noun: str, id_: str) -> FeedRecordNotFound:
    return FeedRecordNotFound(f"There is no {noun} “{id_[:40]}”.")
