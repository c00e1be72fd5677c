"""Tests that all the numbers shown together do not let anyone work out a small group that is hidden."""

from fractions import Fraction
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from calloff.kernel.small_number_suppression import TOTAL, find_suppressed_cells

FEWEST = 5


def table(groups):
    """Return all cells of a table {(row, column): count}, including its totals."""
    cells = {}
    for (row, column), count in groups.items():
        for cell in product((row, TOTAL), (column, TOTAL)):
            cells[cell] = cells.get(cell, 0) + count
    return {cell: count for cell, count in cells.items() if count}


def hidden_of(groups):
    cells = table(groups)
    return find_suppressed_cells(cells, {cell for cell, count in cells.items() if count < FEWEST}, fewest=FEWEST)


def sums(cells):
    """Return each row and each column as {cell: sign}. Its parts minus its total add up to zero."""
    rows, columns = {row for row, _ in cells}, {column for _, column in cells}
    lines = [{(row, column): -1 if column is TOTAL else 1 for column in columns} for row in rows]
    lines += [{(row, column): -1 if row is TOTAL else 1 for row in rows} for column in columns]
    return [{cell: sign for cell, sign in line.items() if cell in cells} for line in lines]


def computable(cells, hidden):
    """Return the hidden cells that can be worked out from the other cells, by Gaussian elimination with fractions."""
    unknown = sorted(hidden, key=repr)
    rows = [[Fraction(line.get(cell, 0)) for cell in unknown] for line in sums(cells)]
    pivots = {}
    for place in range(len(unknown)):
        pivot = next((row for row in rows if row[place] and not any(row is one for one in pivots.values())), None)
        if pivot is None:
            continue
        pivot[:] = [value / pivot[place] for value in pivot]
        for row in rows:
            if row is not pivot and row[place]:
                row[:] = [value - row[place] * by for value, by in zip(row, pivot, strict=True)]
        pivots[place] = pivot
    return {unknown[place] for place, row in pivots.items() if sum(bool(value) for value in row) == 1}


def others(cells, hidden, cell):
    """Return whether a hidden cell could have another value above 0 with which the numbers shown still agree."""
    unknown = sorted(hidden, key=lambda one: (one != cell, repr(one)))
    lines = [line for line in sums(cells) if any(one in hidden for one in line)]
    near = {one: [n for n in range(max(1, cells[one] - 2), cells[one] + 3)] for one in unknown}

    def fits(found, place):
        if place == len(unknown):
            return all(sum(sign * found.get(one, cells[one]) for one, sign in line.items()) == 0 for line in lines)
        for line in lines:
            if all(one in found or one not in hidden for one in line) and (
                sum(sign * found.get(one, cells[one]) for one, sign in line.items())
            ):
                return False
        one = unknown[place]
        return any(fits(found | {one: n}, place + 1) for n in near[one] if one != cell or n != cells[one])

    return fits({}, 0)


counts = st.sampled_from([0, 0, 1, 1, 2, 3, 4, 5, 8, 13])


@st.composite
def tables(draw):
    rows, columns = draw(st.integers(1, 4)), draw(st.integers(1, 3))
    return {(row, f"m{column}"): draw(counts) for row in range(rows) for column in range(columns)}


@settings(max_examples=300, deadline=None)
@given(tables())
def test_a_hidden_number_cannot_be_calculated_from_the_others(groups):
    cells, hidden = table(groups), hidden_of(groups)
    assert {cell for cell, count in cells.items() if count < FEWEST} <= hidden
    assert not computable(cells, hidden)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from([1, 1, 2, 3, 4, 5, 8, 13]), min_size=1, max_size=5))
def test_a_hidden_number_cannot_be_calculated_even_though_numbers_are_whole(several):
    groups = {(row, "m"): count for row, count in enumerate(several)}
    cells, hidden = table(groups), hidden_of(groups)
    for cell in hidden:
        assert others(cells, hidden, cell), (several, cell)


@settings(max_examples=200, deadline=None)
@given(tables())
def test_the_hidden_part_of_a_total_is_not_small(groups):
    cells, hidden = table(groups), hidden_of(groups)
    for line in sums(cells):
        whole = [cell for cell, sign in line.items() if sign < 0]
        parts = [cells[cell] for cell, sign in line.items() if sign > 0 and cell in hidden]
        if parts and whole and whole[0] not in hidden:
            assert sum(parts) >= FEWEST


def test_in_a_total_of_twelve_a_group_of_eight_is_hidden_if_the_other_group_has_four():
    assert hidden_of({("a", "m"): 8, ("b", "m"): 4}) >= {("a", TOTAL), ("b", TOTAL)}
    assert (TOTAL, TOTAL) not in hidden_of({("a", "m"): 8, ("b", "m"): 4})


def test_hiding_a_small_group_also_hides_the_next_smallest_group():
    groups = {("a", "m"): 20, ("b", "m"): 4, ("c", "m"): 7}
    assert {row for row, _ in hidden_of(groups)} == {"b", "c"}


def test_two_small_groups_that_add_up_to_five_hide_no_other_group():
    assert {row for row, _ in hidden_of({("a", "m"): 20, ("b", "m"): 4, ("c", "m"): 3})} == {"b", "c"}


def test_if_all_the_hidden_groups_have_one_child_one_more_group_is_hidden():
    ones = {(row, "m"): 1 for row in "abcde"}
    assert ("f", TOTAL) in hidden_of(ones | {("f", "m"): 9})


def test_a_small_group_in_one_market_cannot_be_calculated_by_comparing_two_pages():
    """Otherwise, the page for one market would show 9 children at a provider, and the page for all markets would
    show 12.
    """
    groups = {("a", "m1"): 9, ("a", "m2"): 3, ("b", "m1"): 10, ("b", "m2"): 11}
    hidden = hidden_of(groups)
    assert ("a", "m2") in hidden
    assert not computable(table(groups), hidden)


def test_everything_is_shown_if_no_group_is_small():
    assert not hidden_of({("a", "m1"): 5, ("a", "m2"): 7, ("b", "m1"): 6})
    assert not find_suppressed_cells({}, set(), fewest=FEWEST)
