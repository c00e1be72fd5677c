"""The nine endpoints of the feed. Each takes the query, the current time and the arguments from the URL."""

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
PUBLIC_PRICE_VISIBILITY = PriceVisibility()  # the people and systems that read the feed do not sign in


def about(query: FeedQuery, at: datetime) -> schema.FeedAbout:
    return schema.FeedAbout(version="3.0", profile=PROFILE_URL, openapi_url=OPENAPI_URL)


def services(query: FeedQuery, at: datetime) -> schema.FeedPage:
    result = queries.services(query, at)
    return page_envelope(query, [serialisers.service(row) for row in result.rows], result.total)


def locations(query: FeedQuery, at: datetime) -> schema.FeedPage:
    result = queries.locations(query, at)
    return page_envelope(query, serialisers.at_locations(result.rows), result.total)


def service(query: FeedQuery, at: datetime, id_: str) -> schema.FeedService:
    """Return the full record of a service, or its short record if the service is no longer listed.

    Raises FeedRecordNotFound.
    """
    row = _find_row(FeedList.SERVICE, id_, at, "service")
    return _full_record(row, at, with_places=True) if row.is_listed else serialisers.tombstone(row)


def location(query: FeedQuery, at: datetime, id_: str) -> schema.FeedServiceAtLocation:
    """Return the full record of a service at one of its sites. Raises FeedRecordNotFound."""
    row = _find_row(FeedList.AT_LOCATION, id_, at, "service at a location")
    (brief,) = serialisers.at_locations([row])
    if brief.location is None:
        return brief
    site = queries.site_of(row.at_site)
    place = serialisers.full_location(site, queries.nations_of([site]))
    return schema.FeedServiceAtLocation(id=brief.id, location=place, service=_full_record(row, at, with_places=False))


def taxonomies(query: FeedQuery, at: datetime) -> schema.FeedPage:
    """List our own taxonomies, then the markets in the order in which they entered the feed."""
    own_records, first, last = _own_records_on_page(terms.TAXONOMIES, query)
    contents = [*own_records, *map(serialisers.market, queries.markets(first, last))]
    return page_envelope(query, contents, len(terms.TAXONOMIES) + queries.last_number(FeedList.TAXONOMY))


def taxonomy(query: FeedQuery, at: datetime, id_: str) -> schema.FeedTaxonomy:
    """Return a taxonomy with its terms. Raises FeedRecordNotFound."""
    uuid = query_params.parse_id(id_)
    if uuid and (own_taxonomy := terms.full_taxonomy(uuid)):
        return own_taxonomy
    entry = queries.find_market(uuid) if uuid else None
    if entry is None or entry.market_id is None:
        raise _not_found("taxonomy", id_)
    full = serialisers.market(entry)
    full.taxonomy_terms = [serialisers.category(lot_entry) for lot_entry in queries.categories_in(entry.market_id)]
    return full


def taxonomy_terms(query: FeedQuery, at: datetime) -> schema.FeedPage:
    """List the terms of our own taxonomies, then the markets' categories in the order in which they entered the
    feed.
    """
    own_records, first, last = _own_records_on_page(terms.TERMS, query)
    contents = [*own_records, *map(serialisers.category, queries.categories(first, last))]
    return page_envelope(query, contents, len(terms.TERMS) + queries.last_number(FeedList.TERM))


def taxonomy_term(query: FeedQuery, at: datetime, id_: str) -> schema.FeedTerm:
    """Return a taxonomy term. Raises FeedRecordNotFound."""
    uuid = query_params.parse_id(id_)
    if uuid in terms.TERM_BY_ID:
        return terms.TERM_BY_ID[uuid]
    entry = queries.find_category(uuid) if uuid else None
    if entry is None:
        raise _not_found("taxonomy term", id_)
    return serialisers.category(entry)


def not_found(query: FeedQuery, at: datetime, path: str) -> None:
    raise FeedRecordNotFound("There is nothing at this address. The feed has: " + ", ".join(FEED_PATHS) + ".")


FEED_PATHS = (
    "/", "/services", "/services/{id}", "/taxonomies", "/taxonomies/{id}", "/taxonomy_terms", "/taxonomy_terms/{id}",
    "/service_at_locations", "/service_at_locations/{id}",
)  # fmt: skip


def page_envelope(query: FeedQuery, contents: Sequence[Any], total: int) -> schema.FeedPage:
    """Return records in the page envelope that the standard defines.

    If the page number is too high, the page is empty. This is not an error.
    """
    pages = -(-total // query.per_page)
    return schema.FeedPage(
        total_items=total, total_pages=pages, page_number=query.page, size=len(contents),
        first_page=query.page == 1, last_page=query.page >= pages, empty=not contents, contents=list(contents),
    )  # fmt: skip


def _full_record(row: Any, at: datetime, *, with_places: bool) -> schema.FeedFullService:
    full_service = queries.load_full_service(row.service)
    fields = serialisers.service_fields(row)
    category = queries.category_of(full_service)
    sites = queries.sites_of(full_service)
    places = sites if with_places else []
    prices = queries.prices_of(full_service, local_day(at)) if PUBLIC_PRICE_VISIBILITY.sees(full_service) else []
    return schema.FeedFullService(
        **(fields | {"organization": serialisers.full_organization(fields["organization"], full_service.provider)}),
        schedules=serialisers.schedules(full_service, sites),
        service_areas=serialisers.areas(full_service),
        service_at_locations=serialisers.full_locations(places, queries.nations_of(at_site.site for at_site in places)),
        cost_options=serialisers.cost_options(full_service, prices),
        attributes=serialisers.attributes(full_service, [serialisers.category(category)] if category else []),
    )


def _own_records_on_page(own_records: Sequence[Any], query: FeedQuery) -> tuple[Sequence[Any], int, int]:
    """Return our own records on a page, and the range of entry numbers (after, up to) for the rest of the page."""
    first, last = query.before, query.before + query.per_page
    return own_records[first:last], max(first - len(own_records), 0), max(last - len(own_records), 0)


def _find_row(kind: FeedList, id_: str, at: datetime, noun: str) -> Any:
    uuid: UUID | None = query_params.parse_id(id_)
    row = queries.find_row(kind, uuid, at) if uuid else None
    if row is None:
        raise _not_found(noun, id_)
    return row


def _not_found(noun: str, id_: str) -> FeedRecordNotFound:
    return FeedRecordNotFound(f"There is no {noun} “{id_[:40]}”.")
