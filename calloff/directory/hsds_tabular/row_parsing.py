"""Parse the rows of the files into values for the directory's commands, and add a fault for each wrong value."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, time
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar
from uuid import UUID

from calloff.directory import taxonomies
from calloff.directory.commands.service_fields import clean_number
from calloff.directory.hsds_tabular import schema
from calloff.directory.hsds_tabular.csv_reader import TabularContent, TabularRow
from calloff.directory.models import (
    Gender,
    Price,
    PriceUnit,
    Service,
    ServiceRegistration,
    Site,
    Transport,
    VatTreatment,
    Weekday,
)
from calloff.directory.opening_hours import OpeningWeek, OpenPeriod, parse_week, week_rows
from calloff.kernel import time_of_day
from calloff.kernel.codes import IdentifierScheme
from calloff.kernel.lifecycles import Refused
from calloff.kernel.registration_numbers import CLEAN_BY_REGISTRY
from calloff.kernel.typed_dates import DATE_EXAMPLE, parse_date
from calloff.registers.import_errors import ImportFaults, quote_cell

# These are the day codes of RFC 5545, for example MO.
DAY_BY_ICAL_CODE = {str(weekday)[:2].upper(): str(weekday) for weekday in Weekday}
MAX_SMALL_INTEGER = 32_767  # the largest value that fits in a small integer column
TEXT_COLUMNS = {  # {text field of a service: the column in the file}
    "summary": "calloff_summary",
    "description": "description",
    "asking": "application_process",
    "team": "calloff_team",
    "a_day": "calloff_day",
    "registration_number": "calloff_registration_number",
}
NUMBER_COLUMNS = {
    "age_from": "minimum_age",
    "age_to": "maximum_age",
    "staff": "calloff_staff",
    "children": "calloff_children",
}
CHOICE_COLUMNS: dict[str, tuple[str, Any]] = {
    "gender": ("calloff_gender", Gender),
    "transport": ("calloff_transport", Transport),
}
COLUMN_BY_FIELD = (
    NUMBER_COLUMNS
    | TEXT_COLUMNS
    | {
        "main_needs": "calloff_main_needs",
        "places": "calloff_places",
        "places_from": "calloff_places_from",
    }
)
REQUIRED_FIELDS = ("needs", "mode", "age_from", "age_to", "staff", "children")  # the columns that a new service needs
REGISTRY_BY_SCHEME: dict[str, str] = {
    IdentifierScheme.COMPANIES_HOUSE: "company",
    IdentifierScheme.CHARITY_ENGLAND_AND_WALES: "charity",
    IdentifierScheme.CHARITY_SCOTLAND: "charity",
    IdentifierScheme.CHARITY_NORTHERN_IRELAND: "charity",
}
HOW_TO_MEND = {
    "needs": "attributes.csv does not list the needs this service supports.",
    "mode": "attributes.csv does not show how children are taught: in a group, one to one, online or outreach.",
    "age_from": "enter the youngest age.",
    "age_to": "enter the oldest age.",
    "staff": "enter how many staff there are for each group of children.",
    "children": "enter how many children there are in each group.",
}

ParsedEntry = dict[str, Any]
T = TypeVar("T")


class DirectoryParser:
    """A parser that reads the files of one directory row by row, and collects faults."""

    def __init__(self, read: TabularContent, faults: ImportFaults) -> None:
        self.read, self.faults = read, faults
        self.addresses = read.of(schema.ADDRESS_TABLE, "location_id")
        self.access = read.of(schema.ACCESSIBILITY_TABLE, "location_id")
        self.schedules = read.of(schema.SCHEDULE_TABLE, "service_id")
        self.areas = read.of(schema.SERVICE_AREA_TABLE, "service_id")
        self.costs = read.of(schema.COST_OPTION_TABLE, "service_id")
        self.attributes = read.of(schema.ATTRIBUTE_TABLE, "link_id")
        self.locations = read.of(schema.SERVICE_AT_LOCATION_TABLE, "service_id")
        self.identifiers = read.of(schema.ORGANIZATION_IDENTIFIER_TABLE, "organization_id")

    def fault(self, row: TabularRow, column: str, sentence: str) -> None:
        self.faults.add(row.file, row.line, column, sentence)

    def registration_numbers(self, row: TabularRow) -> tuple[str, str]:
        """Return a provider's company and charity numbers in their standard form, or "" for a missing number."""
        numbers = {"company": "", "charity": ""}
        for identifier in self.identifiers.get(row.id, []):
            register = REGISTRY_BY_SCHEME.get(identifier["identifier_scheme"])
            if register is None:
                continue
            try:
                number = CLEAN_BY_REGISTRY[register](identifier["identifier"])
            except Refused as refusal:
                self.fault(identifier, "identifier", f"{quote_cell(identifier['identifier'])}: {refusal}.")
                continue
            if numbers[register] not in {"", number}:
                self.fault(identifier, "identifier", f"there are two {register} numbers for this organisation.")
            numbers[register] = number
        return numbers["company"], numbers["charity"]

    def site(self, row: TabularRow) -> ParsedEntry:
        """Parse a site.

        The position comes from the postcode. The latitude and longitude in the file are ignored.
        """
        addresses = self.addresses.get(row.id, [])
        address = next((candidate for candidate in addresses if candidate["address_type"] == "physical"), None) or next(
            iter(addresses), None
        )
        if address is None:
            self.fault(row, "id", "addresses.csv does not have an address for this location.")
            return {}
        lines = "\n".join(filter(None, [address["address_1"], address["address_2"]]))
        values = {
            "name": row["name"] or address["address_1"],
            "address": lines,
            "town": address["city"],
            "postcode": address["postal_code"],
        }
        if schema.ACCESSIBILITY_TABLE in self.read.there:
            values["access"] = "\n".join(
                filter(None, (row_found["description"] for row_found in self.access.get(row.id, [])))
            )
        if row.says("calloff_run_by"):
            values["run_by"] = row["calloff_run_by"]
        for name, text in values.items():
            source_row = row if name in {"name", "access", "run_by"} else address
            column = {"town": "city", "postcode": "postal_code", "address": "address_1", "run_by": "calloff_run_by"}
            self._check_length(source_row, column.get(name, name), Site, name, text)
        return values

    def service(self, row: TabularRow, *, new: bool) -> ParsedEntry:
        """Parse a service, apart from its sites.

        Values that are not in the files are left out, so that they stay the same.
        """
        entry: ParsedEntry = {"name": row["name"]}
        entry |= self._words(row, new=new) | self._numbers(row) | self._sorted_by_terms(row)
        entry |= self._times(row) | self._reach(row)
        if row.says("calloff_main_needs"):
            entry["main_needs"] = [part.strip() for part in row["calloff_main_needs"].split(",") if part.strip()]
        if new:
            entry = {"week": [], "hours": ""} | entry
            for field in REQUIRED_FIELDS:
                if field not in entry or entry[field] == []:
                    self.fault(row, COLUMN_BY_FIELD.get(field, "id"), HOW_TO_MEND[field])
        try:
            clean_number(entry["registration"], entry.get("registration_number", ""))
        except Refused as refusal:
            self.fault(
                row, TEXT_COLUMNS["registration_number"], f"{quote_cell(entry['registration_number'])}: {refusal}."
            )
        for field in ("name", "hours", "area", *TEXT_COLUMNS):
            self._check_length(row, COLUMN_BY_FIELD.get(field, "name"), Service, field, str(entry.get(field, "")))
        return entry

    def _words(self, row: TabularRow, *, new: bool) -> ParsedEntry:
        values: ParsedEntry = {field: row[column] for field, column in TEXT_COLUMNS.items() if row.says(column)}
        if new:
            values.setdefault("description", "")
            values["summary"] = values.get("summary") or values["description"].partition("\n")[0][:300] or row["name"]
        return values

    def _numbers(self, row: TabularRow) -> ParsedEntry:
        values: ParsedEntry = {
            field: self._number(row, column) for field, column in NUMBER_COLUMNS.items() if row[column]
        }
        return values | {
            field: self._one_of(row, column, choices.values)
            for field, (column, choices) in CHOICE_COLUMNS.items()
            if row[column]
        }

    def categories(self, row: TabularRow) -> list[tuple[str, str, TabularRow]]:
        """Return a service's categories, each with its code (IAP/1), its title and the row of the attribute."""
        categories = []
        for attribute in self.attributes.get(row.id, []):
            term = self.read.by_id[schema.TAXONOMY_TERM_TABLE].get(attribute["taxonomy_term_id"])
            if term and attribute["link_type"] == taxonomies.CATEGORY_TAXONOMY_KEY:
                categories.append((term["code"] or term["term"], term["name"], attribute))
        return categories

    def places(self, row: TabularRow, today: date) -> tuple[int, date | None] | None:
        """Parse the number of places available, and the date from which they are available (None for now).

        Returns None if the number is not given.
        """
        if not row["calloff_places"]:
            return None
        available = self._number(row, "calloff_places")
        since = self._day(row, "calloff_places_from")
        return available, since if available and since and since > today else None

    def prices(self, row: TabularRow, today: date) -> list[tuple[TabularRow, ParsedEntry]]:
        """Parse a service's prices, earliest first."""
        prices = []
        for cost in self.costs.get(row.id, []):
            before = self.faults.count
            if cost["currency"] not in {"", "GBP"}:
                self.fault(cost, "currency", "prices must be in pounds (GBP).")
            values = {
                "unit": self._one_of(cost, "calloff_unit", PriceUnit.values),
                "vat": self._one_of(cost, "calloff_vat", VatTreatment.values),
                "amount": self._decimal(cost, "amount", Decimal(10) ** 9),
                "lasts": self._decimal(cost, "calloff_hours", Decimal(168)) if cost["calloff_hours"] else None,
                "includes": cost["option"],
                "starts_on": self._day(cost, "valid_from") or today,
                "ends_on": self._day(cost, "valid_to"),
                "line": cost["calloff_line"],
            }
            self._check_length(cost, "option", Price, "includes", cost["option"])
            if self.faults.count == before:
                prices.append((cost, values))
        return sorted(prices, key=lambda parsed: parsed[1]["starts_on"])

    def _sorted_by_terms(self, row: TabularRow) -> ParsedEntry:
        """Parse a service's taxonomy terms into its needs, setting, qualifications and registration."""
        values: dict[str, list[str]] = {key: [] for key in taxonomies.FIXED_TERMS}
        for attribute in self.attributes.get(row.id, []):
            term = self.read.by_id[schema.TAXONOMY_TERM_TABLE].get(attribute["taxonomy_term_id"])
            taxonomy_value = (
                (taxonomies.VALUES_BY_TERM_ID.get(UUID(term.id)) or _find_value_by_code(term)) if term else None
            )
            if taxonomy_value and taxonomy_value[1] not in values[taxonomy_value[0]]:
                values[taxonomy_value[0]].append(taxonomy_value[1])
        entry: ParsedEntry = {"needs": values["needs"]} if values["needs"] else {}
        if values["modes"]:
            entry["mode"] = values["modes"][0]
        entry["qualifications"] = values["qualifications"]
        entry["registration"] = (values["registrations"] or [ServiceRegistration.NONE.value])[0]
        return entry

    def _times(self, row: TabularRow) -> ParsedEntry:
        """Parse a service's schedules into one row for each day.

        Times without days become text in `hours`. In each row, `site` is the location's id, which `with_site_keys`
        later replaces with the key of the site.
        """
        schedules = self.schedules.get(row.id, [])
        if not schedules and not self._whole(schema.SCHEDULE_TABLE):
            return {}
        week, notes = [], []
        for schedule in schedules:
            day_codes = [part.strip().upper() for part in schedule["byday"].split(",") if part.strip()]
            for day_code in day_codes:
                if day_code not in DAY_BY_ICAL_CODE:
                    self.fault(schedule, "byday", f"{quote_cell(day_code)} is not a day of the week, like MO.")
            starts, ends = self._time(schedule, "opens_at"), self._time(schedule, "closes_at")
            if not self._are_times(schedule, starts, ends):
                continue
            if starts and ends and not day_codes:
                notes.append(f"{time_of_day.format_time(starts)} to {time_of_day.format_time(ends)}")
            notes.append(schedule["notes"])
            period = OpenPeriod(
                "", starts, ends, None, self._day(schedule, "valid_from"), self._day(schedule, "valid_to")
            ).as_row()  # fmt: skip
            if location := schedule["service_at_location_id"]:
                period |= {"site": location}
            week += [
                period | {"day": DAY_BY_ICAL_CODE[day_code]} for day_code in DAY_BY_ICAL_CODE if day_code in day_codes
            ]
        return {"week": week, "hours": ". ".join(dict.fromkeys(filter(None, notes)))}

    def _are_times(self, schedule: TabularRow, starts: time | None, ends: time | None) -> bool:
        if (starts is None) != (ends is None):
            column = "opens_at" if starts is None else "closes_at"
            if not schedule[column]:  # a fault has already been added for a time that cannot be parsed
                self.fault(schedule, column, "one of the two times is missing. Enter both times, or leave both empty.")
            return False
        if starts and ends and ends <= starts:
            self.fault(schedule, "closes_at", "the closing time must be after the opening time.")
            return False
        return True

    def _reach(self, row: TabularRow) -> ParsedEntry:
        areas = self.areas.get(row.id, [])
        if not areas and not self._whole(schema.SERVICE_AREA_TABLE):
            return {}
        descriptions = [
            area["service_area"] or area["name"] for area in areas if area["extent_type"] != schema.RADIUS_EXTENT
        ]
        reach = None
        for area in areas:
            if area["extent_type"] == schema.RADIUS_EXTENT and area["extent"].endswith(("mile", "miles")):
                reach = self._whole_number(area, "extent", area["extent"].removesuffix("s").removesuffix("mile"))
        return {"area": ", ".join(descriptions), "reach": reach}

    def _whole(self, table: str) -> bool:
        return table in self.read.there

    def _number(self, row: TabularRow, column: str) -> int:
        return self._whole_number(row, column, row[column].removesuffix(".0"))

    def _whole_number(self, row: TabularRow, column: str, text: str) -> int:
        text = text.strip()
        if (
            text.isascii()
            and text.isdecimal()
            and len(text) <= len(str(MAX_SMALL_INTEGER))
            and int(text) <= MAX_SMALL_INTEGER
        ):
            return int(text)
        self.fault(row, column, f"{quote_cell(row[column])} is not a whole number from 0 to {MAX_SMALL_INTEGER:,}.")
        return 0

    def _decimal(self, row: TabularRow, column: str, highest: Decimal) -> Decimal:
        try:
            number = Decimal(row[column])
        except InvalidOperation:
            number = Decimal("NaN")
        if number.is_finite() and 0 < number <= highest and number == number.quantize(Decimal("0.01")):
            return number
        self.fault(row, column, f"{quote_cell(row[column])} is not a number above 0 with 2 decimal places or fewer.")
        return Decimal(1)

    def _one_of(self, row: TabularRow, column: str, values: Iterable[str]) -> str:
        if row[column] in values:
            return row[column]
        self.fault(row, column, f"{quote_cell(row[column])} is not one of {', '.join(values)}.")
        return ""

    def _day(self, row: TabularRow, column: str) -> date | None:
        if not row[column]:
            return None
        day = parse_date(row[column])
        if day is None:
            self.fault(row, column, f"{quote_cell(row[column])} is not {DATE_EXAMPLE}.")
        return day

    def _time(self, row: TabularRow, column: str) -> time | None:
        parsed = self._iso(row, column, time.fromisoformat, "a time like 09:30")
        return parsed.replace(tzinfo=None) if parsed else None

    def _iso(self, row: TabularRow, column: str, read: Callable[[str], T], like: str) -> T | None:
        if not row[column]:
            return None
        try:
            return read(row[column])
        except ValueError:
            self.fault(row, column, f"{quote_cell(row[column])} is not {like}.")
            return None

    def _check_length(self, row: TabularRow, column: str, model: Any, field: str, text: str) -> None:
        max_length = model._meta.get_field(field).max_length
        if max_length and len(text) > max_length:
            self.fault(
                row, column, f"{quote_cell(text)} has {len(text):,} characters. It must have {max_length} or fewer."
            )


def with_site_keys(week: OpeningWeek, sites: Mapping[str, Site | None], own: Site | None) -> OpeningWeek:
    """Replace the location id in each row of a week with the key of the site.

    Rows for the main site have no `site`. If a location is not a site, for example because it is virtual, the row
    counts as a row for the main site.
    """
    keyed_rows = []
    for row in week:
        site = sites.get(row.get("site", ""))
        site_column = {"site": site.pk} if site and site != own else {}
        keyed_rows.append({name: value for name, value in row.items() if name != "site"} | site_column)
    return week_rows(parse_week(keyed_rows))


def _find_value_by_code(term: TabularRow) -> tuple[str, str] | None:
    """Return the value for a term in another publisher's taxonomy, which is found by its code, or None."""
    code = (term["code"] or term["term"]).upper()
    return ("needs", code) if code in taxonomies.FIXED_TERMS["needs"] else None
