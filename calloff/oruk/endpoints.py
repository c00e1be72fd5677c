"""The nine things that can be asked of the feed, and what is answered."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from calloff.directory.search_criteria import Sight
from calloff.kernel.clock import local_day
from calloff.oruk import queries, query_params, schema, serialisers
from calloff.oruk import taxonomy_terms as terms
from calloff.oruk.http import Missing
from calloff.oruk.models import Kind
from calloff.oruk.query_params import Asked

PROFILE = "https://github.com/openreferral/uk-profile"
OPENAPI = "https://raw.githubusercontent.com/openreferral/uk-profile/main/schema/openapi.json"
EVERYBODY = Sight()  # whoever reads the feed is a stranger


def about(asked: Asked, at: datetime) -> schema.About:
    return schema.About(version="3.0", profile=PROFILE, openapi_url=OPENAPI)


def services(asked: Asked, at: datetime) -> schema.Page:
    found = queries.services(asked, at)
    return page(asked, [serialisers.service(row) for row in found.rows], found.total)


def locations(asked: Asked, at: datetime) -> schema.Page:
    found = queries.locations(asked, at)
    return page(asked, serialisers.at_locations(found.rows), found.total)


def service(asked: Asked, at: datetime, id_: str) -> schema.Service:
    """Tell all of one service; of one that is listed no longer, what the lists tell. Raises Missing."""
    row = _one(Kind.SERVICE, id_, at, "service")
    return _whole(row, at, with_places=True) if row.is_listed else serialisers.gone(row)


def location(asked: Asked, at: datetime, id_: str) -> schema.AtLocation:
    """Tell all of one service at one of its sites. Raises Missing."""
    row = _one(Kind.AT_LOCATION, id_, at, "service at a location")
    (brief,) = serialisers.at_locations([row])
    if brief.location is None:
        return brief
    site = queries.site_of(row.at_site)
    place = serialisers.whole_location(site, queries.nations_of([site]))
    return schema.AtLocation(id=brief.id, location=place, service=_whole(row, at, with_places=False))


def taxonomies(asked: Asked, at: datetime) -> schema.Page:
    """List our own taxonomies, then markets in the order in which they came into the feed."""
    ours, first, last = _ours(terms.TAXONOMIES, asked)
    contents = [*ours, *map(serialisers.market, queries.markets(first, last))]
    return page(asked, contents, len(terms.TAXONOMIES) + queries.last_number(Kind.TAXONOMY))


def taxonomy(asked: Asked, at: datetime, id_: str) -> schema.Taxonomy:
    """Tell of one taxonomy, with its terms. Raises Missing."""
    uuid = query_params.uuid(id_)
    if uuid and (ours := terms.whole(uuid)):
        return ours
    entry = queries.market(uuid) if uuid else None
    if entry is None or entry.market_id is None:
        raise _missing("taxonomy", id_)
    whole = serialisers.market(entry)
    whole.taxonomy_terms = [serialisers.category(one) for one in queries.categories_in(entry.market_id)]
    return whole


def taxonomy_terms(asked: Asked, at: datetime) -> schema.Page:
    """List the terms of our own taxonomies, then categories in the order in which they came into the feed."""
    ours, first, last = _ours(terms.TERMS, asked)
    contents = [*ours, *map(serialisers.category, queries.categories(first, last))]
    return page(asked, contents, len(terms.TERMS) + queries.last_number(Kind.TERM))


def taxonomy_term(asked: Asked, at: datetime, id_: str) -> schema.Term:
    """Tell of one term. Raises Missing."""
    uuid = query_params.uuid(id_)
    if uuid in terms.TERM_BY_ID:
        return terms.TERM_BY_ID[uuid]
    entry = queries.category(uuid) if uuid else None
    if entry is None:
        raise _missing("taxonomy term", id_)
    return serialisers.category(entry)


def nothing(asked: Asked, at: datetime, rest: str) -> None:
    raise Missing("There is nothing at this address. The feed has: " + ", ".join(ADDRESSES) + ".")


ADDRESSES = (
    "/", "/services", "/services/{id}", "/taxonomies", "/taxonomies/{id}", "/taxonomy_terms", "/taxonomy_terms/{id}",
    "/service_at_locations", "/service_at_locations/{id}",
)  # fmt: skip


def page(asked: Asked, contents: Sequence[Any], total: int) -> schema.Page:
    """Put records into the standard's envelope. A page behind the last is empty, and no mistake."""
    pages = -(-total // asked.per_page)
    return schema.Page(
        total_items=total, total_pages=pages, page_number=asked.page, size=len(contents),
        first_page=asked.page == 1, last_page=asked.page >= pages, empty=not contents, contents=list(contents),
    )  # fmt: skip


def _whole(row: Any, at: datetime, *, with_places: bool) -> schema.WholeService:
    of = queries.whole(row.service)
    told = serialisers.told(row)
    category = queries.category_of(of)
    sites = queries.sites_of(of)
    places = sites if with_places else []
    prices = queries.prices_of(of, local_day(at)) if EVERYBODY.sees(of) else []
    return schema.WholeService(
        **(told | {"organization": serialisers.whole_organization(told["organization"], of.provider)}),
        schedules=serialisers.schedules(of, sites),
        service_areas=serialisers.areas(of),
        service_at_locations=serialisers.whole_locations(places, queries.nations_of(one.site for one in places)),
        cost_options=serialisers.cost_options(of, prices),
        attributes=serialisers.attributes(of, [serialisers.category(category)] if category else []),
    )


def _ours(several: Sequence[Any], asked: Asked) -> tuple[Sequence[Any], int, int]:
    """Return those of a list kept in the code that stand on a page, and between which numbers the others on it are."""
    first, last = asked.before, asked.before + asked.per_page
    return several[first:last], max(first - len(several), 0), max(last - len(several), 0)


def _one(kind: Kind, id_: str, at: datetime, noun: str) -> Any:
    uuid: UUID | None = query_params.uuid(id_)
    row = queries.one(kind, uuid, at) if uuid else None
    if row is None:
        raise _missing(noun, id_)
    return row


def _missing(noun: str, id_: str) -> Missing:
    return Missing(f"There is no {noun} “{id_[:40]}”.")
