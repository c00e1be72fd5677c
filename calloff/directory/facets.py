"""How many services each choice of each filter would leave, counted in one query."""
# ruff: noqa: S608  (where SQL is put together here, its words are ours: what comes from outside are parameters)

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import BooleanField, Case, F, Min, OuterRef, Subquery, Value, When

from calloff.directory.models import AtSite, Gender, Weekday
from calloff.directory.search_criteria import (
    CRITERIA,
    HOURS_CRITERION,
    ONE_MONTH,
    TIME_CRITERIA,
    PriceVisibility,
    SearchCriteria,
    criterion_conditions,
    searchable_services,
)
from calloff.kernel.clock import local_day
from calloff.kernel.geography import METRES_IN_A_MILE, metres_from_expression
from calloff.kernel.key_stages import AGES_BY_KEY_STAGE, KeyStage
from calloff.people.models import Organisation


class Totals(NamedTuple):
    """How many services fit a search, and how many of them have a place to measure to."""

    every: int
    placed: int


@dataclass(frozen=True)
class Facets:
    """How many services there are: in all, and for each value of a filter, with all other filters as they are."""

    counted: Totals
    counts: dict[str, dict[str, int]]  # filter -> what services say to it, as text -> how many say so
    today: date

    def leaves(self, name: str, choice: str) -> int:
        """Return how many services a choice of a filter would leave, if it were chosen instead."""
        said, fits = self.counts.get(name, {}), FACET_CONDITIONS.get(name)
        if fits is None:
            return said.get(choice, 0)
        return sum(number for value, number in said.items() if fits(value, choice, self.today))


def _overlaps(ages: str, stage: str, today: date) -> bool:
    low, high = ages.strip("{}").split(",")
    begins, ends = AGES_BY_KEY_STAGE[KeyStage(stage)]
    return int(low) < ends and int(high) >= begins


FACET_CONDITIONS: dict[
    str, Callable[[str, str, date], bool]
] = {  # where that is not to be the same: as `search_criteria.CRITERIA` has it
    "gender": lambda said, asked, today: said in {Gender.ANY, asked},
    "key_stage": _overlaps,
    "checked": lambda said, asked, today: date.fromisoformat(said) >= today - int(asked) * ONE_MONTH,
    "ratio": lambda said, asked, today: int(said) <= int(asked),
    "miles": lambda said, asked, today: int(said) <= int(asked),
    "starts_by": lambda said, asked, today: time.fromisoformat(said) <= time.fromisoformat(asked),
    "ends_after": lambda said, asked, today: time.fromisoformat(said) >= time.fromisoformat(asked),
    "free": lambda said, asked, today: said == "true",
    "transport": lambda said, asked, today: said == "true",
}


def count_facets(authority: Organisation, search: SearchCriteria, *, sight: PriceVisibility, at: datetime) -> Facets:
    """Count, in one query, what each value of each filter would leave, with all other filters as they are."""
    today = local_day(at)
    asked = dict(criterion_conditions(search, sight, today))
    services = searchable_services(authority, at)
    if "words" in asked:  # found by its index, and never to be chosen from a list
        services = services.filter(asked.pop("words"))
    asked = {name: condition for name, condition in asked.items() if condition}  # an empty one asks nothing
    flags = {f"ok_{name}": _whether(condition) for name, condition in asked.items()}
    shown: dict[str, Any] = {
        "free_now": _whether(CRITERIA["free"].condition(SearchCriteria(free=True), sight, today)),
        "checked_on": F("member__last_checked_on"),
        "to_one": (F("children") + F("staff") - 1) / F("staff"),  # children to one of the staff, rounded up
    }
    if search.place:
        nearest = AtSite.objects.filter(service=OuterRef("pk")).order_by().values("service")
        shown["metres"] = Subquery(nearest.annotate(least=Min(metres_from_expression(search.place))).values("least"))
    base = services.order_by().annotate(**shown, **flags).values(*COUNTED_COLUMNS, *shown, *flags)
    query, parameters = base.query.sql_with_params()
    with connection.cursor() as cursor:
        counted, values = _counted(search, list(asked), today)
        cursor.execute(f"WITH base AS MATERIALIZED ({query}), {counted}", [*parameters, *values])
        rows = cursor.fetchall()
    counts: dict[str, dict[str, int]] = {}
    for name, value, number in rows:
        if value is not None:
            counts.setdefault(name, {})[value] = number
    total = counts.pop("")[""]
    placed = total if search.miles else sum(counts.get("miles", {}).values())
    return Facets(Totals(total, placed), counts, today)


def _whether(condition: Any) -> Case:
    """Return a condition as a column: also one that no number of the database could meet, such as an age of -1."""
    return Case(When(condition, then=Value(True)), default=Value(False), output_field=BooleanField())


COUNTED_COLUMNS = (
    "lot_id", "needs", "main_needs", "gender", "mode", "week", "qualifications", "transport", "registration",
    "age_from", "age_to",
)  # fmt: skip
EXPRESSION_BY_FILTER = {  # of each filter that is counted: what one service says to it
    "category": "lot_id", "gender": "gender", "mode": "mode", "registration": "registration",
    "key_stage": "ARRAY[age_from, age_to]", "checked": "checked_on", "ratio": "to_one", "free": "free_now",
    "transport": "transport <> 'none'",
}  # fmt: skip
ARRAY_COLUMN_BY_FILTER = {"need": "needs", "qualification": "qualifications"}  # to which it says several things


# Of each of the weeks that there are, which many services have alike: its days that are not over, and of those asked
# for (of all, where none is) when the last of them opens, and when the first of them closes.
OPEN_HOURS_SQL = "jsonb_array_elements(week) AS one WHERE coalesce(one->>'ends_on', '9999') >= %s"
ON_DAYS_SQL = f"{OPEN_HOURS_SQL} AND one->>'day' = ANY(%s) GROUP BY one->>'day'"
DAYS_SQL = (  # those that are open by the time and until the time that are asked for: on each day that is chosen
    f"SELECT one->>'day' AS value FROM {OPEN_HOURS_SQL} AND (%s::text IS NULL OR one->>'from' <= %s) "
    "AND (%s::text IS NULL OR one->>'to' >= %s) GROUP BY one->>'day'"
)
TIME_OF_DAY_SQL = {  # of the times of a day that meet the other time, where that is asked
    "starts_by": "min(one->>'from') FILTER (WHERE %s::text IS NULL OR one->>'to' >= %s)",
    "ends_after": "max(one->>'to') FILTER (WHERE %s::text IS NULL OR one->>'from' <= %s)",
}
AGGREGATE_OVER_ALL_DAYS = {"starts_by": "max", "ends_after": "min"}
AGGREGATE_OVER_ANY_DAY = {"starts_by": "min", "ends_after": "max"}


def _counted(search: SearchCriteria, asked: list[str], today: date) -> tuple[str, list[Any]]:
    """Write the counting of the rows of `base`, and what its marks stand for: no word of it comes from outside."""

    def rows(without: str = "") -> str:
        """Return what fits all filters but one: where that one is not asked, what fits all of them."""
        if without not in asked:
            return "fit"
        left_out = {without, HOURS_CRITERION} if without in TIME_CRITERIA else {without}
        others = " AND ".join(["TRUE", *(f"ok_{name}" for name in asked if name not in left_out)])
        return f"(SELECT * FROM base WHERE {others}) AS others"

    every = " AND ".join(["TRUE", *(f"ok_{name}" for name in asked)])
    several = ["SELECT '' AS name, '' AS value, count(*) AS number FROM fit"]
    values = EXPRESSION_BY_FILTER | ({"miles": f"ceil(metres / {METRES_IN_A_MILE})::bigint"} if search.place else {})
    for name, value in values.items():
        alike = f"SELECT {value} AS value, count(*) AS number FROM {rows(name)} GROUP BY 1"
        several.append(f"SELECT '{name}', value::text, number FROM ({alike}) AS alike")
    for name, column in (ARRAY_COLUMN_BY_FILTER | ({"need": "main_needs"} if search.as_main else {})).items():
        alike = f"SELECT {column} AS value, count(*) AS number FROM {rows(name)} GROUP BY 1"
        several.append(
            f"SELECT '{name}', one, sum(number)::bigint FROM ({alike}) AS alike, unnest(value) AS one GROUP BY 2"
        )
    weeks = "SELECT '{}', value, sum(number)::bigint FROM (SELECT week, count(*) AS number FROM {} GROUP BY 1) AS alike"
    several.append(f"{weeks.format('days', rows())}, LATERAL ({DAYS_SQL}) AS open GROUP BY 2")  # another day as well
    opens, closes = (at and at.isoformat("minutes") for at in (search.starts_by, search.ends_after))
    parameters: list[Any] = [today.isoformat(), opens, opens, closes, closes]
    for name, figure in TIME_OF_DAY_SQL.items():
        days = sorted(set(search.days))
        of_days = (AGGREGATE_OVER_ALL_DAYS if days else AGGREGATE_OVER_ANY_DAY)[name]
        several.append(
            f"{weeks.format(name, rows(name))}, LATERAL (SELECT CASE WHEN count(at) >= %s THEN {of_days}(at) END AS "
            f"value FROM (SELECT {figure} AS at FROM {ON_DAYS_SQL}) AS days) AS open GROUP BY 2"
        )
        other = closes if name == "starts_by" else opens
        parameters += [len(days) or 1, other, other, today.isoformat(), days or Weekday.values]
    return f"fit AS MATERIALIZED (SELECT * FROM base WHERE {every}) {' UNION ALL '.join(several)}", parameters
