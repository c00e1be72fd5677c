"""The rows of a file of agreements that were signed on paper: each checked against the register of schools."""

import csv
import io
from collections.abc import Callable, Container, Mapping
from datetime import date
from typing import NamedTuple

from calloff.kernel import codes
from calloff.kernel.csv_text import delimiter_of, text_of
from calloff.kernel.formatting import day
from calloff.kernel.lifecycles import Refused
from calloff.kernel.typed_dates import LIKE, read_date
from calloff.registers import queries as registers
from calloff.registers.import_errors import Faults, quoted
from calloff.registers.models import School

URN, SIGNATORY, SIGNED, VERSION, ENDS, PDF = "URN", "Signatory", "Signed on", "Version", "Ends on", "PDF"
NEEDED, KNOWN = (URN, SIGNATORY, SIGNED, VERSION, ENDS), (URN, SIGNATORY, SIGNED, VERSION, ENDS, PDF)
LARGEST = 2 * 1024 * 1024  # bytes of the CSV
LONGEST = 100  # characters of a signatory or a version


class Row(NamedTuple):
    """One agreement on paper, as the file gives it."""

    line: int
    school: School
    signatory: str
    signed_on: date
    version: str
    ends_on: date | None
    pdf: str

    @property
    def source(self) -> str:
        return f"Signed on paper by {self.signatory} on {day(self.signed_on)}: {self.version}"


def rows_of(content: bytes, name: str, faults: Faults, *, today: date, pdfs: Container[str]) -> list[Row]:
    """Read the rows of the file; what is wrong with a row becomes a fault. Raises Refused where it is another file."""
    if len(content) > LARGEST:
        raise Refused("The file is larger than 2 MB. Split it, and send the parts one after another.", "file")
    text = text_of(content)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter_of(text), strict=True)
    found: list[Row] = []
    try:
        header = [cell.strip() for cell in next(reader, [])]
        places = {column: _place(header, column) for column in KNOWN}
        missing = [column for column in NEEDED if places[column] is None]
        if missing:
            raise Refused(
                f"The first line must name the columns {', '.join(NEEDED)}. Missing: {', '.join(missing)}.", "file"
            )
        seen: dict[int, int] = {}
        line = reader.line_num + 1
        for cells in reader:
            if any(cell.strip() for cell in cells):
                said = {c: cells[at].strip() if at is not None and at < len(cells) else "" for c, at in places.items()}
                row = _row(said, line, name, faults, today=today, pdfs=pdfs)
                if row and row.school.urn in seen:
                    faults.add(name, line, URN, f"the school is already on line {seen[row.school.urn]}.")
                elif row:
                    seen[row.school.urn] = line
                    found.append(row)
            line = reader.line_num + 1
    except csv.Error as error:
        faults.add(name, reader.line_num, "", f"this is not CSV ({error}). What follows was not read.")
    return found


def _place(header: list[str], column: str) -> int | None:
    names = [one.lower() for one in header]
    return names.index(column.lower()) if column.lower() in names else None


def _row(
    said: Mapping[str, str], line: int, name: str, faults: Faults, *, today: date, pdfs: Container[str]
) -> Row | None:
    before = faults.count

    def wrong(column: str, sentence: str) -> None:
        faults.add(name, line, column, sentence)

    number = codes.urn(said[URN])
    school = registers.school(number) if number else None
    if school is None:
        wrong(URN, f"{quoted(said[URN])} is not the URN of a school of the register.")
    for column in (SIGNATORY, VERSION):
        if not 0 < len(said[column]) <= LONGEST:
            wrong(column, f"give 1 to {LONGEST} characters.")
    signed_on, ends_on = _days(said, wrong, today)
    if said[PDF] and said[PDF] not in pdfs:
        wrong(PDF, f"no file {quoted(said[PDF])} was sent along.")
    if school is None or signed_on is None or faults.count > before:
        return None
    return Row(line, school, said[SIGNATORY], signed_on, said[VERSION], ends_on, said[PDF])


def _days(said: Mapping[str, str], wrong: Callable[[str, str], None], today: date) -> tuple[date | None, date | None]:
    signed_on, ends_on = read_date(said[SIGNED]), read_date(said[ENDS])
    if signed_on is None:
        wrong(SIGNED, f"{quoted(said[SIGNED])} is not {LIKE}.")
    elif signed_on > today:
        wrong(SIGNED, "the day lies in the future.")
    if said[ENDS] and ends_on is None:
        wrong(ENDS, f"{quoted(said[ENDS])} is not {LIKE}.")
    if signed_on and ends_on and ends_on < signed_on:
        wrong(ENDS, "it ends before it was signed.")
    return signed_on, ends_on
