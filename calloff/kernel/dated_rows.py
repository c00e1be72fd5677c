"""Rules that change over time, stored as dated rows.

Each row is valid from its first day until the next row starts, and no row is ever edited.
"""

from collections.abc import Iterable
from datetime import date
from typing import Protocol, TypeVar


class DatedRow(Protocol):
    """One dated row: a named tuple or frozen dataclass with the first day on which it is valid."""

    @property
    def valid_from(self) -> date: ...


Row = TypeVar("Row", bound=DatedRow)


def row_valid_on(rows: Iterable[Row], day: date) -> Row:
    """Return the row that is valid on a day: the latest row that has started by then.

    The rows can be in any order. Raises LookupError for a day before the first row. A caller that needs the first row
    in that case must catch the error.
    """
    begun = [row for row in rows if row.valid_from <= day]
    if not begun:
        raise LookupError(f"No row is valid on {day}.")
    return max(begun, key=lambda row: row.valid_from)
