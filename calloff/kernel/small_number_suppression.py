"""Hide figures in a table about children, so that no one can work out the size of a small group.

The table has groups in two dimensions (providers by markets), and totals, whose key is TOTAL. Groups with
too few children are hidden. Then other cells are also hidden, until each hidden cell could have more than
one value. For example, to hide a 4 that is part of a total of 12 has no effect if the other part, 8, is
shown. Official statistics call this primary and secondary suppression.

Each row or column, including its total, links its cells. The value of a hidden cell can be worked out
unless another value is possible. So each hidden cell must be on a closed path of hidden cells, along which
the values can alternately go up and down by one while every total stays the same. If there is no such path,
the cells of the path with the lowest cost are also hidden. The cost is low if the cells have few children,
and if they are groups rather than totals.
"""

import heapq
from collections.abc import Hashable, Iterable, Mapping
from typing import NamedTuple

TOTAL = None  # the key of the total of all groups in one dimension
Cell = tuple[Hashable, Hashable]  # (the group or TOTAL in one dimension, the group or TOTAL in the other)


SUPPRESSION_COSTS = (
    1,
    2,
    10,
)  # the cost per child of hiding a group, a total and the grand total
CellPlace = tuple[str, Hashable]  # one row or column


class CountTable(NamedTuple):
    """The cells that are not zero, by row and by column."""

    counts: Mapping[Cell, int]
    across: Mapping[CellPlace, list[Cell]]


def find_suppressed_cells(counts: Mapping[Cell, int], small: Iterable[Cell], *, fewest: int) -> frozenset[Cell]:
    """Return the cells to hide: the small ones, and others from which someone could work out the small
    ones.

    `counts` contains every cell and every total. Zeros are always shown. If a total is shown, its hidden
    parts add up to at least `fewest`, unless all of its parts are hidden.
    """
    table = _table(counts)
    hidden = {cell for cell in small if cell in table.counts}
    known = -1
    while len(hidden) > known:
        known = len(hidden)
        for cell in sorted(hidden, key=lambda one: (table.counts[one], repr(one))):
            hidden |= _way_round(table, hidden, cell)
        for whole, parts in _lines(table):
            if whole not in hidden:
                hidden |= _topped_up(table, hidden, parts, fewest)
    return frozenset(hidden)


def _table(counts: Mapping[Cell, int]) -> CountTable:
    there = {cell: counts[cell] for cell in sorted(counts, key=repr) if counts[cell]}
    across: dict[CellPlace, list[Cell]] = {}
    for row, column in there:
        across.setdefault(("row", row), []).append((row, column))
        across.setdefault(("column", column), []).append((row, column))
    return CountTable(there, across)


def _way_round(table: CountTable, hidden: set[Cell], start: Cell) -> set[Cell]:
    """Find the closed path with the lowest cost that lets the value of a cell change by one, and return its
    cells.
    """
    ways = (
        _back(table, hidden, start, more * _sign(start)) for more in (1, -1) if table.counts[start] + more > 0
    )  # fmt: skip
    found = [way for way in ways if way is not None]
    return min(found, key=lambda one: one[0])[1] if found else set()


def _back(table: CountTable, hidden: set[Cell], start: Cell, turn: int) -> tuple[int, set[Cell]] | None:
    """Find the path with the lowest cost from a cell's column back to its row, through cells whose values
    can change by one.

    Each step along a column or row reverses the direction of the change, so that every total stays the
    same.
    """
    goal: CellPlace = ("row", start[0])
    waiting: list[tuple[int, int, CellPlace, tuple[Cell, ...]]] = [(0, 0, ("column", start[1]), ())]
    reached: set[CellPlace] = set()
    number = 0
    while waiting:
        cost, _, place, way = heapq.heappop(waiting)
        if place == goal:
            return cost, set(way)
        if place in reached:
            continue
        reached.add(place)
        for cell in table.across[place]:
            down = place[0] == "column"
            there: CellPlace = ("row", cell[0]) if down else ("column", cell[1])
            change = (-turn if down else turn) * _sign(cell)
            if cell != start and there not in reached and table.counts[cell] + change > 0:
                number += 1  # If two paths have the same cost, the first one that was found is used.
                price = cost + (0 if cell in hidden else table.counts[cell] * SUPPRESSION_COSTS[cell.count(TOTAL)])
                heapq.heappush(waiting, (price, number, there, (*way, cell)))
    return None


def _sign(cell: Cell) -> int:
    """Return a cell's sign. A total has the opposite sign, because it changes together with its parts."""
    return -1 if (cell[0] is TOTAL) != (cell[1] is TOTAL) else 1


def _lines(table: CountTable) -> list[tuple[Cell, list[Cell]]]:
    """Return each total together with its parts.

    The grand total is returned twice, once for each dimension.
    """
    found: list[tuple[Cell, list[Cell]]] = []
    for (kind, name), cells in table.across.items():
        whole = (name, TOTAL) if kind == "row" else (TOTAL, name)
        found.append((whole, [cell for cell in cells if cell != whole]))
    return found


def _topped_up(table: CountTable, hidden: set[Cell], parts: list[Cell], fewest: int) -> set[Cell]:
    """Return the smallest visible part of a total, if it must also be hidden because the hidden parts add
    up to too little.
    """
    unseen = sum(table.counts[cell] for cell in parts if cell in hidden)
    shown = [cell for cell in parts if cell not in hidden]
    return {min(shown, key=lambda one: (table.counts[one], repr(one)))} if 0 < unseen < fewest and shown else set()
