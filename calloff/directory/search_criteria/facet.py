"""How the choices of a filter are counted: what each service says to it, and which of its choices that fits.

`facets.count_facets` makes one query of all of them, over the rows of `base`: the services of a search, with the
columns and annotations that the facets name here.
"""
# ruff: noqa: S608  (where SQL is put together here, its words are ours: what comes from outside are parameters)

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import BooleanField, Case, Value, When

from calloff.directory.models import Weekday
from calloff.directory.price_visibility import PriceVisibility
from calloff.directory.search_criteria.search import HOURS_CRITERION, SearchCriteria

Annotations = Callable[[SearchCriteria, PriceVisibility, date], Mapping[str, Any]]
SqlAndParameters = tuple[str, list[Any]]


def _no_annotations(search: SearchCriteria, visibility: PriceVisibility, today: date) -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True)
class Facet:
    """A filter to which each service says one thing."""

    expression: str  # SQL, over the columns and annotations
    columns: tuple[str, ...] = ()  # of a service
    annotations: Annotations = _no_annotations  # what else a service says, by name
    fits: Callable[[str, str, date], bool] | None = None  # (said, chosen, today); None: where they are the same
    needs_place: bool = False

    def is_counted(self, search: SearchCriteria) -> bool:
        return not self.needs_place or search.place is not None

    def replaced(self, name: str) -> set[str]:
        """Name the conditions that a choice replaces: that of its own filter."""
        return {name}

    def count_sql(self, name: str, source: str, search: SearchCriteria, today: date) -> SqlAndParameters:
        """Write the query of (name, value, number) over `source`, and its parameters."""
        same = f"SELECT {self.expression} AS value, count(*) AS number FROM {source} GROUP BY 1"
        return f"SELECT '{name}', value::text, number FROM ({same}) AS same", []


@dataclass(frozen=True)
class ListFacet(Facet):
    """A filter to which a service says several things: an array."""

    narrower: tuple[str, str] | None = None  # (a field of the search, the column that is counted where it is asked)

    def count_sql(self, name: str, source: str, search: SearchCriteria, today: date) -> SqlAndParameters:
        field_name, column = self.narrower or ("", "")
        counted = column if field_name and getattr(search, field_name) else self.expression
        same = f"SELECT {counted} AS value, count(*) AS number FROM {source} GROUP BY 1"
        each = f"FROM ({same}) AS same, unnest(value) AS one GROUP BY 2"
        return f"SELECT '{name}', one, sum(number)::bigint {each}", []


# Of each of the weeks that there are, which many services have in common: its days that are not over.
OPEN_HOURS_SQL = "jsonb_array_elements(week) AS one WHERE coalesce(one->>'ends_on', '9999') >= %s"
# Those that are open by the time and until the time that are asked for: on each day that is chosen.
OPEN_DAYS_SQL = (
    f"SELECT one->>'day' AS value FROM {OPEN_HOURS_SQL} AND (%s::text IS NULL OR one->>'from' <= %s) "
    "AND (%s::text IS NULL OR one->>'to' >= %s) GROUP BY one->>'day'"
)


def _of_weeks(name: str, source: str, lateral: str) -> str:
    same = f"SELECT week, count(*) AS number FROM {source} GROUP BY 1"
    return f"SELECT '{name}', value, sum(number)::bigint FROM ({same}) AS same, LATERAL ({lateral}) AS open GROUP BY 2"


def _clock(search: SearchCriteria, name: str) -> str | None:
    at = getattr(search, name)
    return at and str(at.isoformat("minutes"))


@dataclass(frozen=True)
class OpenDaysFacet(Facet):
    """The days of the week. A day is asked for besides those that are chosen already."""

    expression: str = "week"
    columns: tuple[str, ...] = ("week",)

    def replaced(self, name: str) -> set[str]:
        return set()

    def count_sql(self, name: str, source: str, search: SearchCriteria, today: date) -> SqlAndParameters:
        opens, closes = _clock(search, "starts_by"), _clock(search, "ends_after")
        return _of_weeks(name, source, OPEN_DAYS_SQL), [today.isoformat(), opens, opens, closes, closes]


@dataclass(frozen=True)
class OpenTimeFacet(Facet):
    """A time of the day: of the days asked for, when the last of them opens, or when the first of them closes.

    Of all days, where none is asked for, the first that opens or the last that closes: then any day will do. Only
    times of a day count that meet the other time too, where that is asked for.
    """

    expression: str = "week"
    columns: tuple[str, ...] = ("week",)
    of_a_day: str = ""  # SQL: min(…) or max(…) of the times of one day
    on_every_day: str = ""  # the aggregate over the days: max or min
    on_some_day: str = ""
    other: str = ""  # the field of the other time

    def replaced(self, name: str) -> set[str]:
        return {name, HOURS_CRITERION}

    def count_sql(self, name: str, source: str, search: SearchCriteria, today: date) -> SqlAndParameters:
        days, other = sorted(set(search.days)), _clock(search, self.other)
        over_days = self.on_every_day if days else self.on_some_day
        times = f"SELECT {self.of_a_day} AS at FROM {OPEN_HOURS_SQL} AND one->>'day' = ANY(%s) GROUP BY one->>'day'"
        lateral = f"SELECT CASE WHEN count(at) >= %s THEN {over_days}(at) END AS value FROM ({times}) AS days"
        parameters = [len(days) or 1, other, other, today.isoformat(), days or Weekday.values]
        return _of_weeks(name, source, lateral), parameters


def as_column(condition: Any) -> Case:
    """Return a condition as a column: also one that no number of the database could meet, such as an age of -1."""
    return Case(When(condition, then=Value(True)), default=Value(False), output_field=BooleanField())
