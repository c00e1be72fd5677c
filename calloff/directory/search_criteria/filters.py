"""Searching by the table of criteria: which are active, and which services fit them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from calloff.directory.models import Service, ServiceQuerySet
from calloff.directory.price_visibility import PriceVisibility
from calloff.directory.search_criteria import conditions
from calloff.directory.search_criteria.criteria import CRITERIA
from calloff.directory.search_criteria.criterion import BLANK_VALUES
from calloff.directory.search_criteria.search import HOURS_CRITERION, SearchCriteria
from calloff.people.models import Organisation


def build_search(**asked: Any) -> SearchCriteria:
    """Make a search of what someone asks for: a day by which a place is free asks for free places."""
    return SearchCriteria(**asked | ({"free": True} if asked.get("free_by") else {}))


def search_without(search: SearchCriteria, name: str) -> SearchCriteria:
    """Return the same search without one of its criteria."""
    return replace(search, **{one.name: BLANK_VALUES[one.name] for one in CRITERIA[name].fields})


def active_criteria(search: SearchCriteria) -> list[str]:
    """Name the criteria that a search asks for, in the order of the table."""
    return [name for name, row in CRITERIA.items() if row.is_active(search)]


def searchable_services(authority: Organisation, at: datetime) -> ServiceQuerySet:
    """Return what a search of an authority's directory looks through.

    The member filter is redundant, but lets PostgreSQL start from members.
    """
    return Service.objects.listed(at).filter(authority=authority, member__authority=authority)


def criterion_conditions(search: SearchCriteria, visibility: PriceVisibility, today: date) -> Iterator[tuple[str, Any]]:
    """Yield the condition of each active criterion, by its name; the two times are one `HOURS_CRITERION`."""
    for name in active_criteria(search):
        yield name, CRITERIA[name].condition(search, visibility, today)
    if search.starts_by is not None and search.ends_after is not None:
        yield HOURS_CRITERION, conditions.is_open_throughout(search, today)


def matching(
    services: ServiceQuerySet, search: SearchCriteria, visibility: PriceVisibility, today: date
) -> ServiceQuerySet:
    """Keep the services that fit the whole search."""
    asked = dict(criterion_conditions(search, visibility, today))
    if HOURS_CRITERION in asked:  # it says all that these say
        asked = {name: one for name, one in asked.items() if name not in {"days", "starts_by", "ends_after"}}
    for condition in asked.values():
        services = services.filter(condition)
    return services
