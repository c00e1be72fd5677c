"""Tests for decoding tables from spreadsheet programs."""

import io

import pytest
import xlsxwriter

from calloff.kernel.csv_text import decode_csv, detect_delimiter
from calloff.kernel.lifecycles import Refused

TABLE = "Name,Café\r\nAda,“one”\r\n"


def workbook():
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as made:
        made.add_worksheet().write(0, 0, "Name")
    return file.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_table_can_be_read_in_any_common_encoding_and_format(encoding):
    assert decode_csv(TABLE.encode(encoding)) == TABLE


def test_utf_16_text_is_recognised_by_its_byte_order_mark():
    for mark, encoding in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        assert decode_csv(mark + TABLE.encode(encoding)) == TABLE


@pytest.mark.parametrize("content", [workbook(), b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 an old workbook"])
def test_importing_an_excel_workbook_is_refused_with_advice(content):
    with pytest.raises(Refused, match="Save As, then “CSV UTF-8”"):
        decode_csv(content)


@pytest.mark.parametrize("content", [b"a,b\x00c\n", b"\xff\xfea"])
def test_a_file_that_is_not_text_is_refused(content):
    with pytest.raises(Refused, match="We cannot read this file"):
        decode_csv(content)


@pytest.mark.parametrize(
    ("text", "mark"), [("a,b\nc;d;e", ","), ("a\tb, c\td", "\t"), ("\n a;b;c", ";"), ("alone", ","), ("", ",")]
)
def test_the_separator_in_the_first_line_applies_to_the_whole_file(text, mark):
    assert detect_delimiter(text) == mark
