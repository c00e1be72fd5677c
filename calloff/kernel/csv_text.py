"""Decode tables from spreadsheet programs, so that every import accepts the same files.

Excel saves “CSV UTF-8” with a byte order mark, “Unicode Text” as UTF-16 with tabs, and plain “CSV” in a
Windows encoding.
"""

from calloff.kernel.lifecycles import Refused

UTF_16_BYTE_ORDER_MARKS = (b"\xff\xfe", b"\xfe\xff")  # the byte order marks of UTF-16
# the first bytes of an .xlsx or .ods file, and of an .xls file
WORKBOOK_SIGNATURES = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
WORKBOOK_REFUSAL = (
    "This file is a spreadsheet workbook, not a CSV file. In Excel, choose File, then Save As, then “CSV UTF-8”. "
    "Upload the file you have saved."
)
NOT_A_TABLE_REFUSAL = "We cannot read this file. Save the table as “CSV UTF-8” and upload it again."


def decode_csv(content: bytes, *, field: str = "file") -> str:
    """Decode a CSV file. Raises Refused for a workbook, and for anything else that is not text."""
    if content.startswith(WORKBOOK_SIGNATURES):
        raise Refused(WORKBOOK_REFUSAL, field)
    try:
        text = content.decode("utf-16" if content.startswith(UTF_16_BYTE_ORDER_MARKS) else "utf-8-sig")
    except UnicodeDecodeError:
        if content.startswith(UTF_16_BYTE_ORDER_MARKS):
            raise Refused(NOT_A_TABLE_REFUSAL, field) from None
        text = content.decode("cp1252", "replace")
    if "\x00" in text:
        raise Refused(NOT_A_TABLE_REFUSAL, field)
    return text


def detect_delimiter(text: str) -> str:
    """Return the separator that the first line uses: a comma, a tab or a semicolon."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    return max("\t;,", key=first.count) if any(mark in first for mark in "\t;,") else ","
