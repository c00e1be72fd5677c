"""Parse Get Information About Schools (GIAS) extracts: which columns we import, and how.

Columns are found by name, so an extract with additional columns can be imported too. The extract also contains the
names of head teachers, which are not imported.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple, TypeVar

from django.db import models

from calloff.kernel import codes
from calloff.kernel.geography import Point, is_on_national_grid
from calloff.kernel.names import has_invisible_characters
from calloff.kernel.short_text import find_telephone_problem
from calloff.kernel.typed_dates import DATE_EXAMPLE, parse_date
from calloff.registers.import_errors import ImportFaults, quote_cell
from calloff.registers.models import School, SchoolLink

T = TypeVar("T")
CellReader = Callable[[str], Any]  # each function raises ValueError with a sentence about the fault
EMPTY_CELL_TEXTS = frozenset({"", "not applicable", "does not apply", "none recorded", "-"})
UNKNOWN_DATE = date(1900, 1, 1)  # GIAS uses this date if a school's opening date is unknown
AUTHORITY_CODE_DIGITS = 3
MAX_AGE = 99
MAX_COUNT = 1_000_000


class GiasColumn(NamedTuple):
    header: str
    field: str
    read: CellReader
    needed: bool = True  # whether every file must have the column


def parse_text(text: str) -> str:
    text = " ".join(text.split())
    # Invisible characters are never part of an address, and some of them reverse the direction of the text.
    if not text.isprintable():
        text = "".join(filter(str.isprintable, text))
    return "" if text.lower() in EMPTY_CELL_TEXTS else text


def parse_required_text(text: str) -> str:
    if not text.strip():
        raise ValueError("this value is missing.")
    return " ".join(text.split())


def parse_name(text: str) -> str:
    """Parse a name that appears in letters and on pages.

    Raises ValueError if the name is empty or has invisible characters.
    """
    name = parse_required_text(text)
    if has_invisible_characters(name):
        raise ValueError("this name contains an invisible character. Type the name again.")
    return name


def parse_telephone(text: str) -> str:
    """Parse a telephone number. Returns an empty string if the number could not be called."""
    return "" if find_telephone_problem(text) else parse_text(text)


def parse_urn_cell(text: str) -> int:
    return _require_parsed(codes.parse_urn(text), text, "a 6-digit URN")


def parse_optional_ukprn(text: str) -> str:
    return _require_parsed(codes.parse_ukprn(text), text, "an 8-digit UKPRN") if text.strip() else ""


def parse_optional_uprn(text: str) -> str:
    return _require_parsed(codes.parse_uprn(text), text, "a UPRN of up to 12 digits") if text.strip("0 ") else ""


def parse_authority_code(text: str) -> str:
    code = text.strip().zfill(AUTHORITY_CODE_DIGITS)
    right = _is_number(code) and len(code) == AUTHORITY_CODE_DIGITS
    return _require_parsed(code if right else None, text, "a 3-digit local authority code")


def parse_postcode_cell(text: str) -> str:
    """Parse a postcode.

    Any other text is returned unchanged, because schools for forces abroad have BFPO numbers instead.
    """
    return codes.parse_postcode(text) or parse_text(text).upper()


def parse_day(text: str) -> date | None:
    if not text.strip():
        return None
    day = parse_date(text)
    if day is None:
        raise ValueError(f"{quote_cell(text)} is not {DATE_EXAMPLE}.")
    return None if day == UNKNOWN_DATE else day


def parse_count(text: str) -> int | None:
    return _parse_number(text, MAX_COUNT)


def parse_age(text: str) -> int | None:
    return _parse_number(text, MAX_AGE)


SCHOOL_COLUMNS = (
    GiasColumn("URN", "urn", parse_urn_cell),
    GiasColumn("EstablishmentName", "name", parse_name),
    GiasColumn("LA (code)", "la_code", parse_authority_code),
    GiasColumn("LA (name)", "la_name", parse_name),
    GiasColumn("EstablishmentNumber", "establishment_number", parse_text),
    GiasColumn("TypeOfEstablishment (name)", "kind", parse_required_text),
    GiasColumn("EstablishmentTypeGroup (name)", "group", parse_text),
    GiasColumn("PhaseOfEducation (name)", "phase", parse_text),
    GiasColumn("EstablishmentStatus (name)", "standing", parse_required_text),
    GiasColumn("OpenDate", "opened_on", parse_day),
    GiasColumn("CloseDate", "closed_on", parse_day),
    GiasColumn("ReasonEstablishmentClosed (name)", "reason_closed", parse_text),
    GiasColumn("StatutoryLowAge", "low_age", parse_age),
    GiasColumn("StatutoryHighAge", "high_age", parse_age),
    GiasColumn("Gender (name)", "gender", parse_text),
    GiasColumn("Boarders (name)", "boarders", parse_text),
    GiasColumn("OfficialSixthForm (name)", "sixth_form", parse_text),
    GiasColumn("SchoolCapacity", "capacity", parse_count),
    GiasColumn("Street", "street", parse_text),
    GiasColumn("Locality", "locality", parse_text),
    GiasColumn("Address3", "address3", parse_text),
    GiasColumn("Town", "town", parse_text),
    GiasColumn("County (name)", "county", parse_text),
    GiasColumn("Postcode", "postcode", parse_postcode_cell),
    GiasColumn("SchoolWebsite", "website", parse_text),
    GiasColumn("TelephoneNum", "telephone", parse_telephone),
    GiasColumn("UKPRN", "ukprn", parse_optional_ukprn),
    GiasColumn("UPRN", "uprn", parse_optional_uprn),
    GiasColumn("TrustSchoolFlag (name)", "trust_kind", parse_text),
    GiasColumn("Trusts (name)", "trust", parse_text),
    GiasColumn("Trusts (code)", "trust_uid", parse_text, needed=False),
    GiasColumn("Federations (name)", "federation", parse_text),
    GiasColumn("SpecialClasses (name)", "special_classes", parse_text),
    GiasColumn("TypeOfResourcedProvision (name)", "resourced_provision", parse_text),
    GiasColumn("ResourcedProvisionCapacity", "resourced_places", parse_count),
    GiasColumn("SenUnitCapacity", "sen_unit_places", parse_count),
    GiasColumn("Section41Approved (name)", "section_41", parse_text),
    GiasColumn("SENPRU (name)", "sen_in_pru", parse_text),
)
NEED_HEADERS = tuple(f"SEN{number} (name)" for number in range(1, 14))
EASTING_HEADER, NORTHING_HEADER = "Easting", "Northing"
LINK_COLUMNS = (
    GiasColumn("URN", "urn", parse_urn_cell),
    GiasColumn("LinkURN", "linked_urn", parse_urn_cell),
    GiasColumn("LinkName", "linked_name", parse_text),
    GiasColumn("LinkType", "kind", parse_required_text),
    GiasColumn("LinkEstablishedDate", "since", parse_day),
)


class GiasLayout:
    """The columns of one kind of file, which convert a row of the file into a row of the register."""

    also_wanted: Sequence[str] = ()

    def __init__(self, model: type[models.Model], columns: Sequence[GiasColumn], header: Sequence[str]) -> None:
        self.places = {name.strip(): number for number, name in enumerate(header)}
        self.width = len(header)
        self.columns = [column for column in columns if column.header in self.places]
        required = [column.header for column in columns if column.needed]
        self.missing = [name for name in [*required, *self.also_wanted] if name not in self.places]
        self.fields = [field for field in model._meta.concrete_fields if not isinstance(field, models.AutoField)]
        self.limits = {field.name: field.max_length for field in self.fields if isinstance(field, models.CharField)}
        self.blank = {field.name: field.get_default() for field in self.fields}

    def read(self, row: Sequence[str], faults: "GiasRowFaults") -> list[Any]:
        """Parse a row into values in the order of the register's columns, and report all faults in it."""
        values = dict(self.blank)
        for column in self.columns:
            text = row[self.places[column.header]]
            try:
                value = column.read(_require_readable(text))
                _check_length(value, self.limits.get(column.field))
            except ValueError as error:
                faults.add(column.header, str(error))
            else:
                values[column.field] = value
        values |= self.more(row, faults)
        return [values[field.name] for field in self.fields]

    def more(self, row: Sequence[str], faults: "GiasRowFaults") -> dict[str, Any]:
        return {}


class SchoolLayout(GiasLayout):
    """The extract of schools, which has 111 columns and might have more in the future."""

    also_wanted = (*NEED_HEADERS, EASTING_HEADER, NORTHING_HEADER)

    def __init__(self, header: Sequence[str]) -> None:
        super().__init__(School, SCHOOL_COLUMNS, header)

    def more(self, row: Sequence[str], faults: "GiasRowFaults") -> dict[str, Any]:
        return {"needs": list(self._needs(row)), "position": self._position(row, faults)}

    def _needs(self, row: Sequence[str]) -> Iterator[str]:
        """Yield the codes of the needs for which a school provides, for example SLCN from “SLCN - Speech, language
        and …”.
        """
        for name in NEED_HEADERS:
            text = parse_text(row[self.places[name]])
            if text and text.lower() != "none":
                yield text.partition(" - ")[0].upper()[:20]

    def _position(self, row: Sequence[str], faults: "GiasRowFaults") -> Point | None:
        texts = {name: row[self.places[name]].strip() for name in (EASTING_HEADER, NORTHING_HEADER)}
        if not any(text.strip("0") for text in texts.values()):
            return None
        for name, text in texts.items():
            if not _is_number(text):
                faults.add(name, f"{quote_cell(text)} is not a number of metres on the national grid.")
                return None
        point = Point(int(texts[EASTING_HEADER]), int(texts[NORTHING_HEADER]))
        if not is_on_national_grid(point):
            faults.add(EASTING_HEADER, f"{point} is outside the national grid.")
        return point


class LinkLayout(GiasLayout):
    """The extract of links between schools, such as successors."""

    def __init__(self, header: Sequence[str]) -> None:
        super().__init__(SchoolLink, LINK_COLUMNS, header)


class GiasRowFaults:
    """Collects the faults of one row."""

    def __init__(self, faults: ImportFaults, file: str, line: int) -> None:
        self.faults, self.file, self.line = faults, file, line
        self.any = False

    def add(self, column: str, sentence: str) -> None:
        self.any = True
        self.faults.add(self.file, self.line, column, sentence)


def _require_parsed(value: T | None, text: str, description: str) -> T:
    if value is None:
        raise ValueError(f"{quote_cell(text)} is not {description}.")
    return value


def _parse_number(text: str, highest: int) -> int | None:
    text = text.strip()
    if not text:
        return None
    if not _is_number(text) or len(text) > len(str(highest)) or int(text) > highest:
        raise ValueError(f"{quote_cell(text)} is not a whole number from 0 to {highest:,}.")
    return int(text)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal()


def _require_readable(text: str) -> str:
    if "\0" in text:
        raise ValueError("there is a zero byte here, so this is not a text file. Save the file as CSV again.")
    # The error handler surrogateescape turns bytes that it cannot decode into these characters.
    if not text.isascii() and any("\udc80" <= mark <= "\udcff" for mark in text):
        raise ValueError(
            "there is a byte here that does not match the file's encoding. Save it as Windows-1252 or UTF-8."
        )
    return text


def _check_length(value: Any, max_length: int | None) -> None:
    if max_length and isinstance(value, str) and len(value) > max_length:
        raise ValueError(f"{quote_cell(value)} has {len(value):,} characters. It must have {max_length} or fewer.")
