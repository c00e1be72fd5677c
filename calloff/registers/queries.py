"""Queries about schools, postcodes and term dates."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from django.db.models import Q, QuerySet, TextChoices
from django.db.models.functions import Lower

from calloff.kernel import codes
from calloff.kernel.geography import Point, metres_from_expression, within_miles_condition
from calloff.kernel.lifecycles import Refused
from calloff.kernel.school_days import SchoolCalendar
from calloff.kernel.search_words import name_has_words
from calloff.registers.models import (
    ChangeOfAuthority,
    ClosedDay,
    Outcode,
    Postcode,
    RegisterImport,
    School,
    SchoolLink,
    SchoolTerm,
)

# The postcode areas that Code-Point Open does not include.
AREAS_OUTSIDE_GREAT_BRITAIN = {
    "BT": "Northern Ireland",
    "JE": "Jersey",
    "GY": "Guernsey",
    "IM": "the Isle of Man",
}


class LocationPrecision(TextChoices):
    """How precisely the position of a place is known."""

    POSTCODE = "postcode", "the postcode"
    OUTCODE = "outcode", "the centre of the postcode district"
    TOWN = "town", "the centre of the town"


class LocatedPlace(NamedTuple):
    """A place that a person typed, with its position and how precisely the position is known."""

    name: str  # for example, BN1 1LG, BN1 or Brighton
    position: Point
    precision: LocationPrecision


def find_postcode(text: str) -> Postcode | None:
    """Return the postcode from the register that a person typed, in any format, or None."""
    code = codes.parse_postcode(text)
    return Postcode.objects.filter(pk=code).first() if code else None


def name_area_outside_great_britain(code: str) -> str:
    """Return the name of the area if a postcode is outside Great Britain, or otherwise an empty string.

    The register has no positions there, so no distance can be measured.
    """
    return AREAS_OUTSIDE_GREAT_BRITAIN.get(codes.postcode_area(code), "")


def locate_postcode(text: str) -> LocatedPlace:
    """Return a postcode's position or, if only the outcode is known (BN1 of BN1 1LG), the centre of the outcode.

    The text can also be an outcode by itself. Raises Refused if the text is not a postcode or its position is unknown.
    """
    outcode = codes.parse_outcode(text)
    if outcode is None:
        raise Refused("Enter a full UK postcode, like BN11 1LG.", "postcode")
    if place := name_area_outside_great_britain(outcode):
        raise Refused(
            f"Distances cannot be measured from {place}. Enter a postcode in England, Scotland or Wales.",
            "postcode",
        )
    exact = find_postcode(text)
    if exact and exact.position:
        return LocatedPlace(exact.postcode, exact.position, LocationPrecision.POSTCODE)
    middle = Outcode.objects.filter(pk=outcode).first()
    if middle and middle.position:
        return LocatedPlace(outcode, middle.position, LocationPrecision.OUTCODE)
    raise Refused("We do not know where this postcode is. Check it, or enter another postcode nearby.", "postcode")


def find_school(urn: int) -> School | None:
    """Return the school with a URN, whether open or closed, or None."""
    return School.objects.filter(pk=urn).first()


def successors_of(school: School) -> list[School]:
    """Return the open successors of a closed school, sorted by URN, following links through closed schools.

    For an open school, the result is empty. A link counts in both directions, and circular links do no harm.
    """
    if school.is_open:
        return []
    visited = {school.urn}
    open_successors: list[School] = []
    current = {school.urn}
    while current:
        forward = SchoolLink.objects.filter(urn__in=current, kind__startswith=SchoolLink.SUCCESSOR)
        backward = SchoolLink.objects.filter(linked_urn__in=current, kind__startswith=SchoolLink.PREDECESSOR)
        next_urns = {*forward.values_list("linked_urn", flat=True), *backward.values_list("urn", flat=True)} - visited
        visited |= next_urns
        next_schools = list(School.objects.filter(urn__in=next_urns))
        open_successors += [following for following in next_schools if following.is_open]
        current = next_urns - {following.urn for following in next_schools if following.is_open}
    return sorted(open_successors, key=lambda following: following.urn)


def changes_of_authority(urn: int) -> list[ChangeOfAuthority]:
    """Return a school's changes of authority, latest first, each with the time of the import that showed it."""
    return list(ChangeOfAuthority.objects.filter(urn=urn).order_by("-seen_at"))


def schools_near(position: Point, *, within_miles: float | None = None) -> QuerySet[School]:
    """Return open schools with their distance from a place in `metres`, nearest first.

    Slice the result, so that the database uses the index.
    """
    schools = School.objects.open().filter(position__isnull=False)
    if within_miles is not None:
        schools = schools.filter(within_miles_condition(within_miles, position))
    return schools.annotate(metres=metres_from_expression(position)).order_by("metres")


def find_schools(words: str) -> QuerySet[School]:
    """Find open schools by words of the name or by URN, sorted by name, so that a person can choose their school."""
    by_urn = Q(pk=codes.parse_urn(words)) if codes.parse_urn(words) else Q()
    return School.objects.open().filter(by_urn or name_has_words("name", words)).order_by(Lower("name"), "urn")


def all_imports() -> QuerySet[RegisterImport]:
    """Return all imports, latest first."""
    return RegisterImport.objects.order_by("-imported_at", "-pk")


def school_calendar(la_code: str, urn: int | None = None) -> SchoolCalendar:
    """Return the calendar of school days for an authority's schools or, with a URN, for one school.

    From the first to the last day of a school's own terms, these replace the authority's terms. A school without terms
    of its own has the authority's terms, and both its own and the authority's closed days (INSET).
    """
    return school_calendars([(la_code, urn)])[(la_code, urn)]


def school_calendars(keys: Iterable[tuple[str, int | None]]) -> dict[tuple[str, int | None], SchoolCalendar]:
    """Return the school calendars for pairs of authority code and URN (or None), keyed by pair.

    The function makes two queries.
    """
    requested = set(keys)
    owners = Q(urn=None) | Q(urn__in={urn for _, urn in requested if urn is not None})
    codes_ = {la_code for la_code, _ in requested}
    terms = SchoolTerm.objects.filter(owners, la_code__in=codes_).values_list("la_code", "urn", "starts_on", "ends_on")
    closed = ClosedDay.objects.filter(owners, la_code__in=codes_).values_list("la_code", "urn", "day")
    all_terms, shut = list(terms), list(closed)
    return {
        (la_code, urn): _calendar(
            [(owner, start, end) for code, owner, start, end in all_terms if code == la_code and owner in (None, urn)],
            [(owner, day) for code, owner, day in shut if code == la_code and owner in (None, urn)],
        )
        for la_code, urn in requested
    }


def _calendar(terms: list[tuple[int | None, date, date]], closed: list[tuple[int | None, date]]) -> SchoolCalendar:
    school_terms = [(start, end) for owner, start, end in terms if owner is not None]
    first = min((start for start, _ in school_terms), default=date.max)
    last = max((end for _, end in school_terms), default=date.min)
    authority_terms = [(start, end) for owner, start, end in terms if owner is None and (end < first or start > last)]
    days = [day for owner, day in closed if owner is not None or not first <= day <= last]
    return SchoolCalendar([*school_terms, *authority_terms], days)


def open_school_named(name: str) -> bool:
    """Return whether an open school in the register has exactly this name, ignoring case."""
    return School.objects.open().filter(name__iexact=name).exists()


def authority_names() -> list[str]:
    """Return the names of authorities as the schools register writes them, for example “West Sussex”."""
    return list(School.objects.exclude(la_name="").values_list("la_name", flat=True).distinct().order_by("la_name"))
