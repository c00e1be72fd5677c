"""Count how many services match each choice in a filter.

`facets.count_facets` combines the counts into one query over the rows of `base`. These rows are the services that a
search found, with the columns and annotations that the facets need.
"""
# ruff: noqa: S608 (the SQL contains only our own text, and values are passed as parameters)

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
    """A filter in which each service has exactly one value."""

    expression: str  # SQL for the value, which can use the columns and annotations
    columns: tuple[str, ...] = ()  # the service's columns that the SQL needs
    annotations: Annotations = _no_annotations  # other values that the SQL needs, by name
    # (value, choice, today) -> whether the value matches the choice. If this is None, equal values match.
    fits: Callable[[str, str, date], bool] | None = None
    needs_place: bool = False

    def is_counted(self, search: SearchCriteria) -> bool:
        return not self.needs_place or search.place is not None

    def replaced(self, name: str) -> set[str]:
        """Return the criteria whose conditions a choice in this filter replaces.

        By default, this is only the criterion of the filter itself.
        """
        return {name}

    def count_sql(self, name: str, source: str, search: SearchCriteria, today: date) -> SqlAndParameters:
        """Return SQL that gives rows of (name, value, number) from `source`, and its parameters."""
        same = f"SELECT {self.expression} AS value, count(*) AS number FROM {source} GROUP BY 1"
        return f"SELECT '{name}', value::text, number FROM ({same}) AS same", []


@dataclass(frozen=True)
class ListFacet(Facet):
    """A filter in which each service has a list of values."""

    narrower: tuple[str, str] | None = None  # {search field: the column to count instead if that field has a value}

    def count_sql(self, name: str, source: str, search: SearchCriteria, today: date) -> SqlAndParameters:
        field_name, column = self.narrower or ("", "")
        counted = column if field_name and getattr(search, field_name) else self.expression
        same = f"SELECT {counted} AS value, count(*) AS number FROM {source} GROUP BY 1"
        each = f"FROM ({same}) AS same, unnest(value) AS one GROUP BY 2"
        return f"SELECT '{name}', one, sum(number)::bigint {each}", []


# Many services have the same week, so each distinct week is counted only once, with only its periods that have not
# ended.
OPEN_HOURS_SQL = "jsonb_array_elements(week) AS one WHERE coalesce(one->>'ends_on', '9999') >= %s"
# The days of a week on which a service is open by, or until, the requested time.
OPEN_DAYS_SQL = (
    f"SELECT one->>'day' AS value FROM {OPEN_HOURS_SQL} AND (%s::text IS NULL OR one->>'from' <= %s) "
    "AND (%s::text IS NULL OR one->>'to' >= %s) GROUP BY one->>'day'"
)


def _of_weeks(name: str, source: str, lateral: str) -> str:
    same = f"SELECT week, count(*) AS number FROM {source} GROUP BY 1"
    return f"SELECT '{name}', value, sum(number)::bigint FROM ({same}) AS same, LATERAL ({lateral}) AS open GROUP BY 2"


def _clock(search: SearchCriteria, name: str) -> str | None:
    moment = getattr(search, name)
    return moment and str(moment.isoformat("minutes"))


@dataclass(frozen=True)
class OpenDaysFacet(Facet):
    """The filter for days of the week. Selecting a day adds it to the selected days."""

    expression: str = "week"
    columns: tuple[str, ...] = ("week",)

    def replaced(self, name: str) -> set[str]:
        return set()

    def count_sql(self, name: str, source: str, search: SearchCriteria, today: date) -> SqlAndParameters:
        opens, closes = _clock(search, "starts_by"), _clock(search, "ends_after")
        return _of_weeks(name, source, OPEN_DAYS_SQL), [today.isoformat(), opens, opens, closes, closes]


@dataclass(frozen=True)
class OpenTimeFacet(Facet):
    """The filter for a time of day.

    The value of a service is the latest opening time or the earliest closing time on the requested days.

    If no days are requested, the value is the earliest opening time or the latest closing time, because any day is
    enough. Only periods that also match the other requested time are counted.
    """

    expression: str = "week"
    columns: tuple[str, ...] = ("week",)
    of_a_day: str = ""  # SQL for the first or last time on one day
    on_every_day: str = ""  # the SQL aggregate (max or min) over the requested days
    on_some_day: str = ""  # the SQL aggregate if no days are requested
    other: str = ""  # the search field for the other time

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
    """Return a condition as a boolean column, even if the condition can never be true."""
    return Case(When(condition, then=Value(True)), default=Value(False), output_field=BooleanField())
