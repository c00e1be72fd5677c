"""A search kept as data, to be asked again or counted: all that it asks for, save where it is measured from."""

from collections.abc import Callable
from dataclasses import fields
from datetime import date, time
from decimal import Decimal, InvalidOperation
from typing import Any

from calloff.directory.search_criteria import SearchCriteria
from calloff.kernel.geography import Point
from calloff.markets.models import Lot
from calloff.people.models import Organisation

CRITERIA_NEEDING_A_PLACE = ("miles", "serves")
READERS_BY_CRITERION: dict[str, Callable[[Any], Any]] = {  # what JSON has no type of its own for
    "days": tuple,
    "starts_by": time.fromisoformat,
    "ends_after": time.fromisoformat,
    "free_by": date.fromisoformat,
    "at_most": Decimal,
}


def serialise_search(search: SearchCriteria) -> dict[str, Any]:
    """Return what a search asks for, by name, as JSON. Where it is measured from is left out: it may be a home."""
    asked = {one.name: getattr(search, one.name) for one in fields(search) if one.name != "place"}
    blank = {one.name: one.default for one in fields(search)}
    return {name: _plain(value) for name, value in asked.items() if value != blank[name]}


def parse_search(data: dict[str, Any], authority: Organisation, place: Point | None) -> SearchCriteria | None:
    """Read a search of an authority's directory again, measured from a place.

    Nothing where it cannot be asked any more: its category is gone, or it needs a place and none is known.
    """
    known = {one.name for one in fields(SearchCriteria)} - {"place"}
    asked = {name: value for name, value in data.items() if name in known}
    if place is None and any(name in asked for name in CRITERIA_NEEDING_A_PLACE):
        return None
    if "lot" in asked:
        asked["lot"] = Lot.objects.filter(authority=authority, pk=asked["lot"]).first()
        if asked["lot"] is None:
            return None
    try:
        said = {
            name: READERS_BY_CRITERION[name](value) if name in READERS_BY_CRITERION else value
            for name, value in asked.items()
        }
    except (ValueError, TypeError, InvalidOperation):
        return None
    return SearchCriteria(**said, place=place)


def _plain(value: Any) -> Any:
    if isinstance(value, Lot):
        return value.pk
    if isinstance(value, tuple):
        return [str(one) for one in value]
    return value if isinstance(value, bool | int) else str(value)
