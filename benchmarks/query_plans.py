"""How the database goes about the slowest statements of a search, at the largest directory: docs/plans.md."""

import time
from collections.abc import Callable
from typing import NamedTuple

from benchmarks import directories, directory_search
from benchmarks.fixtures import Statement, bare, statements_of
from calloff.directory import facets, search_results
from calloff.directory.search_criteria import Search
from calloff.directory.search_results import Order
from calloff.kernel import clock

SHOWN = 3
TIMES = 5  # each statement is run: the middle one counts
LONGEST = 150  # characters of a line of a plan


class Taken(NamedTuple):
    """One statement of a search, and how long the database takes over it."""

    milliseconds: float
    search: str
    statement: Statement


def written() -> str:
    """Return the plans of the slowest statement of each of the three slowest searches, as a page of docs."""
    here = directories.grown(directories.SIZES[-1])
    slowest = sorted((max(timed(name, act)) for name, act in searches(here).items()), reverse=True)
    several = "\n\n".join(
        f"## {one.search}: {one.milliseconds:.0f} ms\n\n```\n{plan(one)}\n```" for one in slowest[:SHOWN]
    )
    every = "\n".join(f"| {one.search} | {one.milliseconds:.1f} |" for one in slowest)
    largest, size = directories.shares(directories.SIZES[-1])[0], directories.SIZES[-1]
    head = (
        "# Plans of the slowest searches\n\nWritten by `python3 run.py bench search --plans docs/plans.md`, in the\n"
        f"largest of {directories.AUTHORITIES} authorities, with {largest:,} of {size:,} services.\n"
    )
    return f"{head}\n| the slowest statement of | ms |\n|---|---|\n{every}\n\n{several}\n"


def searches(here: object) -> dict[str, Callable[[], object]]:
    at = clock.now()

    def finding(search: Search, order: str = "") -> Callable[[], object]:
        return lambda: search_results.find(here, search, sight=directory_search.ANYBODY, at=at, order=order)  # type: ignore[arg-type]

    several = {f"search.{name}": finding(search(here)) for name, search in directory_search.SEARCHES.items()}  # type: ignore[arg-type]
    several["everything, by name"] = finding(Search())
    several["by price"] = finding(Search(), Order.PRICE)
    several["search.facets"] = lambda: facets.facets(here, Search(), sight=directory_search.ANYBODY, at=at)  # type: ignore[arg-type]
    return several


def timed(name: str, act: Callable[[], object]) -> list[Taken]:
    there = bare()
    taken = []
    for query, parameters in statements_of(act):
        if query.startswith("SELECT set_config"):
            there.execute(query.replace("true)", "false)"), parameters)  # for the whole connection, not one transaction
            continue
        several = []
        for _ in range(TIMES):
            began = time.perf_counter()
            there.execute(query, parameters or None, prepare=False).fetchall()
            several.append(time.perf_counter() - began)
        taken.append(Taken(sorted(several)[TIMES // 2] * 1000, name, (query, parameters)))
    return taken


def plan(one: Taken) -> str:
    query, parameters = one.statement
    rows = bare().execute(f"EXPLAIN (ANALYZE, BUFFERS OFF) {query}", parameters or None, prepare=False).fetchall()
    return "\n".join(line[:LONGEST] for (line,) in rows)
