"""Rules that change over time, stored as dated rows.

Each row is valid from its first day until the next row starts, and no row is ever edited.
"""

from collections.abc import Iterable
from datetime import date
from typing import Protocol, TypeVar


class DatedRow(Protocol):
    """A row that is valid from a certain day: a named tuple or frozen dataclass with a `valid_from` date."""

    @property
    def valid_from(self) -> date: ...


Row = TypeVar("Row", bound=DatedRow)


def row_valid_on(rows: Iterable[Row], day: date) -> Row:
    """Return the row that is valid on a day: of the rows that have started by then, the latest.

    The rows can be in any order. Raises LookupError for a day before the first row starts. If the first row
    should apply to such a day, the caller must catch this error.
    """
    begun = [row for row in rows if row.valid_from <= day]
    if not begun:
        raise LookupError(f"No row is valid on {day}.")
    return max(begun, key=lambda row: row.valid_from)
