"""Rules that change over time, as rows: each is valid from its day until the next starts, and no row is ever edited."""

from collections.abc import Iterable
from datetime import date
from typing import Protocol, TypeVar


class DatedRow(Protocol):
    """A row of a rule: a named tuple or a frozen dataclass with the first day on which it is valid."""

    @property
    def valid_from(self) -> date: ...


Row = TypeVar("Row", bound=DatedRow)


def row_valid_on(rows: Iterable[Row], day: date) -> Row:
    """Find the row that is valid on a day: the latest that had started, in whatever order the rows are listed.

    Raises LookupError before the first row starts. Callers that want the first row even then say so themselves.
    """
    begun = [row for row in rows if row.valid_from <= day]
    if not begun:
        raise LookupError(f"No row is valid on {day}.")
    return max(begun, key=lambda row: row.valid_from)
