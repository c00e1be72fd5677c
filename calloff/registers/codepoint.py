"""Postcodes from OS Code-Point Open: recognise the layout of a file and parse its rows.

Files straight from Ordnance Survey have ten columns and no header. Files in the installed package have the first four
of these columns. Any other file must have a header with the names of the columns.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from calloff.kernel import codes
from calloff.kernel.geography import Point, is_on_national_grid
from calloff.registers.import_errors import quote_cell

POSTCODE_COLUMN, QUALITY_COLUMN = "Postcode", "Positional_quality_indicator"
EASTING_COLUMN, NORTHING_COLUMN = "Eastings", "Northings"
COUNTRY_COLUMN, DISTRICT_COLUMN = "Country_code", "Admin_district_code"
CODEPOINT_COLUMNS = (
    POSTCODE_COLUMN, QUALITY_COLUMN, EASTING_COLUMN, NORTHING_COLUMN, COUNTRY_COLUMN,
    "NHS_regional_HA_code", "NHS_HA_code", "Admin_county_code", DISTRICT_COLUMN, "Admin_ward_code",
)  # fmt: skip
CODEPOINT_HEADINGS = {
    "postcode": POSTCODE_COLUMN, "pc": POSTCODE_COLUMN,
    "positional_quality_indicator": QUALITY_COLUMN, "quality": QUALITY_COLUMN, "pq": QUALITY_COLUMN,
    "eastings": EASTING_COLUMN, "easting": EASTING_COLUMN, "ea": EASTING_COLUMN,
    "northings": NORTHING_COLUMN, "northing": NORTHING_COLUMN, "no": NORTHING_COLUMN,
    "country_code": COUNTRY_COLUMN, "cy": COUNTRY_COLUMN,
    "admin_district_code": DISTRICT_COLUMN, "district_code": DISTRICT_COLUMN, "dc": DISTRICT_COLUMN,
}  # fmt: skip
REQUIRED_CODEPOINT_COLUMNS = (POSTCODE_COLUMN, EASTING_COLUMN, NORTHING_COLUMN)
NO_COORDINATES = "90"
AREA_CODE_LENGTH = 9

# The Open Government Licence requires this text on every page that shows results based on the data.
ATTRIBUTION = (
    "Contains OS data © Crown copyright and database right. "
    "Contains Royal Mail data © Royal Mail copyright and database right. "
    "Contains National Statistics data © Crown copyright and database right."
)

ReportFault = Callable[[str, str], None]  # called with the column and a sentence about the fault in it


class CodepointLayout(NamedTuple):
    """The position of each column in a file's rows, or None if the file does not have the column."""

    width: int
    has_header: bool
    postcode: int
    easting: int
    northing: int
    quality: int | None
    country: int | None
    district: int | None

    @classmethod
    def of(cls, first_row: Sequence[str]) -> "CodepointLayout | None":
        """Return the layout, recognised from a file's first row, or None if the layout is unknown."""
        names = [CODEPOINT_HEADINGS.get(cell.strip().lower(), "") for cell in first_row]
        has_header = any(names)
        if not has_header:
            if len(first_row) not in {len(CODEPOINT_COLUMNS), 4}:
                return None
            names = list(CODEPOINT_COLUMNS[: len(first_row)])
        column = {name: names.index(name) for name in names if name}
        if any(name not in column for name in REQUIRED_CODEPOINT_COLUMNS):
            return None
        return cls(
            len(first_row), has_header, column[POSTCODE_COLUMN], column[EASTING_COLUMN], column[NORTHING_COLUMN],
            column.get(QUALITY_COLUMN), column.get(COUNTRY_COLUMN), column.get(DISTRICT_COLUMN),
        )  # fmt: skip

    def read(self, row: Sequence[str], fault: ReportFault) -> tuple[str, Point | None, str, str]:
        """Parse a row into the postcode, its position, district and country, and report each fault.

        The position is None if Ordnance Survey does not know it.
        """
        code = codes.parse_postcode(row[self.postcode])
        if code is None:
            fault(POSTCODE_COLUMN, f"{quote_cell(row[self.postcode])} is not a postcode.")
        quality = row[self.quality].strip() if self.quality is not None else ""
        if quality and not _is_number(quality):
            fault(QUALITY_COLUMN, f"{quote_cell(quality)} is not a number.")
        position = None
        if quality != NO_COORDINATES:
            position = _position(row[self.easting].strip(), row[self.northing].strip(), fault)
        district, country = (
            _code(name, row[column_number].strip() if column_number is not None else "", fault)
            for name, column_number in ((DISTRICT_COLUMN, self.district), (COUNTRY_COLUMN, self.country))
        )
        return code or "", position, district, country


def _position(easting: str, northing: str, fault: ReportFault) -> Point | None:
    if not easting.strip("0") and not northing.strip("0"):
        return None
    for name, text in ((EASTING_COLUMN, easting), (NORTHING_COLUMN, northing)):
        if not _is_number(text):
            fault(name, f"{quote_cell(text)} is not a number of metres on the national grid.")
            return None
    point = Point(int(easting), int(northing))
    if not is_on_national_grid(point):
        fault(EASTING_COLUMN, f"{point} is outside the national grid.")
    return point


def _code(name: str, text: str, fault: ReportFault) -> str:
    if text and not (len(text) == AREA_CODE_LENGTH and text.isascii() and text.isalnum()):
        fault(name, f"{quote_cell(text)} is not a code of 9 characters, like E07000228.")
    return text


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= AREA_CODE_LENGTH
