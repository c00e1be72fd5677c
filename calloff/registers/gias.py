"""The extracts of Get Information About Schools: which columns are kept, and how each is read.

Columns are found by their names, so an extract with more of them is read too. The names of heads are in the extract
and are not read.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple, TypeVar

from django.db import models

from calloff.kernel import codes
from calloff.kernel.geography import Point, is_on_the_grid
from calloff.kernel.names import has_invisible
from calloff.kernel.short_text import wrong_telephone
from calloff.kernel.typed_dates import LIKE, read_date
from calloff.registers.import_errors import Faults, quoted
from calloff.registers.models import School, SchoolLink

T = TypeVar("T")
Read = Callable[[str], Any]  # raises ValueError with a sentence
NOTHING = frozenset({"", "not applicable", "does not apply", "none recorded", "-"})
UNKNOWN_DAY = date(1900, 1, 1)  # GIAS writes it where a school opened nobody knows when
AUTHORITY_DIGITS = 3
HIGHEST_AGE = 99
LARGEST = 1_000_000


class Column(NamedTuple):
    header: str
    field: str
    read: Read
    needed: bool = True  # the file must have the column


def words(text: str) -> str:
    text = " ".join(text.split())
    if not text.isprintable():  # what nobody sees is no part of an address, and may turn round what follows it
        text = "".join(filter(str.isprintable, text))
    return "" if text.lower() in NOTHING else text


def some_words(text: str) -> str:
    if not text.strip():
        raise ValueError("this value is missing.")
    return " ".join(text.split())


def a_name(text: str) -> str:
    """Read a name that letters and pages will show. The rest of what it is like is the register's to answer for."""
    name = some_words(text)
    if has_invisible(name):
        raise ValueError("this name contains an invisible character. Type the name again.")
    return name


def telephone(text: str) -> str:
    """Return a telephone number, or nothing if it cannot be dialled."""
    return "" if wrong_telephone(text) else words(text)


def urn(text: str) -> int:
    return _needed(codes.urn(text), text, "a URN of six digits")


def optional_ukprn(text: str) -> str:
    return _needed(codes.ukprn(text), text, "a UKPRN of eight digits") if text.strip() else ""


def optional_uprn(text: str) -> str:
    return _needed(codes.uprn(text), text, "a UPRN of at most twelve digits") if text.strip("0 ") else ""


def authority_code(text: str) -> str:
    code = text.strip().zfill(AUTHORITY_DIGITS)
    right = _is_number(code) and len(code) == AUTHORITY_DIGITS
    return _needed(code if right else None, text, "a local authority code of three digits")


def postcode(text: str) -> str:
    """Read a postcode, or leave what stands there: forces schools abroad have BFPO numbers."""
    return codes.postcode(text) or words(text).upper()


def day(text: str) -> date | None:
    if not text.strip():
        return None
    found = read_date(text)
    if found is None:
        raise ValueError(f"{quoted(text)} is not {LIKE}.")
    return None if found == UNKNOWN_DAY else found


def count(text: str) -> int | None:
    return _number(text, LARGEST)


def age(text: str) -> int | None:
    return _number(text, HIGHEST_AGE)


SCHOOL = (
    Column("URN", "urn", urn),
    Column("EstablishmentName", "name", a_name),
    Column("LA (code)", "la_code", authority_code),
    Column("LA (name)", "la_name", a_name),
    Column("EstablishmentNumber", "establishment_number", words),
    Column("TypeOfEstablishment (name)", "kind", some_words),
    Column("EstablishmentTypeGroup (name)", "group", words),
    Column("PhaseOfEducation (name)", "phase", words),
    Column("EstablishmentStatus (name)", "standing", some_words),
    Column("OpenDate", "opened_on", day),
    Column("CloseDate", "closed_on", day),
    Column("ReasonEstablishmentClosed (name)", "reason_closed", words),
    Column("StatutoryLowAge", "low_age", age),
    Column("StatutoryHighAge", "high_age", age),
    Column("Gender (name)", "gender", words),
    Column("Boarders (name)", "boarders", words),
    Column("OfficialSixthForm (name)", "sixth_form", words),
    Column("SchoolCapacity", "capacity", count),
    Column("Street", "street", words),
    Column("Locality", "locality", words),
    Column("Address3", "address3", words),
    Column("Town", "town", words),
    Column("County (name)", "county", words),
    Column("Postcode", "postcode", postcode),
    Column("SchoolWebsite", "website", words),
    Column("TelephoneNum", "telephone", telephone),
    Column("UKPRN", "ukprn", optional_ukprn),
    Column("UPRN", "uprn", optional_uprn),
    Column("TrustSchoolFlag (name)", "trust_kind", words),
    Column("Trusts (name)", "trust", words),
    Column("Trusts (code)", "trust_uid", words, needed=False),
    Column("Federations (name)", "federation", words),
    Column("SpecialClasses (name)", "special_classes", words),
    Column("TypeOfResourcedProvision (name)", "resourced_provision", words),
    Column("ResourcedProvisionCapacity", "resourced_places", count),
    Column("SenUnitCapacity", "sen_unit_places", count),
    Column("Section41Approved (name)", "section_41", words),
    Column("SENPRU (name)", "sen_in_pru", words),
)
NEEDS = tuple(f"SEN{number} (name)" for number in range(1, 14))
EASTING, NORTHING = "Easting", "Northing"
LINK = (
    Column("URN", "urn", urn),
    Column("LinkURN", "linked_urn", urn),
    Column("LinkName", "linked_name", words),
    Column("LinkType", "kind", some_words),
    Column("LinkEstablishedDate", "since", day),
)


class Layout:
    """Where the columns stand in one file, and so how a row of it becomes a row of a register."""

    also_wanted: Sequence[str] = ()

    def __init__(self, model: type[models.Model], columns: Sequence[Column], header: Sequence[str]) -> None:
        self.places = {name.strip(): place for place, name in enumerate(header)}
        self.width = len(header)
        self.columns = [column for column in columns if column.header in self.places]
        wanted = [column.header for column in columns if column.needed]
        self.missing = [name for name in [*wanted, *self.also_wanted] if name not in self.places]
        self.fields = [field for field in model._meta.concrete_fields if not isinstance(field, models.AutoField)]
        self.limits = {field.name: field.max_length for field in self.fields if isinstance(field, models.CharField)}
        self.blank = {field.name: field.get_default() for field in self.fields}

    def read(self, row: Sequence[str], faults: "RowFaults") -> list[Any]:
        """Read a row into the order of the register's columns. What is wrong becomes faults, all of it."""
        values = dict(self.blank)
        for column in self.columns:
            text = row[self.places[column.header]]
            try:
                value = column.read(_readable(text))
                _check_length(value, self.limits.get(column.field))
            except ValueError as error:
                faults.add(column.header, str(error))
            else:
                values[column.field] = value
        values |= self.more(row, faults)
        return [values[field.name] for field in self.fields]

    def more(self, row: Sequence[str], faults: "RowFaults") -> dict[str, Any]:
        return {}


class SchoolLayout(Layout):
    """The main extract: 111 columns, or as many more as it comes to have."""

    also_wanted = (*NEEDS, EASTING, NORTHING)

    def __init__(self, header: Sequence[str]) -> None:
        super().__init__(School, SCHOOL, header)

    def more(self, row: Sequence[str], faults: "RowFaults") -> dict[str, Any]:
        return {"needs": list(self._needs(row)), "position": self._position(row, faults)}

    def _needs(self, row: Sequence[str]) -> Iterator[str]:
        """Read “SLCN - Speech, language and communication” as SLCN."""
        for name in NEEDS:
            text = words(row[self.places[name]])
            if text and text.lower() != "none":
                yield text.partition(" - ")[0].upper()[:20]

    def _position(self, row: Sequence[str], faults: "RowFaults") -> Point | None:
        texts = {name: row[self.places[name]].strip() for name in (EASTING, NORTHING)}
        if not any(text.strip("0") for text in texts.values()):
            return None
        for name, text in texts.items():
            if not _is_number(text):
                faults.add(name, f"{quoted(text)} is not a number of metres on the national grid.")
                return None
        place = Point(int(texts[EASTING]), int(texts[NORTHING]))
        if not is_on_the_grid(place):
            faults.add(EASTING, f"{place} lies outside the national grid.")
        return place


class LinkLayout(Layout):
    """The extract of links between schools."""

    def __init__(self, header: Sequence[str]) -> None:
        super().__init__(SchoolLink, LINK, header)


class RowFaults:
    """The faults of one row."""

    def __init__(self, faults: Faults, file: str, line: int) -> None:
        self.faults, self.file, self.line = faults, file, line
        self.any = False

    def add(self, column: str, sentence: str) -> None:
        self.any = True
        self.faults.add(self.file, self.line, column, sentence)


def _needed(value: T | None, text: str, what: str) -> T:
    if value is None:
        raise ValueError(f"{quoted(text)} is not {what}.")
    return value


def _number(text: str, most: int) -> int | None:
    text = text.strip()
    if not text:
        return None
    if not _is_number(text) or len(text) > len(str(most)) or int(text) > most:
        raise ValueError(f"{quoted(text)} is not a whole number from 0 to {most:,}.")
    return int(text)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal()


def _readable(text: str) -> str:
    if "\0" in text:
        raise ValueError("there is a byte of nought here, which is not text.")
    if not text.isascii() and any("\udc80" <= mark <= "\udcff" for mark in text):  # what surrogateescape made of it
        raise ValueError("there is a byte here that is not of the file's encoding. Save it as Windows-1252 or UTF-8.")
    return text


def _check_length(value: Any, most: int | None) -> None:
    if most and isinstance(value, str) and len(value) > most:
        raise ValueError(f"{quoted(value)} has {len(value):,} characters. It must have {most} or fewer.")
