"""Find the place that a person typed, which can be a postcode, the first half of a postcode or a town.

A town is a town in the address of a listed service or, if there is none, of an open school in the council's area. The
position of a town is the middle of these addresses, so it is approximate.
"""

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from statistics import median
from typing import Any

from calloff.directory.models import ServiceSite
from calloff.directory.queries import listed_services
from calloff.kernel import codes
from calloff.kernel.formatting import format_list
from calloff.kernel.geography import Point
from calloff.kernel.lifecycles import Refused
from calloff.kernel.search_words import name_has_words, typed_words
from calloff.people.models import Organisation
from calloff.registers.models import School
from calloff.registers.queries import LocatedPlace, LocationPrecision, locate_postcode

MAX_TOWNS_NAMED = 3


def locate_place(authority: Organisation, text: str, at: datetime) -> LocatedPlace:
    """Return the position of a place in or near an authority's area.

    Raises Refused if the place is not known, or if the text could be several towns.
    """
    if codes.parse_outcode(text):
        return locate_postcode(text)
    positions_by_town = _towns_of_services(authority, text, at) or _towns_of_schools(authority, text)
    wanted = "".join(typed_words(text))
    named = [town for town in positions_by_town if "".join(typed_words(town)) == wanted] or sorted(positions_by_town)
    if len(named) > 1:
        some = format_list(named[:MAX_TOWNS_NAMED], "or")
        raise Refused(f"More than one town matches. Enter the full name, for example {some}.", "postcode")
    if not named:
        raise Refused(
            "Enter a postcode, its first half, or a town that has a service or a school in this council’s area.",
            "postcode",
        )
    positions = positions_by_town[named[0]]
    middle = Point(*(round(median(axis)) for axis in zip(*positions, strict=True)))
    return LocatedPlace(named[0], middle, LocationPrecision.TOWN)


def _towns_of_services(authority: Organisation, text: str, at: datetime) -> dict[str, list[Point]]:
    """Return the towns of listed services that match the typed words, with the positions of the sites there."""
    sites = ServiceSite.objects.filter(service__in=listed_services(authority, at).order_by().values("pk"))
    rows = sites.filter(name_has_words("site__town", text), position__isnull=False)
    return _by_town(rows.values_list("site__town", "position").order_by("site__town"))


def _towns_of_schools(authority: Organisation, text: str) -> dict[str, list[Point]]:
    """Return the towns of open schools in the authority's area that match the typed words."""
    if not authority.la_code:
        return {}
    schools = School.objects.filter(la_code=authority.la_code, standing__startswith=School.OPEN)
    rows = schools.filter(name_has_words("town", text), position__isnull=False)
    return _by_town(rows.values_list("town", "position").order_by("town"))


def _by_town(rows: Iterable[tuple[str, Any]]) -> dict[str, list[Point]]:
    """Group positions by town. Different spellings are one town, under the first spelling."""
    towns: dict[str, list[Point]] = {}
    names: dict[tuple[str, ...], str] = {}
    for town, several in groupby(rows, key=itemgetter(0)):
        name = names.setdefault(tuple(typed_words(town)), town)
        towns.setdefault(name, []).extend(position for _, position in several)
    return towns
