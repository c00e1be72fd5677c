"""Export lists as CSV or XLSX files, from one table of columns.

    COLUMNS = (
        Column("Reference", lambda member: member.reference),
        Column("Joined", lambda member: local_day(member.joined_at)),
    )
    return export_response("members", COLUMNS, rows)

A column returns a value and not formatted text, because both formats write dates as dates and numbers as numbers. The
caller filters the rows as the page does, so that the file has exactly the same rows.
"""

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from itertools import chain, islice
from typing import Any, Generic, TypeVar

import xlsxwriter  # type: ignore[import-untyped]
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.timezone import localtime, make_naive

from calloff.questions.answers import neutralise_formula

Row = TypeVar("Row")
CellValue = str | int | float | Decimal | date | datetime | None  # a bool is written as “Yes” or “No”

CSV_CONTENT_TYPE = "text/csv; charset=utf-8"
XLSX_CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BYTE_ORDER_MARK = "\ufeff"  # this mark tells Excel that the file is in UTF-8
MAX_CELL_LENGTH = 32_767  # the maximum length of a cell in an XLSX file, in characters
MIN_WIDTH, MAX_WIDTH = 8, 60  # a column's width, in characters
FIRST_XLSX_YEAR = 1900  # XLSX cannot store earlier dates
XLSX_DATE_FORMAT, XLSX_TIME_FORMAT = "d mmm yyyy", "d mmm yyyy hh:mm"
ROWS_AT_A_TIME = 1_000
CSV_TIME_FORMAT = "%Y-%m-%d %H:%M"


@dataclass(frozen=True)
class Column(Generic[Row]):
    """One column in an export: its title, and a function that returns a row's value."""

    title: str
    value: Callable[[Row], CellValue]


def export_response(
    name: str, columns: Sequence[Column[Any]], rows: Iterable[Any], kind: str = "csv"
) -> HttpResponseBase:
    """Return a file with one line for each row. `name` has no extension. `kind` is “csv” or “xlsx”.

    A long CSV file is sent while it is being written. Text in a cell never becomes a formula or a link, whatever a
    person typed. Raises Http404 for another kind.
    """
    if kind not in WRITERS:
        raise Http404
    content_type, write = WRITERS[kind]
    if isinstance(rows, QuerySet):  # a long list never has all its rows in memory
        rows = rows.iterator(chunk_size=ROWS_AT_A_TIME)
    cells = ([_cell(column.value(row)) for column in columns] for row in rows)
    parts = iter(write(name, [column.title for column in columns], cells))
    first, second = next(parts), next(parts, None)
    response: HttpResponseBase
    if second is None:  # in one part, so that an error still shows the error page
        response = HttpResponse(first, content_type=content_type)
    else:
        response = StreamingHttpResponse(chain((first, second), parts), content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _cell(value: CellValue) -> CellValue:
    """Return a value as the file stores it.

    Times are in local time, text cannot become a formula, and None means no value.
    """
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, datetime):
        return make_naive(localtime(value))
    if value is None or isinstance(value, int | float | Decimal | date):
        return value
    return neutralise_formula(str(value)) or None


def _write_csv(name: str, titles: list[str], rows: Iterable[list[CellValue]]) -> Iterator[str]:
    """Return the file in parts of up to ROWS_AT_A_TIME rows."""
    lines = ([_csv_text(cell) for cell in row] for row in rows)
    part, batch = _Lines([BYTE_ORDER_MARK]), [titles, *islice(lines, ROWS_AT_A_TIME)]
    while batch:
        csv.writer(part).writerows(batch)
        yield "".join(part)
        part, batch = _Lines(), list(islice(lines, ROWS_AT_A_TIME))


def _csv_text(cell: CellValue) -> str:
    if isinstance(cell, datetime):
        return cell.strftime(CSV_TIME_FORMAT)
    return "" if cell is None else str(cell)  # the width of a date in ISO format: 2026-11-27


class _Lines(list[str]):
    """A list to which csv.writer can write lines."""

    write = list.append


def _write_xlsx(name: str, titles: list[str], rows: Iterable[list[CellValue]]) -> tuple[bytes]:
    kept = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(kept, options) as book:
        sheet = book.add_worksheet(name.replace("-", " ").capitalize())
        bold, day, time = (
            book.add_format(style)
            for style in ({"bold": True}, {"num_format": XLSX_DATE_FORMAT}, {"num_format": XLSX_TIME_FORMAT})
        )
        sheet.freeze_panes(1, 0)
        widths = [max(MIN_WIDTH, len(title) + 3) for title in titles]  # leaves room for the filter's arrow
        for place, title in enumerate(titles):
            sheet.write_string(0, place, title, bold)
        last = 0
        for line, row in enumerate(rows, 1):
            last = line
            for place, cell in enumerate(row):
                widths[place] = max(widths[place], _width(cell))
                if isinstance(cell, int | float | Decimal):
                    sheet.write_number(line, place, cell)
                elif isinstance(cell, date) and cell.year >= FIRST_XLSX_YEAR:
                    sheet.write_datetime(line, place, cell, time if isinstance(cell, datetime) else day)
                elif cell is not None:
                    sheet.write_string(line, place, str(cell)[:MAX_CELL_LENGTH])
        sheet.autofilter(0, 0, last, len(titles) - 1)
        for place, width in enumerate(widths):
            sheet.set_column(place, place, min(width, MAX_WIDTH))
    return (kept.getvalue(),)


def _width(cell: CellValue) -> int:
    """Return the width that a cell needs, in characters."""
    if isinstance(cell, datetime):
        return len(XLSX_TIME_FORMAT) + 1
    return len(XLSX_DATE_FORMAT) + 1 if isinstance(cell, date) else len(str(cell or "")) + 1


Writer = Callable[[str, list[str], Iterable[list[CellValue]]], Iterable[str] | Iterable[bytes]]
WRITERS: dict[str, tuple[str, Writer]] = {
    "csv": (CSV_CONTENT_TYPE, _write_csv),
    "xlsx": (XLSX_CONTENT_TYPE, _write_xlsx),
}
