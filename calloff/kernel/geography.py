"""Store locations as British National Grid points in PostgreSQL's `point` type.

The type needs no extension, and its index can find the nearest points. The type has no `=` operator. So
DISTINCT and GROUP BY fail if they include a point, and so does a trigger that compares whole rows (`OLD.*
IS DISTINCT FROM NEW.*`). In a row history trigger, list the other columns instead.
"""

from math import hypot
from typing import Any, NamedTuple

from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.db.models import F, Func, Value

METRES_IN_A_MILE = 1609.344
EASTINGS = range(700_000)  # the limits of the national grid, which covers Great Britain and the Isle of Man
NORTHINGS = range(1_300_000)


class Point(NamedTuple):
    """A location on the national grid, in metres east and north of the grid's origin."""

    easting: int
    northing: int

    def __str__(self) -> str:
        return f"({self.easting},{self.northing})"


def is_on_national_grid(point: Point) -> bool:
    return point.easting in EASTINGS and point.northing in NORTHINGS


def miles_between(one: Point, other: Point) -> float:
    """Return the straight-line distance between two locations, in miles."""
    return metres_to_miles(metres_between(one, other))


def metres_between(one: Point, other: Point) -> float:
    return hypot(one.easting - other.easting, one.northing - other.northing)


def metres_to_miles(metres: float) -> float:
    return metres / METRES_IN_A_MILE


class PointField(models.Field):  # type: ignore[type-arg]
    """A field for a location: a Point in Python, and `point` in the database."""

    description = "A point on the National Grid, in metres"

    def db_type(self, connection: Any) -> str:
        return "point"

    def get_placeholder(self, value: Any, compiler: Any, connection: Any) -> str:
        return "%s::point"  # The operator `<->` has several versions, so PostgreSQL needs to know the type.

    def get_prep_value(self, value: Any) -> Any:
        return str(Point(*value)) if isinstance(value, tuple) else value

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Point | None:
        return self.to_python(value)

    def to_python(self, value: Any) -> Point | None:
        """Parse the database's text for a point, such as “(530000,104000)”. A Point is returned unchanged."""
        if value is None or isinstance(value, Point):
            return value
        easting, northing = value.strip("()").split(",")
        return Point(round(float(easting)), round(float(northing)))

    def value_to_string(self, obj: models.Model) -> str:
        return str(self.value_from_object(obj) or "")


@PointField.register_lookup
class PointExactLookup(models.lookups.Exact):
    """A lookup that uses the operator `~=` to compare points in `filter(position=…)`."""

    def get_rhs_op(self, connection: Any, rhs: str) -> str:
        return f"~= {rhs}"


def nearest_index(field: str, *, name: str) -> GistIndex:
    """Return an index that speeds up searches by distance, including those for the nearest locations."""
    return GistIndex(fields=[field], name=name)


def metres_from_expression(place: Point, field: str = "position") -> Func:
    """Return an expression for the distance in metres from a field to a location, for annotations and
    ordering.

    If a query is ordered by this expression and limited, PostgreSQL reads the rows from the index. The
    nearest come first, and rows without a location come last. Do not order by miles (`metres_to_miles`),
    because the index supports only the distance in metres.
    """
    return Func(
        F(field),
        Value(place, output_field=PointField()),
        arg_joiner=" <-> ",
        template="(%(expressions)s)",
        output_field=models.FloatField(),
    )


def within_miles_condition(distance: float, place: Point, field: str = "position") -> Func:
    """Return a condition that a field is within `distance` miles of a location.

    The index supports this condition.
    """
    disc = Func(
        Value(place, output_field=PointField()),
        Value(distance * METRES_IN_A_MILE, output_field=models.FloatField()),
        function="circle",
        output_field=models.TextField(),
    )
    return Func(F(field), disc, arg_joiner=" <@ ", template="(%(expressions)s)", output_field=models.BooleanField())
