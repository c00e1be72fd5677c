"""Parse the rows of a term dates file.

Each row is one term, for one school or for all of an authority's schools. The columns are la_code (for example 938),
urn (that of the school, or empty), name, starts_on, ends_on (the last day) and closed_days (days in term time when the
school is closed, apart from weekends and bank holidays, separated by semicolons). Dates can be in any of the formats in
`kernel/typed_dates.py`.
"""

import re
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import NamedTuple

from calloff.kernel.typed_dates import DATE_EXAMPLE, parse_date
from calloff.registers.import_errors import ImportFaults, quote_cell

TERM_COLUMNS = ("la_code", "urn", "name", "starts_on", "ends_on", "closed_days")
MAX_TERM_LENGTH = timedelta(days=130)  # the year of a longer term is probably mistyped
MAX_TERM_NAME_LENGTH = 50  # characters


class TermRow(NamedTuple):
    """One term from a file."""

    line: int
    la_code: str
    urn: int | None
    name: str
    starts_on: date
    ends_on: date
    closed: frozenset[date]

    @property
    def whose(self) -> tuple[str, int | None]:
        return self.la_code, self.urn


def find_missing_columns(header: Sequence[str]) -> list[str]:
    """Return the required columns that are missing from a header."""
    named = {column.strip().lower() for column in header}
    return [column for column in TERM_COLUMNS if column not in named]


def parse_term_row(
    header: Sequence[str], cells: Sequence[str], line: int, part: str, faults: ImportFaults
) -> TermRow | None:
    """Parse a row into a term. If a cell is wrong, add a fault for each wrong cell and return None."""
    values = {name.strip().lower(): cell.strip() for name, cell in zip(header, cells, strict=False)}
    before = faults.count

    def wrong(column: str, sentence: str) -> None:
        faults.add(part, line, column, sentence)

    if len(cells) != len(header):
        wrong("", f"the row has {len(cells)} of {len(header)} columns.")
        return None
    if not re.fullmatch(r"[0-9]{3}", values["la_code"]):
        wrong("la_code", f"{quote_cell(values['la_code'])} is not a council’s 3-digit code.")
    if values["urn"] and not re.fullmatch(r"[0-9]{5,7}", values["urn"]):
        wrong("urn", f"{quote_cell(values['urn'])} is not the URN of a school.")
    if not values["name"]:
        wrong("name", "enter the name of the term.")
    elif len(values["name"]) > MAX_TERM_NAME_LENGTH:
        wrong("name", f"the name of the term must be {MAX_TERM_NAME_LENGTH} characters or fewer.")
    starts_on = _parse_day(values["starts_on"], "starts_on", wrong, empty="enter the first day of the term.")
    ends_on = _parse_day(values["ends_on"], "ends_on", wrong, empty="enter the last day of the term.")
    if starts_on is None or ends_on is None:
        return None
    if not starts_on <= ends_on <= starts_on + MAX_TERM_LENGTH:
        wrong(
            "ends_on",
            f"the last day must be the same as or after the first day, and within {MAX_TERM_LENGTH.days} days of it.",
        )
    closed = _parse_closed_days(values["closed_days"], starts_on, ends_on, wrong)
    if faults.count > before:
        return None
    urn = int(values["urn"]) if values["urn"] else None
    return TermRow(line, values["la_code"], urn, values["name"], starts_on, ends_on, closed)


def find_overlaps(rows: Sequence[TermRow], part: str, faults: ImportFaults) -> None:
    """Add a fault for each term that overlaps an earlier term of the same schools in the file."""
    ordered = sorted(rows, key=lambda row: (row.la_code, row.urn or 0, row.starts_on))
    for earlier, later in pairwise(ordered):
        if earlier.whose == later.whose and later.starts_on <= earlier.ends_on:
            faults.add(part, later.line, "starts_on", f"the term on line {earlier.line} overlaps with this term.")


def _parse_closed_days(text: str, first: date, last: date, wrong: Callable[[str, str], None]) -> frozenset[date]:
    days = [_parse_day(part.strip(), "closed_days", wrong) for part in text.split(";") if part.strip()]
    outside = [day for day in days if day and not first <= day <= last]
    for day in outside:
        wrong("closed_days", f"{day:%d/%m/%Y} is not in the term.")
    return frozenset(day for day in days if day)


def _parse_day(text: str, column: str, wrong: Callable[[str, str], None], *, empty: str = "") -> date | None:
    day = parse_date(text)
    if day is None and empty and not text:
        wrong(column, empty)
    elif day is None:
        wrong(column, f"{quote_cell(text)} is not {DATE_EXAMPLE}.")
    return day
