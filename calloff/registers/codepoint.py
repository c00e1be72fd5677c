"""The postcodes of OS Code-Point Open: the layouts they come in, and the reading of a row.

The Ordnance Survey's own files have ten columns and no header; those of the installed package are their first four;
any other file says in a header which columns it has.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from calloff.kernel import codes
from calloff.kernel.geography import Point, is_on_the_grid
from calloff.registers.import_errors import quoted

POSTCODE, QUALITY = "Postcode", "Positional_quality_indicator"
EASTING, NORTHING = "Eastings", "Northings"
COUNTRY, DISTRICT = "Country_code", "Admin_district_code"
OWN_COLUMNS = (
    POSTCODE, QUALITY, EASTING, NORTHING, COUNTRY,
    "NHS_regional_HA_code", "NHS_HA_code", "Admin_county_code", DISTRICT, "Admin_ward_code",
)  # fmt: skip
HEADINGS = {
    "postcode": POSTCODE, "pc": POSTCODE,
    "positional_quality_indicator": QUALITY, "quality": QUALITY, "pq": QUALITY,
    "eastings": EASTING, "easting": EASTING, "ea": EASTING,
    "northings": NORTHING, "northing": NORTHING, "no": NORTHING,
    "country_code": COUNTRY, "cy": COUNTRY,
    "admin_district_code": DISTRICT, "district_code": DISTRICT, "dc": DISTRICT,
}  # fmt: skip
NEEDED = (POSTCODE, EASTING, NORTHING)
NO_COORDINATES = "90"
CODE_LENGTH = 9

ATTRIBUTION = (
    "Contains OS data © Crown copyright and database right. "
    "Contains Royal Mail data © Royal Mail copyright and database right. "
    "Contains National Statistics data © Crown copyright and database right."
)  # which the Open Government Licence asks of every page that shows what was made of it

Fault = Callable[[str, str], None]  # a column, and what is wrong in it


class Layout(NamedTuple):
    """Which column stands where; nothing for one that the file does not have."""

    width: int
    has_header: bool
    postcode: int
    easting: int
    northing: int
    quality: int | None
    country: int | None
    district: int | None

    @classmethod
    def of(cls, first_row: Sequence[str]) -> "Layout | None":
        """Recognise the layout by the first row of a file, or not at all."""
        names = [HEADINGS.get(cell.strip().lower(), "") for cell in first_row]
        has_header = any(names)
        if not has_header:
            if len(first_row) not in {len(OWN_COLUMNS), 4}:
                return None
            names = list(OWN_COLUMNS[: len(first_row)])
        place = {name: names.index(name) for name in names if name}
        if any(name not in place for name in NEEDED):
            return None
        return cls(
            len(first_row), has_header, place[POSTCODE], place[EASTING], place[NORTHING],
            place.get(QUALITY), place.get(COUNTRY), place.get(DISTRICT),
        )  # fmt: skip

    def read(self, row: Sequence[str], fault: Fault) -> tuple[str, Point | None, str, str]:
        """Read a row: postcode, position (nothing where the Ordnance Survey has none), district, country."""
        code = codes.postcode(row[self.postcode])
        if code is None:
            fault(POSTCODE, f"{quoted(row[self.postcode])} is not a postcode.")
        quality = row[self.quality].strip() if self.quality is not None else ""
        if quality and not _is_number(quality):
            fault(QUALITY, f"{quoted(quality)} is not a number.")
        position = None
        if quality != NO_COORDINATES:
            position = _position(row[self.easting].strip(), row[self.northing].strip(), fault)
        district, country = (
            _code(name, row[place].strip() if place is not None else "", fault)
            for name, place in ((DISTRICT, self.district), (COUNTRY, self.country))
        )
        return code or "", position, district, country


def _position(easting: str, northing: str, fault: Fault) -> Point | None:
    if not easting.strip("0") and not northing.strip("0"):
        return None
    for name, text in ((EASTING, easting), (NORTHING, northing)):
        if not _is_number(text):
            fault(name, f"{quoted(text)} is not a number of metres on the national grid.")
            return None
    place = Point(int(easting), int(northing))
    if not is_on_the_grid(place):
        fault(EASTING, f"{place} lies outside the national grid.")
    return place


def _code(name: str, text: str, fault: Fault) -> str:
    if text and not (len(text) == CODE_LENGTH and text.isascii() and text.isalnum()):
        fault(name, f"{quoted(text)} is not a code of nine characters, such as E07000228.")
    return text


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= CODE_LENGTH
