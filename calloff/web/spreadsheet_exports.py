"""A list as a file to save. Anyone who calls has narrowed the rows as the page does, so that it holds exactly those."""

import csv
from collections.abc import Iterable
from decimal import Decimal
from io import BytesIO

import xlsxwriter  # type: ignore[import-untyped]
from django.http import HttpResponse

from calloff.questions.answers import neutralise_formula

XLSX_CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MAX_CELL_LENGTH = 32_767  # characters: what the format holds


def csv_response(name: str, header: Iterable[str], rows: Iterable[Iterable[object]]) -> HttpResponse:
    """Answer with rows as CSV in which no cell is a formula, whatever was typed into it. Nothing (None) is empty."""
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["X-Content-Type-Options"] = "nosniff"
    sheet = csv.writer(answer)
    sheet.writerow(header)
    sheet.writerows(["" if cell is None else neutralise_formula(str(cell)) for cell in row] for row in rows)
    return answer


def xlsx_response(name: str, title: str, header: Iterable[str], rows: Iterable[Iterable[object]]) -> HttpResponse:
    """Answer with rows as a sheet of XLSX: numbers are numbers, every text is text, and nothing is a formula or a link.

    A text that looks like a formula is marked as in CSV, for the sheet may be saved as that.
    """
    kept = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(kept, options) as book:
        sheet, bold = book.add_worksheet(title), book.add_format({"bold": True})
        sheet.freeze_panes(1, 0)
        for column, words in enumerate(header):
            sheet.write_string(0, column, words, bold)
        for place, row in enumerate(rows, 1):
            for column, cell in enumerate(row):
                if isinstance(cell, int | float | Decimal) and not isinstance(cell, bool):
                    sheet.write_number(place, column, cell)
                elif cell is not None and cell != "":
                    sheet.write_string(place, column, neutralise_formula(str(cell))[:MAX_CELL_LENGTH])
    answer = HttpResponse(kept.getvalue(), content_type=XLSX_CONTENT_TYPE)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
