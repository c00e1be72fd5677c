import csv
import io

from calloff.web.spreadsheet_exports import csv_response


def read(answer):
    return list(csv.reader(io.StringIO(answer.content.decode())))


def test_rows_come_back_as_they_were():
    answer = csv_response("sites.csv", ("Site", "Places"), [("Farm, Hill", 3), ("“Barn”", None)])
    assert read(answer) == [["Site", "Places"], ["Farm, Hill", "3"], ["“Barn”", ""]]
    assert answer["Content-Disposition"] == 'attachment; filename="sites.csv"'
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_no_cell_is_a_formula():
    [_, cells] = read(csv_response("x.csv", ("a", "b", "c", "d"), [("=1+1", "+44", "-x", "@x")]))
    assert cells == ["'=1+1", "'+44", "'-x", "'@x"]
