"""Questions about schools and places."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from django.db.models import Q, QuerySet, TextChoices
from django.db.models.functions import Lower

from calloff.kernel import codes
from calloff.kernel.geography import Point, metres_from_expression, within_miles_condition
from calloff.kernel.lifecycles import Refused
from calloff.kernel.school_days import SchoolCalendar
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

AREAS_OUTSIDE_GREAT_BRITAIN = {
    "BT": "Northern Ireland",
    "JE": "Jersey",
    "GY": "Guernsey",
    "IM": "the Isle of Man",
}  # not in Code-Point Open


class LocationPrecision(TextChoices):
    """How well a place is known."""

    POSTCODE = "postcode", "the postcode"
    OUTCODE = "outcode", "the middle of the postcode district"


class LocatedPlace(NamedTuple):
    """Where a person said, and how well that is known."""

    name: str  # BN1 1LG, or BN1
    position: Point
    precision: LocationPrecision


def find_postcode(text: str) -> Postcode | None:
    """Find a postcode, however it is typed."""
    code = codes.parse_postcode(text)
    return Postcode.objects.filter(pk=code).first() if code else None


def name_area_outside_great_britain(code: str) -> str:
    """Name where a postcode lies that is outside Great Britain, so that no distance can be measured; or nothing."""
    return AREAS_OUTSIDE_GREAT_BRITAIN.get(codes.postcode_area(code), "")


def locate_postcode(text: str) -> LocatedPlace:
    """Find where a postcode lies or, where it is not known by itself, the middle of its outcode (BN1 of BN1 1LG).

    An outcode alone will do. Raises Refused, for the person to mend it, if it is no postcode or lies where no
    distance can be measured.
    """
    outcode = codes.parse_outcode(text)
    if outcode is None:
        raise Refused("Enter a full UK postcode, like BN11 1LG.", "postcode")
    if where := name_area_outside_great_britain(outcode):
        raise Refused(
            f"Distances cannot be measured from {where}. Enter a postcode in England, Scotland or Wales.",
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
    """Find a school, open or closed, by its URN."""
    return School.objects.filter(pk=urn).first()


def successors_of(school: School) -> list[School]:
    """Find the open schools that came after a school, over any number of closed ones between, by URN.

    An open school has no need of any. A link counts from whichever side it is recorded, and a circle of links ends.
    """
    if school.is_open:
        return []
    seen = {school.urn}
    found: list[School] = []
    after = {school.urn}
    while after:
        forward = SchoolLink.objects.filter(urn__in=after, kind__startswith=SchoolLink.SUCCESSOR)
        backward = SchoolLink.objects.filter(linked_urn__in=after, kind__startswith=SchoolLink.PREDECESSOR)
        next_ones = {*forward.values_list("linked_urn", flat=True), *backward.values_list("urn", flat=True)} - seen
        seen |= next_ones
        known = list(School.objects.filter(urn__in=next_ones))
        found += [one for one in known if one.is_open]
        after = next_ones - {one.urn for one in known if one.is_open}
    return sorted(found, key=lambda one: one.urn)


def changes_of_authority(urn: int) -> list[ChangeOfAuthority]:
    """Find by which authorities a school was before, the latest first, each with when the register first said so."""
    return list(ChangeOfAuthority.objects.filter(urn=urn).order_by("-seen_at"))


def schools_near(position: Point, *, within_miles: float | None = None) -> QuerySet[School]:
    """Find open schools, nearest first, each with `metres` from a place. Cut it: the index yields the first few."""
    there = School.objects.open().filter(position__isnull=False)
    if within_miles is not None:
        there = there.filter(within_miles_condition(within_miles, position))
    return there.annotate(metres=metres_from_expression(position)).order_by("metres")


def find_schools(words: str) -> QuerySet[School]:
    """Find open schools by a part of the name or by URN, by name; for choosing one's own."""
    by_urn = Q(pk=codes.parse_urn(words)) if codes.parse_urn(words) else Q()
    return School.objects.open().filter(by_urn or Q(name__icontains=words.strip())).order_by(Lower("name"), "urn")


def all_imports() -> QuerySet[RegisterImport]:
    """List what was imported, latest first."""
    return RegisterImport.objects.order_by("-imported_at", "-pk")


def school_calendar(la_code: str, urn: int | None = None) -> SchoolCalendar:
    """Return the school days of an authority's schools or, with a URN, of one of them.

    While a school's own dates last they stand instead of its authority's terms; on days outside them the authority's
    do. Where the school has no terms of its own, its closed days (INSET) come on top of the authority's.
    """
    return school_calendars([(la_code, urn)])[(la_code, urn)]


def school_calendars(keys: Iterable[tuple[str, int | None]]) -> dict[tuple[str, int | None], SchoolCalendar]:
    """Return several calendars by (authority's code, URN or nothing), each as `school_calendar` does: two queries."""
    wanted = set(keys)
    of_these = Q(urn=None) | Q(urn__in={urn for _, urn in wanted if urn is not None})
    codes_ = {la_code for la_code, _ in wanted}
    terms = SchoolTerm.objects.filter(of_these, la_code__in=codes_).values_list(
        "la_code", "urn", "starts_on", "ends_on"
    )
    closed = ClosedDay.objects.filter(of_these, la_code__in=codes_).values_list("la_code", "urn", "day")
    known, shut = list(terms), list(closed)
    return {
        (la_code, urn): _calendar(
            [(whose, start, end) for code, whose, start, end in known if code == la_code and whose in (None, urn)],
            [(whose, day) for code, whose, day in shut if code == la_code and whose in (None, urn)],
        )
        for la_code, urn in wanted
    }


def _calendar(terms: list[tuple[int | None, date, date]], closed: list[tuple[int | None, date]]) -> SchoolCalendar:
    own = [(start, end) for whose, start, end in terms if whose is not None]
    first = min((start for start, _ in own), default=date.max)
    last = max((end for _, end in own), default=date.min)
    common = [(start, end) for whose, start, end in terms if whose is None and (end < first or start > last)]
    days = [day for whose, day in closed if whose is not None or not first <= day <= last]
    return SchoolCalendar([*own, *common], days)


def open_school_named(name: str) -> bool:
    """Return whether an open school in the register has exactly this name, ignoring case."""
    return School.objects.open().filter(name__iexact=name).exists()


def authority_names() -> list[str]:
    """Return the names of authorities in the schools register, as it writes them: “West Sussex”."""
    return list(School.objects.exclude(la_name="").values_list("la_name", flat=True).distinct().order_by("la_name"))
