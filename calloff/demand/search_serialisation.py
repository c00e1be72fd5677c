"""Convert a search to JSON and back, so that it can be saved and gaps can be counted.

The place from which distances are measured is never included.
"""

from decimal import InvalidOperation
from typing import Any

from calloff.directory.search_criteria import CRITERIA, FIELDS, Requirement, SearchCriteria
from calloff.directory.search_criteria.criterion import BLANK_VALUES
from calloff.kernel.geography import Point
from calloff.markets.models import Lot
from calloff.people.models import Organisation


def serialise_search(search: SearchCriteria) -> dict[str, Any]:
    """Return the criteria of a search, by name, as JSON data.

    The place is left out, because it could be a child's home.
    """
    values = {name: getattr(search, name) for name in FIELDS}
    return {name: FIELDS[name].value.to_json(value) for name, value in values.items() if value != BLANK_VALUES[name]}


def needs_place(data: dict[str, Any]) -> bool:
    """Return whether a stored search has a criterion that needs a place, such as a distance."""
    measured = (row for row in CRITERIA.values() if row.requires == Requirement.PLACE)
    return any(field.name in data for row in measured for field in row.fields)


def parse_search(data: dict[str, Any], authority: Organisation, place: Point | None) -> SearchCriteria | None:
    """Rebuild a search in an authority's directory from JSON, measured from the given place.

    Returns None if the search can no longer be run, because its lot was deleted, because it needs a place and none is
    given, or because a stored value is invalid.
    """
    if place is None and needs_place(data):
        return None
    stored = {name: value for name, value in data.items() if name in FIELDS}
    if "lot" in stored:
        stored["lot"] = Lot.objects.filter(authority=authority, pk=stored["lot"]).first()
        if stored["lot"] is None:
            return None
    try:
        values = {name: FIELDS[name].value.from_json(value) for name, value in stored.items()}
    except (ValueError, TypeError, InvalidOperation):
        return None
    return SearchCriteria(**values, place=place)
