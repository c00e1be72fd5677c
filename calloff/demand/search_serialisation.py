"""A saved search as JSON, to be run again or counted: all that it asks for, except where it is measured from."""

from decimal import InvalidOperation
from typing import Any

from calloff.directory.search_criteria import CRITERIA, FIELDS, Requirement, SearchCriteria
from calloff.directory.search_criteria.criterion import BLANK_VALUES
from calloff.kernel.geography import Point
from calloff.markets.models import Lot
from calloff.people.models import Organisation


def serialise_search(search: SearchCriteria) -> dict[str, Any]:
    """Return what a search asks for, by name, as JSON. The place is left out, because it may be a child's home."""
    asked = {name: getattr(search, name) for name in FIELDS}
    return {name: FIELDS[name].value.to_json(value) for name, value in asked.items() if value != BLANK_VALUES[name]}


def needs_place(data: dict[str, Any]) -> bool:
    """Say whether a stored search asks for something that is measured from a place."""
    measured = (row for row in CRITERIA.values() if row.requires == Requirement.PLACE)
    return any(field.name in data for row in measured for field in row.fields)


def parse_search(data: dict[str, Any], authority: Organisation, place: Point | None) -> SearchCriteria | None:
    """Read a stored search of an authority's directory again, measured from a place.

    Returns None where it cannot be asked any more: its category is gone, or it needs a place and none is known.
    """
    if place is None and needs_place(data):
        return None
    asked = {name: value for name, value in data.items() if name in FIELDS}
    if "lot" in asked:
        asked["lot"] = Lot.objects.filter(authority=authority, pk=asked["lot"]).first()
        if asked["lot"] is None:
            return None
    try:
        values = {name: FIELDS[name].value.from_json(value) for name, value in asked.items()}
    except (ValueError, TypeError, InvalidOperation):
        return None
    return SearchCriteria(**values, place=place)
