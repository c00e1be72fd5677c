"""Count, in one query, how many services would match each choice in each filter."""
# ruff: noqa: S608 (the SQL contains only our own text, and values are passed as parameters)

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db import connection

from calloff.directory.price_visibility import PriceVisibility
from calloff.directory.search_criteria import (
    CRITERIA,
    SearchCriteria,
    criterion_conditions,
    searchable_services,
    with_synonyms,
)
from calloff.directory.search_criteria.facet import Facet, as_column
from calloff.kernel.clock import local_day
from calloff.people.models import Organisation


class Totals(NamedTuple):
    """How many services match a search, and how many of these have a known position from which to measure distances."""

    every: int
    placed: int


@dataclass(frozen=True)
class Facets:
    """The total number of matching services, and how many would match each value of each filter.

    For each value, the other filters stay the same.
    """

    counted: Totals
    counts: dict[str, dict[str, int]]  # {filter: {value of a service, as text: number of services with that value}}
    today: date

    def leaves(self, name: str, choice: str) -> int:
        """Return how many services would match if this choice in the filter were selected."""
        counts, facet = self.counts.get(name, {}), CRITERIA[name].facet
        if facet is None or facet.fits is None:
            return counts.get(choice, 0)
        return sum(number for value, number in counts.items() if facet.fits(value, choice, self.today))


def count_facets(authority: Organisation, search: SearchCriteria, *, sight: PriceVisibility, at: datetime) -> Facets:
    """Count the services that match each value of each filter, with the other filters unchanged.

    The function makes one query.
    """
    search, today = with_synonyms(authority, search, at), local_day(at)
    conditions = dict(criterion_conditions(search, sight, today))
    services = searchable_services(authority, at)
    if "words" in conditions:  # words are searched with a full-text index. They are not a filter with choices
        services = services.filter(conditions.pop("words"))
    # Empty conditions are left out.
    conditions = {name: condition for name, condition in conditions.items() if condition}
    flags = {f"ok_{name}": as_column(condition) for name, condition in conditions.items()}
    facets = {name: row.facet for name, row in CRITERIA.items() if row.facet and row.facet.is_counted(search)}
    columns = dict.fromkeys(column for facet in facets.values() for column in facet.columns)
    annotations: dict[str, Any] = {}
    for facet in facets.values():
        annotations |= facet.annotations(search, sight, today)
    base = services.order_by().annotate(**annotations, **flags).values(*columns, *annotations, *flags)
    query, parameters = base.query.sql_with_params()
    counted, values = _count_sql(facets, search, conditions, today)
    with connection.cursor() as cursor:
        cursor.execute(f"WITH base AS MATERIALIZED ({query}), {counted}", [*parameters, *values])
        rows = cursor.fetchall()
    counts: dict[str, dict[str, int]] = {}
    for name, value, number in rows:
        if value is not None:
            counts.setdefault(name, {})[value] = number
    total = counts.pop("")[""]
    placed = total if search.miles else sum(counts.get("miles", {}).values())
    return Facets(Totals(total, placed), counts, today)


def _count_sql(
    facets: dict[str, Facet], search: SearchCriteria, active: Collection[str], today: date
) -> tuple[str, list[Any]]:
    """Return the SQL that counts the rows of `base`, and its parameters. The SQL contains only our own text."""

    def fitting(replaced: Collection[str] = ()) -> str:
        return " AND ".join(["TRUE", *(f"ok_{name}" for name in active if name not in replaced)])

    counts, parameters = ["SELECT '' AS name, '' AS value, count(*) AS number FROM fit"], []
    for name, facet in facets.items():
        replaced = facet.replaced(name)
        source = "fit" if replaced.isdisjoint(active) else f"(SELECT * FROM base WHERE {fitting(replaced)}) AS others"
        sql, values = facet.count_sql(name, source, search, today)
        counts.append(sql)
        parameters += values
    return f"fit AS MATERIALIZED (SELECT * FROM base WHERE {fitting()}) {' UNION ALL '.join(counts)}", parameters
