"""Places as points of the national grid, in PostgreSQL's own `point`: no extension, an index for what is nearest.

A point has no `=`. So the database refuses a query that is made distinct over a point or grouped by one, and a trigger
that compares whole rows (`OLD.* KEY_COLUMNS DISTINCT FROM NEW.*`): let row history name the columns beside it instead.
"""

from math import hypot
from typing import Any, NamedTuple

from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.db.models import F, Func, Value

METRES_IN_A_MILE = 1609.344
EASTINGS = range(700_000)  # of the national grid, which covers Great Britain and the Isle of Man
NORTHINGS = range(1_300_000)


class Point(NamedTuple):
    """A place on the national grid, in metres east and north of its origin."""

    easting: int
    northing: int

    def __str__(self) -> str:
        return f"({self.easting},{self.northing})"


def is_on_national_grid(point: Point) -> bool:
    return point.easting in EASTINGS and point.northing in NORTHINGS


def miles_between(one: Point, other: Point) -> float:
    """Measure the straight line between two places, in miles."""
    return metres_to_miles(metres_between(one, other))


def metres_between(one: Point, other: Point) -> float:
    return hypot(one.easting - other.easting, one.northing - other.northing)


def metres_to_miles(metres: float) -> float:
    return metres / METRES_IN_A_MILE


class PointField(models.Field):  # type: ignore[type-arg]
    """A place on the national grid: a Point in Python, `point` in the database."""

    description = "A point of the national grid, in metres"

    def db_type(self, connection: Any) -> str:
        return "point"

    def get_placeholder(self, value: Any, compiler: Any, connection: Any) -> str:
        return "%s::point"  # `<->` has many forms: say which

    def get_prep_value(self, value: Any) -> Any:
        return str(Point(*value)) if isinstance(value, tuple) else value

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Point | None:
        return self.to_python(value)

    def to_python(self, value: Any) -> Point | None:
        """Read “(530000,104000)”, as the database writes it; a Point is one already."""
        if value is None or isinstance(value, Point):
            return value
        easting, northing = value.strip("()").split(",")
        return Point(round(float(easting)), round(float(northing)))

    def value_to_string(self, obj: models.Model) -> str:
        return str(self.value_from_object(obj) or "")


@PointField.register_lookup
class PointExactLookup(models.lookups.Exact):
    """`filter(position=…)`: a point is compared by `~=`."""

    def get_rhs_op(self, connection: Any, rhs: str) -> str:
        return f"~= {rhs}"


def nearest_index(field: str, *, name: str) -> GistIndex:
    """Return the index that finds what is nearest, and what is within a distance."""
    return GistIndex(fields=[field], name=name)


def metres_from_expression(place: Point, field: str = "position") -> Func:
    """Return the distance of a field from a place, in metres: annotate with it, order by it, take the first few.

    So ordered and cut, the rows come from the index, nearest first; rows without a place come last. (Miles would
    do for showing, by `metres_to_miles`, but not for ordering: the index knows only the bare distance.)
    """
    return Func(
        F(field),
        Value(place, output_field=PointField()),
        arg_joiner=" <-> ",
        template="(%(expressions)s)",
        output_field=models.FloatField(),
    )


def within_miles_condition(distance: float, place: Point, field: str = "position") -> Func:
    """Return the condition that a field lies within some miles of a place, found by the index."""
    disc = Func(
        Value(place, output_field=PointField()),
        Value(distance * METRES_IN_A_MILE, output_field=models.FloatField()),
        function="circle",
        output_field=models.TextField(),
    )
    return Func(F(field), disc, arg_joiner=" <@ ", template="(%(expressions)s)", output_field=models.BooleanField())
