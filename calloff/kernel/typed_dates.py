"""Parse dates in tables: dates as people in the UK write them, ISO 8601 dates, and Excel's numbers."""

import calendar
import re
from datetime import date, timedelta

# the end of an error about a value that is not a date, which says what to enter instead
DATE_EXAMPLE = "a date like 1/9/2026 or 2026-09-01"
EXCEL_EPOCH = date(1899, 12, 30)  # Day 0 of an Excel workbook. With this day, dates from 1 March 1900 are correct.
# from October 1954 to the end of 2099, because tables do not contain other dates
EXCEL_SERIAL_RANGE = range(20_000, 73_051)
MONTH_NAMES = tuple(name.lower() for name in calendar.month_name)
MIN_MONTH_LETTERS = 3  # the minimum number of letters for a month, because “Ju” could be two months

_MIDNIGHT = re.compile(r"[T ]0?0:00(:00(\.0+)?)?$")
_SERIAL = re.compile(r"([0-9]{5})(\.0+)?")
_ISO = re.compile(r"([0-9]{4})([-/.]?)([0-9]{1,2})\2([0-9]{1,2})")
_UK = re.compile(r"([0-9]{1,2})[-/. ]([0-9]{1,2})[-/. ]([0-9]{4}|[0-9]{2})")
_IN_WORDS = re.compile(
    r"(?:[A-Za-z]+,? )?([0-9]{1,2})(?:st|nd|rd|th)?[-/. ]*([A-Za-z]{3,9})\.?,?[-/. ]*([0-9]{4}|[0-9]{2})"
)


def parse_date(text: str) -> date | None:
    """Parse a date. Returns None if the text is not a date.

    The day comes before the month, so 03/04/2026 is 3 April. A two-digit year up to 68 is in this century, and 69 or
    later is in the last century.
    """
    typed = _MIDNIGHT.sub("", " ".join(text.split()))
    if found := _SERIAL.fullmatch(typed):
        number = int(found[1])
        return EXCEL_EPOCH + timedelta(days=number) if number in EXCEL_SERIAL_RANGE else None
    if found := _ISO.fullmatch(typed):
        return _date(found[1], int(found[3]), found[4])
    if found := _UK.fullmatch(typed):
        return _date(found[3], int(found[2]), found[1])
    if found := _IN_WORDS.fullmatch(typed):
        return _date(found[3], _month(found[2]), found[1])
    return None


def _month(word: str) -> int:
    """Return the number of a month, given its name or the start of its name, or 0 if there is no such
    month.
    """
    several = [number for number, name in enumerate(MONTH_NAMES) if name and name.startswith(word.lower())]
    return several[0] if len(several) == 1 and len(word) >= MIN_MONTH_LETTERS else 0


def _date(year: str, month: int, day: str) -> date | None:
    whole = int(year)
    if len(year) == 2:  # noqa: PLR2004  (digits)
        whole += 2000 if whole < 69 else 1900  # noqa: PLR2004  (as %y does in POSIX)
    try:
        return date(whole, month, int(day))
    except ValueError:
        return None
