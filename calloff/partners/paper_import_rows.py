"""Parse the rows of a CSV file of paper agreements, and check each row against the schools register."""

import csv
import io
from collections.abc import Callable, Container, Mapping
from datetime import date
from typing import NamedTuple

from calloff.kernel import codes
from calloff.kernel.csv_text import decode_csv, detect_delimiter
from calloff.kernel.formatting import format_date
from calloff.kernel.lifecycles import Refused
from calloff.kernel.typed_dates import DATE_EXAMPLE, parse_date
from calloff.registers import queries as registers
from calloff.registers.import_errors import ImportFaults, quote_cell
from calloff.registers.models import School

URN_COLUMN, SIGNATORY_COLUMN, SIGNED_COLUMN, VERSION_COLUMN, ENDS_COLUMN, PDF_COLUMN = (
    "URN",
    "Signatory",
    "Signed on",
    "Version",
    "Ends on",
    "PDF",
)
REQUIRED_COLUMNS, KNOWN_COLUMNS = (
    (URN_COLUMN, SIGNATORY_COLUMN, SIGNED_COLUMN, VERSION_COLUMN, ENDS_COLUMN),
    (URN_COLUMN, SIGNATORY_COLUMN, SIGNED_COLUMN, VERSION_COLUMN, ENDS_COLUMN, PDF_COLUMN),
)
MAX_TABLE_BYTES = 2 * 1024 * 1024  # the maximum size of the CSV file, in bytes
MAX_CELL_LENGTH = 100  # characters
# the column, the error if its cell is empty, and the name of the value for the error if it is too long
TEXT_CELLS = (
    (SIGNATORY_COLUMN, "enter who signed the agreement.", "the name of the person who signed"),
    (VERSION_COLUMN, "enter the version of the agreement.", "the version"),
)


class PaperAgreementRow(NamedTuple):
    """One paper agreement from the file."""

    line: int
    school: School
    signatory: str
    signed_on: date
    version: str
    ends_on: date | None
    pdf: str

    @property
    def source(self) -> str:
        return f"Signed on paper by {self.signatory} on {format_date(self.signed_on)}: {self.version}"


def parse_paper_rows(
    content: bytes, name: str, faults: ImportFaults, *, today: date, pdfs: Container[str]
) -> list[PaperAgreementRow]:
    """Parse the rows of the file, and add a fault for each wrong cell.

    Raises Refused for a file that is wrong or too large.
    """
    if len(content) > MAX_TABLE_BYTES:
        raise Refused("The file is larger than 2 MB. Split it and upload the parts separately.", "file")
    text = decode_csv(content)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=detect_delimiter(text), strict=True)
    rows: list[PaperAgreementRow] = []
    try:
        header = [cell.strip() for cell in next(reader, [])]
        places = {column: _column_index(header, column) for column in KNOWN_COLUMNS}
        missing = [column for column in REQUIRED_COLUMNS if places[column] is None]
        if missing:
            raise Refused(
                f"The first line must have the column names {', '.join(REQUIRED_COLUMNS)}. Missing: "
                f"{', '.join(missing)}.",
                "file",
            )
        line_by_urn: dict[int, int] = {}
        line = reader.line_num + 1
        for cells in reader:
            if any(cell.strip() for cell in cells):
                values = {
                    c: cells[at].strip() if at is not None and at < len(cells) else "" for c, at in places.items()
                }
                row = _parse_row(values, line, name, faults, today=today, pdfs=pdfs)
                if row and row.school.urn in line_by_urn:
                    faults.add(name, line, URN_COLUMN, f"the school is already on line {line_by_urn[row.school.urn]}.")
                elif row:
                    line_by_urn[row.school.urn] = line
                    rows.append(row)
            line = reader.line_num + 1
    except csv.Error as error:
        faults.add(name, reader.line_num, "", f"this is not CSV ({error}). We did not read the rest of the file.")
    return rows


def _column_index(header: list[str], column: str) -> int | None:
    names = [cell.lower() for cell in header]
    return names.index(column.lower()) if column.lower() in names else None


def _parse_row(
    values: Mapping[str, str], line: int, name: str, faults: ImportFaults, *, today: date, pdfs: Container[str]
) -> PaperAgreementRow | None:
    before = faults.count

    def wrong(column: str, sentence: str) -> None:
        faults.add(name, line, column, sentence)

    number = codes.parse_urn(values[URN_COLUMN])
    school = registers.find_school(number) if number else None
    if school is None:
        wrong(URN_COLUMN, f"{quote_cell(values[URN_COLUMN])} is not the URN of a school in the register.")
    for column, empty, noun in TEXT_CELLS:
        if not values[column]:
            wrong(column, empty)
        elif len(values[column]) > MAX_CELL_LENGTH:
            wrong(column, f"{noun} must be {MAX_CELL_LENGTH} characters or fewer.")
    signed_on, ends_on = _parse_dates(values, wrong, today)
    if values[PDF_COLUMN] and values[PDF_COLUMN] not in pdfs:
        wrong(PDF_COLUMN, f"no file called {quote_cell(values[PDF_COLUMN])} was uploaded.")
    if school is None or signed_on is None or faults.count > before:
        return None
    return PaperAgreementRow(
        line, school, values[SIGNATORY_COLUMN], signed_on, values[VERSION_COLUMN], ends_on, values[PDF_COLUMN]
    )


def _parse_dates(
    values: Mapping[str, str], wrong: Callable[[str, str], None], today: date
) -> tuple[date | None, date | None]:
    signed_on, ends_on = parse_date(values[SIGNED_COLUMN]), parse_date(values[ENDS_COLUMN])
    if not values[SIGNED_COLUMN]:
        wrong(SIGNED_COLUMN, "enter the date the agreement was signed.")
    elif signed_on is None:
        wrong(SIGNED_COLUMN, f"{quote_cell(values[SIGNED_COLUMN])} is not {DATE_EXAMPLE}.")
    elif signed_on > today:
        wrong(SIGNED_COLUMN, "the date is in the future.")
    if values[ENDS_COLUMN] and ends_on is None:
        wrong(ENDS_COLUMN, f"{quote_cell(values[ENDS_COLUMN])} is not {DATE_EXAMPLE}.")
    if signed_on and ends_on and ends_on < signed_on:
        wrong(ENDS_COLUMN, "the end date is before the date the agreement was signed.")
    return signed_on, ends_on
