"""Rules that change over time, as rows.

Each is valid from its day until the next one starts, and no row is ever edited.
"""

from collections.abc import Iterable
from datetime import date
from typing import Protocol, TypeVar


class DatedRow(Protocol):
    """A row of a rule: a named tuple or frozen dataclass that has its first valid day."""

    @property
    def valid_from(self) -> date: ...


Row = TypeVar("Row", bound=DatedRow)


def row_valid_on(rows: Iterable[Row], day: date) -> Row:
    """Return the row that is valid on a day, which is the latest to have started. The rows can be in any order.

    Raises LookupError for a day before the first row starts. Callers that want the first row in that case must handle
    it themselves.
    """
    begun = [row for row in rows if row.valid_from <= day]
    if not begun:
        raise LookupError(f"No row is valid on {day}.")
    return max(begun, key=lambda row: row.valid_from)
