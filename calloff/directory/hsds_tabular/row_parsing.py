"""What a row of the files says, as the directory's commands want it said. What cannot be understood is a fault."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, time
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar
from uuid import UUID

from calloff.directory import taxonomies
from calloff.directory.commands.service_fields import clean_number
from calloff.directory.hsds_tabular import schema
from calloff.directory.hsds_tabular.csv_reader import Read, Row
from calloff.directory.models import Day, Gender, Price, Registration, Service, Site, Transport, Unit, Vat
from calloff.directory.opening_hours import Hours, Week, read, rows
from calloff.kernel import time_of_day
from calloff.kernel.codes import Scheme
from calloff.kernel.lifecycles import Refused
from calloff.kernel.registration_numbers import CLEAN_BY_REGISTRY
from calloff.kernel.typed_dates import LIKE, read_date
from calloff.registers.import_errors import Faults, quoted

WEEK = {str(one)[:2].upper(): str(one) for one in Day}  # MO, TU: as RFC 5545 writes them
MOST = 32_767  # what a small number of the database holds
COLUMNS = {
    "summary": "calloff_summary",
    "description": "description",
    "asking": "application_process",
    "team": "calloff_team",
    "a_day": "calloff_day",
    "registration_number": "calloff_registration_number",
}  # words of a service, by the column that holds them
NUMBERS = {
    "age_from": "minimum_age",
    "age_to": "maximum_age",
    "staff": "calloff_staff",
    "children": "calloff_children",
}
CHOICES: dict[str, tuple[str, Any]] = {
    "gender": ("calloff_gender", Gender),
    "transport": ("calloff_transport", Transport),
}
IN_COLUMN = (
    NUMBERS
    | COLUMNS
    | {
        "main_needs": "calloff_main_needs",
        "places": "calloff_places",
        "places_from": "calloff_places_from",
    }
)
WANTED = ("needs", "mode", "age_from", "age_to", "staff", "children")  # of a service that is new
REGISTERS: dict[str, str] = {
    Scheme.COMPANIES_HOUSE: "company",
    Scheme.CHARITY_ENGLAND_AND_WALES: "charity",
    Scheme.CHARITY_SCOTLAND: "charity",
    Scheme.CHARITY_NORTHERN_IRELAND: "charity",
}
HOW = {
    "needs": "no term of attributes.csv says for which needs it is.",
    "mode": "no term of attributes.csv says how a child is taught there: in a group, one to one, online or outreach.",
    "age_from": "the youngest age is wanted.",
    "age_to": "the oldest age is wanted.",
    "staff": "how many staff there are to how many children is wanted.",
    "children": "how many children there are to how many staff is wanted.",
}

Entry = dict[str, Any]
T = TypeVar("T")


class Understanding:
    """Reads the files of one directory row by row, and writes down what is wrong."""

    def __init__(self, read: Read, faults: Faults) -> None:
        self.read, self.faults = read, faults
        self.addresses = read.of(schema.ADDRESS, "location_id")
        self.access = read.of(schema.ACCESSIBILITY, "location_id")
        self.schedules = read.of(schema.SCHEDULE, "service_id")
        self.areas = read.of(schema.AREA, "service_id")
        self.costs = read.of(schema.COST, "service_id")
        self.attributes = read.of(schema.ATTRIBUTE, "link_id")
        self.locations = read.of(schema.AT_LOCATION, "service_id")
        self.identifiers = read.of(schema.IDENTIFIER, "organization_id")

    def fault(self, row: Row, column: str, sentence: str) -> None:
        self.faults.add(row.file, row.line, column, sentence)

    def registration_numbers(self, row: Row) -> tuple[str, str]:
        """Return a provider's company and charity numbers in their registers' form, or empty."""
        found = {"company": "", "charity": ""}
        for one in self.identifiers.get(row.id, []):
            register = REGISTERS.get(one["identifier_scheme"])
            if register is None:
                continue
            try:
                number = CLEAN_BY_REGISTRY[register](one["identifier"])
            except Refused as refusal:
                self.fault(one, "identifier", f"{quoted(one['identifier'])}: {refusal}.")
                continue
            if found[register] not in {"", number}:
                self.fault(one, "identifier", f"there are two {register} numbers for this organisation.")
            found[register] = number
        return found["company"], found["charity"]

    def site(self, row: Row) -> Entry:
        """Understand a place. Its position is that of its postcode: the degrees of the file are not read."""
        several = self.addresses.get(row.id, [])
        address = next((one for one in several if one["address_type"] == "physical"), None) or next(iter(several), None)
        if address is None:
            self.fault(row, "id", "no row of addresses.csv says where it is.")
            return {}
        lines = "\n".join(filter(None, [address["address_1"], address["address_2"]]))
        said = {
            "name": row["name"] or address["address_1"],
            "address": lines,
            "town": address["city"],
            "postcode": address["postal_code"],
        }
        if schema.ACCESSIBILITY in self.read.there:
            said["access"] = "\n".join(filter(None, (one["description"] for one in self.access.get(row.id, []))))
        if row.says("calloff_run_by"):
            said["run_by"] = row["calloff_run_by"]
        for name, text in said.items():
            where = row if name in {"name", "access", "run_by"} else address
            column = {"town": "city", "postcode": "postal_code", "address": "address_1", "run_by": "calloff_run_by"}
            self._fits(where, column.get(name, name), Site, name, text)
        return said

    def service(self, row: Row, *, new: bool) -> Entry:
        """Understand a service, without its sites. What the files do not say is left out, and so stays as it was."""
        entry: Entry = {"name": row["name"]}
        entry |= self._words(row, new=new) | self._numbers(row) | self._sorted_by_terms(row)
        entry |= self._times(row) | self._reach(row)
        if row.says("calloff_main_needs"):
            entry["main_needs"] = [one.strip() for one in row["calloff_main_needs"].split(",") if one.strip()]
        if new:
            entry = {"week": [], "hours": ""} | entry
            for field in WANTED:
                if field not in entry or entry[field] == []:
                    self.fault(row, IN_COLUMN.get(field, "id"), HOW[field])
        try:
            clean_number(entry["registration"], entry.get("registration_number", ""))
        except Refused as refusal:
            self.fault(row, COLUMNS["registration_number"], f"{quoted(entry['registration_number'])}: {refusal}.")
        for field in ("name", "hours", "area", *COLUMNS):
            self._fits(row, IN_COLUMN.get(field, "name"), Service, field, str(entry.get(field, "")))
        return entry

    def _words(self, row: Row, *, new: bool) -> Entry:
        said: Entry = {field: row[column] for field, column in COLUMNS.items() if row.says(column)}
        if new:
            said.setdefault("description", "")
            said["summary"] = said.get("summary") or said["description"].partition("\n")[0][:300] or row["name"]
        return said

    def _numbers(self, row: Row) -> Entry:
        said: Entry = {field: self._number(row, column) for field, column in NUMBERS.items() if row[column]}
        return said | {
            field: self._one_of(row, column, choices.values)
            for field, (column, choices) in CHOICES.items()
            if row[column]
        }

    def categories(self, row: Row) -> list[tuple[str, str, Row]]:
        """Return the categories that a service names: the code (IAP/1), the title, and the row that names it."""
        found = []
        for attribute in self.attributes.get(row.id, []):
            term = self.read.by_id[schema.TERM].get(attribute["taxonomy_term_id"])
            if term and attribute["link_type"] == taxonomies.CATEGORY:
                found.append((term["code"] or term["term"], term["name"], attribute))
        return found

    def places(self, row: Row, today: date) -> tuple[int, date | None] | None:
        """Understand how many places are free, and from which day on, if not now. Nothing: not said."""
        if not row["calloff_places"]:
            return None
        free = self._number(row, "calloff_places")
        since = self._day(row, "calloff_places_from")
        return free, since if free and since and since > today else None

    def prices(self, row: Row, today: date) -> list[tuple[Row, Entry]]:
        """Understand what a service costs, the earliest price first."""
        found = []
        for cost in self.costs.get(row.id, []):
            before = self.faults.count
            if cost["currency"] not in {"", "GBP"}:
                self.fault(cost, "currency", "prices here are in pounds: GBP.")
            said = {
                "unit": self._one_of(cost, "calloff_unit", Unit.values),
                "vat": self._one_of(cost, "calloff_vat", Vat.values),
                "amount": self._decimal(cost, "amount", Decimal(10) ** 9),
                "lasts": self._decimal(cost, "calloff_hours", Decimal(168)) if cost["calloff_hours"] else None,
                "includes": cost["option"],
                "starts_on": self._day(cost, "valid_from") or today,
                "ends_on": self._day(cost, "valid_to"),
                "line": cost["calloff_line"],
            }
            self._fits(cost, "option", Price, "includes", cost["option"])
            if self.faults.count == before:
                found.append((cost, said))
        return sorted(found, key=lambda one: one[1]["starts_on"])

    def _sorted_by_terms(self, row: Row) -> Entry:
        """Read needs, way of working, qualifications and registration from the terms that a service has."""
        values: dict[str, list[str]] = {key: [] for key in taxonomies.FIXED}
        for attribute in self.attributes.get(row.id, []):
            term = self.read.by_id[schema.TERM].get(attribute["taxonomy_term_id"])
            known = (taxonomies.BY_ID.get(UUID(term.id)) or _by_code(term)) if term else None
            if known and known[1] not in values[known[0]]:
                values[known[0]].append(known[1])
        entry: Entry = {"needs": values["needs"]} if values["needs"] else {}
        if values["modes"]:
            entry["mode"] = values["modes"][0]
        entry["qualifications"] = values["qualifications"]
        entry["registration"] = (values["registrations"] or [Registration.NONE.value])[0]
        return entry

    def _times(self, row: Row) -> Entry:
        """Read every schedule of a service into a row for each day it names.

        A time without a day is said in words: on which days it holds nobody knows. A row's site is, for now, the id of
        the service at its location; `sited` puts in the site's key.
        """
        several = self.schedules.get(row.id, [])
        if not several and not self._whole(schema.SCHEDULE):
            return {}
        week, words = [], []
        for schedule in several:
            named = [one.strip().upper() for one in schedule["byday"].split(",") if one.strip()]
            for one in named:
                if one not in WEEK:
                    self.fault(schedule, "byday", f"{quoted(one)} is not a day of the week, like MO.")
            starts, ends = self._time(schedule, "opens_at"), self._time(schedule, "closes_at")
            if not self._are_times(schedule, starts, ends):
                continue
            if starts and ends and not named:
                words.append(f"{time_of_day.said(starts)} to {time_of_day.said(ends)}")
            words.append(schedule["notes"])
            shared = Hours(
                "", starts, ends, None, self._day(schedule, "valid_from"), self._day(schedule, "valid_to")
            ).as_row()  # fmt: skip
            if at := schedule["service_at_location_id"]:
                shared |= {"site": at}
            week += [shared | {"day": WEEK[one]} for one in WEEK if one in named]
        return {"week": week, "hours": ". ".join(dict.fromkeys(filter(None, words)))}

    def _are_times(self, schedule: Row, starts: time | None, ends: time | None) -> bool:
        if (starts is None) != (ends is None):
            column = "opens_at" if starts is None else "closes_at"
            if not schedule[column]:  # else it has a fault of its own
                self.fault(schedule, column, "one of the two times is missing. Enter both times, or leave both empty.")
            return False
        if starts and ends and ends <= starts:
            self.fault(schedule, "closes_at", "the closing time must be after the opening time.")
            return False
        return True

    def _reach(self, row: Row) -> Entry:
        several = self.areas.get(row.id, [])
        if not several and not self._whole(schema.AREA):
            return {}
        words = [one["service_area"] or one["name"] for one in several if one["extent_type"] != schema.RADIUS]
        reach = None
        for one in several:
            if one["extent_type"] == schema.RADIUS and one["extent"].endswith(("mile", "miles")):
                reach = self._whole_number(one, "extent", one["extent"].removesuffix("s").removesuffix("mile"))
        return {"area": ", ".join(words), "reach": reach}

    def _whole(self, table: str) -> bool:
        return table in self.read.there

    def _number(self, row: Row, column: str) -> int:
        return self._whole_number(row, column, row[column].removesuffix(".0"))

    def _whole_number(self, row: Row, column: str, text: str) -> int:
        text = text.strip()
        if text.isascii() and text.isdecimal() and len(text) <= len(str(MOST)) and int(text) <= MOST:
            return int(text)
        self.fault(row, column, f"{quoted(row[column])} is not a whole number.")
        return 0

    def _decimal(self, row: Row, column: str, most: Decimal) -> Decimal:
        try:
            number = Decimal(row[column])
        except InvalidOperation:
            number = Decimal("NaN")
        if number.is_finite() and 0 < number <= most and number == number.quantize(Decimal("0.01")):
            return number
        self.fault(row, column, f"{quoted(row[column])} is not a number above 0 with two places at most.")
        return Decimal(1)

    def _one_of(self, row: Row, column: str, values: Iterable[str]) -> str:
        if row[column] in values:
            return row[column]
        self.fault(row, column, f"{quoted(row[column])} is not one of {', '.join(values)}.")
        return ""

    def _day(self, row: Row, column: str) -> date | None:
        if not row[column]:
            return None
        found = read_date(row[column])
        if found is None:
            self.fault(row, column, f"{quoted(row[column])} is not {LIKE}.")
        return found

    def _time(self, row: Row, column: str) -> time | None:
        found = self._iso(row, column, time.fromisoformat, "a time like 09:30")
        return found.replace(tzinfo=None) if found else None

    def _iso(self, row: Row, column: str, read: Callable[[str], T], like: str) -> T | None:
        if not row[column]:
            return None
        try:
            return read(row[column])
        except ValueError:
            self.fault(row, column, f"{quoted(row[column])} is not {like}.")
            return None

    def _fits(self, row: Row, column: str, model: Any, field: str, text: str) -> None:
        most = model._meta.get_field(field).max_length
        if most and len(text) > most:
            self.fault(row, column, f"{quoted(text)} has {len(text):,} characters. It must have {most} or fewer.")


def sited(week: Week, sites: Mapping[str, Site | None], own: Site | None) -> Week:
    """Put the key of its site into each row of a week, by the id of the service at that location: none for its own.

    A row of a place that is no site, such as a virtual one, is at its own.
    """
    found = []
    for row in week:
        site = sites.get(row.get("site", ""))
        place = {"site": site.pk} if site and site != own else {}
        found.append({name: value for name, value in row.items() if name != "site"} | place)
    return rows(read(found))


def _by_code(term: Row) -> tuple[str, str] | None:
    """Recognise a term of somebody else's list by the field's code."""
    code = (term["code"] or term["term"]).upper()
    return ("needs", code) if code in taxonomies.FIXED["needs"] else None
