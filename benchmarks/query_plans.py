"""Write benchmarks/plans.md: the query plans of the slowest search statements in the largest directory."""

import time
from collections.abc import Callable
from typing import NamedTuple

from benchmarks import directories, directory_search
from benchmarks.fixtures import Statement, bare_connection, capture_statements
from calloff.directory import facets, search_results
from calloff.directory.search_criteria import SearchCriteria
from calloff.directory.search_results import SortOrder
from calloff.kernel import clock
from calloff.people.models import Organisation

SEARCHES_SHOWN = 3
TIMED_RUNS = 5  # how many times each statement is run. The median is reported
MAX_LINE_LENGTH = 150  # the maximum length of a line in a plan, in characters


class TimedStatement(NamedTuple):
    """A statement of a search, and its time in the database."""

    milliseconds: float
    search: str
    statement: Statement


def plans_page() -> str:
    """Return a Markdown page with the plan of the slowest statement in each of the three slowest searches."""
    here = directories.grow_directories(directories.DIRECTORY_SIZES[-1])
    slowest = sorted((max(time_statements(name, act)) for name, act in timed_searches(here).items()), reverse=True)
    plans = "\n\n".join(
        f"## {statement.search}: {statement.milliseconds:.0f} ms\n\n```\n{explain_plan(statement)}\n```"
        for statement in slowest[:SEARCHES_SHOWN]
    )
    rows = "\n".join(f"| {statement.search} | {statement.milliseconds:.1f} |" for statement in slowest)
    largest, size = directories.share_services(directories.DIRECTORY_SIZES[-1])[0], directories.DIRECTORY_SIZES[-1]
    head = (
        "# Plans of the slowest searches\n\n"
        "Written by `python3 run.py bench search --plans benchmarks/plans.md`, in the\n"
        f"largest of {directories.AUTHORITIES} authorities, with {largest:,} of {size:,} services.\n"
    )
    return f"{head}\n| the slowest statement of | ms |\n|---|---|\n{rows}\n\n{plans}\n"


def timed_searches(here: Organisation) -> dict[str, Callable[[], object]]:
    at = clock.now()

    def finding(search: SearchCriteria, order: str = "") -> Callable[[], object]:
        return lambda: search_results.search_directory(
            here, search, sight=directory_search.PUBLIC_PRICE_VISIBILITY, at=at, order=order
        )

    searches = {f"search.{name}": finding(search(here)) for name, search in directory_search.SEARCHES.items()}
    searches["everything, by name"] = finding(SearchCriteria())
    searches["by price"] = finding(SearchCriteria(), SortOrder.PRICE)
    searches["search.facets"] = lambda: facets.count_facets(
        here, SearchCriteria(), sight=directory_search.PUBLIC_PRICE_VISIBILITY, at=at
    )
    return searches


def time_statements(name: str, act: Callable[[], object]) -> list[TimedStatement]:
    there = bare_connection()
    taken = []
    for query, parameters in capture_statements(act):
        if query.startswith("SELECT set_config"):
            # This applies to the whole connection, not only to one transaction.
            there.execute(query.replace("true)", "false)"), parameters)
            continue
        times = []
        for _ in range(TIMED_RUNS):
            began = time.perf_counter()
            there.execute(query, parameters or None, prepare=False).fetchall()
            times.append(time.perf_counter() - began)
        taken.append(TimedStatement(sorted(times)[TIMED_RUNS // 2] * 1000, name, (query, parameters)))
    return taken


def explain_plan(timed: TimedStatement) -> str:
    query, parameters = timed.statement
    rows = (
        bare_connection()
        .execute(f"EXPLAIN (ANALYZE, BUFFERS OFF) {query}", parameters or None, prepare=False)
        .fetchall()
    )
    return "\n".join(line[:MAX_LINE_LENGTH] for (line,) in rows)
