import csv
import io
import re
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.conf import settings
from django.http import Http404
from python_calamine import CalamineWorkbook

from calloff.web import spreadsheet_exports
from calloff.web.spreadsheet_exports import Column, export_response

ROWS = [
    ("Farm, Hill", 3, Decimal("45.50"), date(2026, 11, 27), datetime(2026, 7, 1, 8, 30, tzinfo=UTC), True),
    ("“Barn”", None, None, None, None, False),
]
TITLES = ("Site", "Places", "Price", "First day", "Answered", "Open")
COLUMNS = [Column(title, lambda row, place=place: row[place]) for place, title in enumerate(TITLES)]


def read(response):
    return list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))


def sheet_xml(response):
    with zipfile.ZipFile(io.BytesIO(response.content)) as parts:
        return parts.read("xl/worksheets/sheet1.xml").decode()


def test_csv_exports_have_a_byte_order_mark_and_iso_dates_and_local_times():
    response = export_response("sites", COLUMNS, ROWS)
    assert response.content.startswith("\ufeffSite,Places".encode())
    assert read(response) == [
        list(TITLES),
        ["Farm, Hill", "3", "45.50", "2026-11-27", "2026-07-01 09:30", "Yes"],
        ["“Barn”", "", "", "", "", "No"],
    ]
    assert response["Content-Disposition"] == 'attachment; filename="sites.csv"'
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["X-Content-Type-Options"] == "nosniff"


def test_xlsx_exports_have_the_same_columns_with_real_dates_and_numbers():
    response = export_response("free-places", COLUMNS, ROWS, "xlsx")
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(response.content)).get_sheet_by_name("Free places").to_python()
    assert sheet == [
        list(TITLES),
        ["Farm, Hill", 3, 45.5, date(2026, 11, 27), datetime.fromisoformat("2026-07-01 09:30"), "Yes"],
        ["“Barn”", "", "", "", "", "No"],
    ]
    assert response["Content-Disposition"] == 'attachment; filename="free-places.xlsx"'


def test_xlsx_exports_have_filters_and_suitable_column_widths():
    long = [("x" * 200, *ROWS[0][1:])]
    xml = sheet_xml(export_response("sites", COLUMNS, ROWS, "xlsx"))
    assert '<autoFilter ref="A1:F3"/>' in xml
    assert "ySplit" in xml, "the titles stay in view"
    widths = [float(width) for width in re.findall(r'<col [^>]*width="([\d.]+)"', xml)]
    assert len(widths) > 1
    assert min(widths) >= 8
    assert max(map(float, re.findall(r'width="([\d.]+)"', sheet_xml(export_response("a", COLUMNS, long, "xlsx"))))) < 62


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_no_exported_cell_can_run_as_a_formula(kind):
    cells = ("=1+1", "+44", "-x", "@x")
    columns = [Column(title, lambda row, place=place: row[place]) for place, title in enumerate("abcd")]
    response = export_response("x", columns, [cells], kind)
    if kind == "csv":
        assert read(response)[1] == ["'=1+1", "'+44", "'-x", "'@x"]
    else:
        assert "<f>" not in sheet_xml(response)
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(response.content)).get_sheet_by_index(0).to_python()
        assert sheet[1] == ["'=1+1", "'+44", "'-x", "'@x"]


def test_a_long_csv_is_sent_while_it_is_written_and_a_short_one_in_one_part(monkeypatch):
    monkeypatch.setattr(spreadsheet_exports, "ROWS_AT_A_TIME", 2)
    written = []

    def rows(number):
        for row in range(number):
            written.append(row)
            yield (row,)

    columns = [Column("Place", lambda row: row[0])]
    assert not export_response("places", columns, rows(2)).streaming
    written.clear()
    long = export_response("places", columns, rows(7))
    assert long.streaming
    assert len(written) == 4, "later rows are written while the file is sent"
    assert [part.decode("utf-8-sig").split() for part in long] == [["Place", "0", "1"], ["2", "3"], ["4", "5"], ["6"]]
    assert long["Content-Disposition"] == 'attachment; filename="places.csv"'


def test_only_one_module_writes_exports():
    writes = re.compile(r"^\s*(import|from) (csv|xlsxwriter)\b", re.MULTILINE)
    web = settings.BASE_DIR / "calloff" / "web"
    assert [path.name for path in web.rglob("*.py") if writes.search(path.read_text())] == ["spreadsheet_exports.py"]


def test_exports_in_other_file_types_return_404():
    with pytest.raises(Http404):
        export_response("x", COLUMNS, ROWS, "pdf")
