"""Which figures of a table of children are not shown, so that none of a small group can be worked out from the rest.

The table has groups both ways (providers by markets) with their sums: ALL stands for a sum. A group of too few is not
shown; nor is as much else as it takes that what is not shown could be otherwise. Anyone who hides 4 of 12 beside an 8
has hidden nothing. Common practice of official statistics: primary and secondary suppression.

Each line of the table (a group with its parts and their sum) ties its cells together. What is not shown can be worked
out just where no other values would fit. So for each cell that is not shown there must be a way round through others
that are not shown either, on which one more here is one less there, and every line still adds up. Where there is none,
the cheapest way round is hidden too: that which hides the fewest children, and rather groups than their sums.
"""

import heapq
from collections.abc import Hashable, Iterable, Mapping
from typing import NamedTuple

TOTAL = None  # the sum over all groups of one side
Cell = tuple[Hashable, Hashable]  # (group of the one side or ALL, group of the other side or ALL)


SUPPRESSION_COSTS = (
    1,
    2,
    10,
)  # of a cell, a sum and the sum of all to the person who reads it, for each child in it: what is dear stays
CellPlace = tuple[str, Hashable]  # a row or a column


class CountTable(NamedTuple):
    """The cells that are not nought, and those of each row and each column."""

    counts: Mapping[Cell, int]
    across: Mapping[CellPlace, list[Cell]]


def find_suppressed_cells(counts: Mapping[Cell, int], small: Iterable[Cell], *, fewest: int) -> frozenset[Cell]:
    """Return the cells that are not to be shown: the small ones, and those from which they could be worked out.

    `counts` holds every cell and every sum; a nought is shown. Nor do those parts of a sum that is shown which are not
    add up to fewer than `fewest`.
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
    """Find the cheapest way from a cell, with one more in it or one less, back to itself, and return what is on it."""
    ways = (
        _back(table, hidden, start, more * _sign(start)) for more in (1, -1) if table.counts[start] + more > 0
    )  # fmt: skip
    found = [way for way in ways if way is not None]
    return min(found, key=lambda one: one[0])[1] if found else set()


def _back(table: CountTable, hidden: set[Cell], start: Cell, turn: int) -> tuple[int, set[Cell]] | None:
    """Walk from the column of a cell back to its row, by cells that can give or take one, at the least cost.

    Down a column the signs turn, along a row they turn back: so that each line adds up as before.
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
                number += 1  # of two ways that cost the same, the one that was found first
                price = cost + (0 if cell in hidden else table.counts[cell] * SUPPRESSION_COSTS[cell.count(TOTAL)])
                heapq.heappush(waiting, (price, number, there, (*way, cell)))
    return None


def _sign(cell: Cell) -> int:
    """A sum stands on the other side of its line: where its parts grow by one, so does it."""
    return -1 if (cell[0] is TOTAL) != (cell[1] is TOTAL) else 1


def _lines(table: CountTable) -> list[tuple[Cell, list[Cell]]]:
    """Return each sum with its parts, twice for the sum of all: over the one side, and over the other."""
    found: list[tuple[Cell, list[Cell]]] = []
    for (kind, name), cells in table.across.items():
        whole = (name, TOTAL) if kind == "row" else (TOTAL, name)
        found.append((whole, [cell for cell in cells if cell != whole]))
    return found


def _topped_up(table: CountTable, hidden: set[Cell], parts: list[Cell], fewest: int) -> set[Cell]:
    """Hide the smallest part of a sum that is still shown, where those that are not add up to too few."""
    unseen = sum(table.counts[cell] for cell in parts if cell in hidden)
    shown = [cell for cell in parts if cell not in hidden]
    return {min(shown, key=lambda one: (table.counts[one], repr(one)))} if 0 < unseen < fewest and shown else set()
