"""Search by criteria: find which criteria are active and which services match them."""

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


def build_search(**values: Any) -> SearchCriteria:
    """Build a search from its values.

    If there is a date by which a place must be available, this sets `free` too.
    """
    return SearchCriteria(**values | ({"free": True} if values.get("free_by") else {}))


def search_without(search: SearchCriteria, name: str) -> SearchCriteria:
    """Return a copy of a search without one of its criteria."""
    return replace(
        search,
        **{criterion_field.name: BLANK_VALUES[criterion_field.name] for criterion_field in CRITERIA[name].fields},
    )


def active_criteria(search: SearchCriteria) -> list[str]:
    """Return the names of the criteria that a search uses, in the order of the table."""
    return [name for name, row in CRITERIA.items() if row.is_active(search)]


def searchable_services(authority: Organisation, at: datetime) -> ServiceQuerySet:
    """Return the services that a search of an authority's directory can find: the listed services.

    The filter by member is redundant, but it lets PostgreSQL start from the members.
    """
    return Service.objects.listed(at).filter(authority=authority, member__authority=authority)


def criterion_conditions(search: SearchCriteria, visibility: PriceVisibility, today: date) -> Iterator[tuple[str, Any]]:
    """Yield the name and condition of each active criterion.

    If both times are given, they have one condition, named `HOURS_CRITERION`.
    """
    for name in active_criteria(search):
        yield name, CRITERIA[name].condition(search, visibility, today)
    if search.starts_by is not None and search.ends_after is not None:
        yield HOURS_CRITERION, conditions.is_open_throughout(search, today)


def matching(
    services: ServiceQuerySet, search: SearchCriteria, visibility: PriceVisibility, today: date
) -> ServiceQuerySet:
    """Filter services to those that match all criteria of a search."""
    conditions_by_name = dict(criterion_conditions(search, visibility, today))
    if HOURS_CRITERION in conditions_by_name:  # this condition already includes these three criteria
        conditions_by_name = {
            name: condition
            for name, condition in conditions_by_name.items()
            if name not in {"days", "starts_by", "ends_after"}
        }
    for condition in conditions_by_name.values():
        services = services.filter(condition)
    return services
