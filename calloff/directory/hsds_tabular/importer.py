"""Import members' sites, services, places available and prices, using the commands of the directory.

The whole import is one transaction. If there are any faults, or for a preview, everything is rolled back.
"""

from collections import Counter
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple, TypeVar, cast
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction

from calloff.directory import commands
from calloff.directory.hsds_tabular import schema
from calloff.directory.hsds_tabular.csv_reader import TabularRow, read_directory_files
from calloff.directory.hsds_tabular.row_parsing import COLUMN_BY_FIELD, DirectoryParser, ParsedEntry, with_site_keys
from calloff.directory.models import SEARCH_COLUMNS, Price, Service, Site
from calloff.directory.states import SiteStatus
from calloff.kernel.clock import local_day
from calloff.kernel.formatting import format_list, pluralise
from calloff.kernel.lifecycles import Refused
from calloff.kernel.names import lookalike_key
from calloff.members.models import Member
from calloff.members.states import LASTING_STATUSES
from calloff.people.models import Organisation, User
from calloff.people.permissions import Can
from calloff.registers.import_errors import ImportFaults, quote_cell

REPORT_HEADINGS = {"site": "Sites", "service": "Services", "places": "Places available", "price": "Prices"}
T = TypeVar("T")


class DirectoryImportReport(NamedTuple):
    """What an import changed or, for a preview, would change."""

    lines: list[str]  # a description of each record that was added or changed
    sentence: str
    touched: int


def import_directory(
    path: Path, authority: Organisation, *, by: User, at: datetime, preview: bool = True
) -> DirectoryImportReport:
    """Import a folder or .zip file in the tabular format into an authority's directory.

    A preview changes nothing. Providers are matched by registration number or, if that is missing, by name. A provider
    must be a member at the authority, and the person must have permission to list the provider's services. Categories
    are matched by code (IAP/1) or title, and sites and services by id or name. Records that are not in the files do not
    change. Importing the same files again makes no changes.

    If there are any faults, nothing is imported, and Refused is raised with every fault by file, row and column.
    """
    faults = ImportFaults()
    with transaction.atomic():
        directory = _Directory(path, authority, by, at, faults)
        directory.bring_in()
        report = directory.report(preview=preview and not faults.count)
        if faults.count:
            others = directory.summary(would=True)
            faults.refuse(f"In the rows without errors: {others}" if others else "")
        if preview:
            transaction.set_rollback(True)
    return report


class _Directory:
    def __init__(self, path: Path, authority: Organisation, by: User, at: datetime, faults: ImportFaults) -> None:
        self.authority, self.by, self.at, self.faults, self.name = authority, by, at, faults, path.name
        self.read = read_directory_files(path, faults)
        self.parser = DirectoryParser(self.read, faults)
        self.done: Counter[tuple[str, str]] = Counter()
        self.lines: list[str] = []
        self.providers: dict[str, Organisation | None] = {}
        self.sites: dict[tuple[int, str], Site | None] = {}
        lasting_members = Member.objects.filter(authority=authority, status__in=LASTING_STATUSES)
        self.members = list(lasting_members.select_related("provider", "market", "lot", "authority", "agreement"))

    def bring_in(self) -> None:
        rows = self.read.rows[schema.SERVICE_TABLE]
        if not rows and not self.faults.count:
            raise Refused(f"{self.name} has no services in it. Nothing was imported.")
        for row in rows:
            if row["status"] != "active":
                self.done["service", "passed over"] += 1
            elif provider := self._provider(self.read.by_id[schema.ORGANIZATION_TABLE].get(row["organization_id"])):
                self._service(row, provider)

    def report(self, *, preview: bool) -> DirectoryImportReport:
        touched = sum(number for (_, outcome), number in self.done.items() if outcome in {"added", "changed"})
        return DirectoryImportReport(self.lines, self.summary(would=preview), touched)

    def summary(self, *, would: bool) -> str:
        """Return how many records of each kind were added, changed and left unchanged, as text."""
        be, unchanged_words = ("would be ", "left as they are") if would else ("", "left as they were")
        sentences = []
        for kind, heading in REPORT_HEADINGS.items():
            added, changed, unchanged = (self.done[kind, outcome] for outcome in ("added", "changed", "unchanged"))
            if added or changed or unchanged:
                sentences.append(
                    f"{heading}: {added:,} {be}added, {changed:,} {be}changed, {unchanged:,} {unchanged_words}."
                )
        if waiting := self.done["service", "to be checked"]:
            sentences.append(
                f"The public cannot see {pluralise(waiting, 'new service')} until the council has checked each one."
            )
        if skipped := self.done["service", "passed over"]:
            sentences.append(f"Services not imported, because the files do not mark them as active: {skipped:,}.")
        return " ".join(sentences)

    def _provider(self, row: TabularRow | None) -> Organisation | None:
        if row is None:  # the organisation's row is missing or has a fault that has already been reported
            return None
        if row.id not in self.providers:
            self.providers[row.id] = self._find_provider(row)
        return self.providers[row.id]

    def _find_provider(self, row: TabularRow) -> Organisation | None:
        before, name_key = self.faults.count, lookalike_key(row["name"])
        providers = {member.provider_id: member.provider for member in self.members}.values()
        company, charity = self.parser.registration_numbers(row)
        numbered = [
            provider
            for provider in providers
            if (company and provider.company_number == company) or (charity and provider.charity_number == charity)
        ]
        match = next(iter(numbered), None) or next(
            (provider for provider in providers if lookalike_key(provider.name) == name_key), None
        )
        if self.faults.count > before:
            return None
        if len(numbered) > 1:
            self.parser.fault(
                row,
                "name",
                f"its registration numbers belong to {format_list([provider.name for provider in numbered])}.",
            )
            return None
        if match and (other_number := _another_number(match, company, charity)):
            self.parser.fault(
                row,
                "name",
                f"{match} has the {other_number} on Calloff. Correct the number in the file, or ask the council.",
            )
            return None
        if match is None:
            self.parser.fault(
                row, "name", f"{quote_cell(row['name'])} is not a member of a category at {self.authority}."
            )
        elif not self.by.can(Can.LIST_SERVICES, organisation=match, at=self.at):
            self.parser.fault(row, "name", f"{self.by.name} cannot change the services of {match}.")
            return None
        return match

    def _service(self, row: TabularRow, provider: Organisation) -> None:
        before = self.faults.count
        member = self._member(row, provider)
        existing = self._known_service(row, member) if member else None
        entry = self.parser.service(row, new=existing is None)
        sites = [(location, self._site(location, provider)) for location in self.parser.locations.get(row.id, [])]
        entry |= self._where(sites)
        if "week" in entry:
            entry["week"] = with_site_keys(entry["week"], {at.id: site for at, site in sites}, entry["site"])
        available = self.parser.places(row, local_day(self.at))
        prices = self.parser.prices(row, local_day(self.at))
        if member is None or self.faults.count > before:
            return
        try:
            saved = self._keep_service(row, member, existing, entry)
            if available is not None:
                self._keep_places(saved, *available)
        except (Refused, PermissionDenied) as refusal:
            self._refused(row, refusal)
            return
        for cost, price in prices:
            try:
                self._keep_price(saved, price)
            except (Refused, PermissionDenied) as refusal:
                self._refused(cost, refusal, {"amount": "amount", "line": "calloff_line", "lasts": "calloff_hours"})

    def _member(self, row: TabularRow, provider: Organisation) -> Member | None:
        categories = self.parser.categories(row)
        memberships = [membership for membership in self.members if membership.provider_id == provider.pk]
        for code, title, _ in categories:
            by_code = [
                membership for membership in memberships if f"{membership.market.code}/{membership.lot.number}" == code
            ]
            by_title = [membership for membership in memberships if membership.lot.title.casefold() == title.casefold()]
            if len(matches := by_code or by_title) == 1:
                return matches[0]
        if categories:
            code, title, attribute = categories[0]
            sentence = f"{provider} is not a member of {quote_cell(title)} ({code}) at {self.authority}."
            self.parser.fault(attribute, "taxonomy_term_id", sentence)
        else:
            self.parser.fault(row, "id", "attributes.csv does not give this service a category.")
        return None

    def _known_service(self, row: TabularRow, member: Member) -> Service | None:
        services = Service.objects.not_withdrawn().filter(member=member).defer(*SEARCH_COLUMNS)
        return (
            (services.filter(uuid=UUID(row.id)).first() or services.filter(name=row["name"]).first())
            if row.id
            else None
        )

    def _where(self, sites: list[tuple[TabularRow, Site | None]]) -> ParsedEntry:
        located = [(row, site) for row, site in sites if site]
        main = next((site for row, site in located if row["calloff_own"].lower() == "true"), None)
        main = main or (located[0][1] if located else None)
        return {"site": main, "more_sites": [site for _, site in located if main and site.pk != main.pk]}

    def _site(self, at: TabularRow, provider: Organisation) -> Site | None:
        key = provider.pk, at["location_id"]
        if key not in self.sites:
            self.sites[key] = self._keep_site(self.read.by_id[schema.LOCATION_TABLE].get(key[1]), provider)
        return self.sites[key]

    def _keep_site(self, row: TabularRow | None, provider: Organisation) -> Site | None:
        if row is None or row["location_type"] == "virtual":
            return None
        before = self.faults.count
        details: Any = self.parser.site(row)
        if self.faults.count > before:
            return None
        sites = Site.objects.filter(provider=provider, status=SiteStatus.OPEN)
        existing: Site | None = sites.filter(uuid=UUID(row.id)).first() or sites.filter(name=details["name"]).first()
        try:
            if existing is None:
                site: Site = commands.add_site(provider, by=self.by, at=self.at, **({"access": ""} | details))
                return self._did("site", "added", str(site), site)
            if all(_is_same(getattr(existing, name), value) for name, value in details.items()):
                return self._did("site", "unchanged", "", existing)
            all_details = {
                name: getattr(existing, name) for name in ("name", "address", "town", "postcode", "access")
            } | details
            amended: Site = commands.amend_site(existing, by=self.by, at=self.at, **all_details)
            return self._did("site", "changed", str(existing), amended)
        except (Refused, PermissionDenied) as refusal:
            address = self.parser.addresses[row.id][0]
            about_address = not any(problem.where == "name" for problem in getattr(refusal, "problems", ()))
            self._refused(address if about_address else row, refusal, {"postcode": "postal_code", "town": "city"})
            return None

    def _keep_service(self, row: TabularRow, member: Member, existing: Service | None, entry: ParsedEntry) -> Service:
        title = f"{row['name']}, {member.provider}"
        if existing is None:
            service = commands.add(member, by=self.by, at=self.at, **cast(Any, entry))
            self.done["service", "to be checked"] += 1
            return self._did("service", "added", title, service)
        changes = {name: value for name, value in entry.items() if name not in {"site", "more_sites"}}
        changes = {name: value for name, value in changes.items() if not _is_same(getattr(existing, name), value)}
        current_sites = set(existing.at_sites.values_list("site", flat=True))
        main, entry_sites = entry["site"], {site.pk for site in [entry["site"], *entry["more_sites"]] if site}
        if (main.pk if main else None) != existing.site_id or entry_sites != current_sites:
            changes |= {"site": main, "more_sites": entry["more_sites"]}
        if not changes:
            return self._did("service", "unchanged", "", existing)
        service = commands.amend(existing, by=self.by, at=self.at, **cast(Any, changes))
        return self._did("service", "changed", f"{title}: {format_list(sorted(changes))}", service)

    def _keep_places(self, service: Service, available: int, since: date | None) -> None:
        kind, before = "places", service.places
        if (before, service.places_from) == (available, since):
            self._did(kind, "unchanged", "", service)
            return
        commands.set_places(service, places=available, places_from=since, by=self.by, at=self.at)
        self._did(kind, "added" if before is None else "changed", "", service)

    def _keep_price(self, service: Service, price: ParsedEntry) -> None:
        line, ends_on = price.pop("line"), price.pop("ends_on")
        has_schedule = service.member.market.pack.schedule is not None
        same_unit = Price.objects.filter(service=service, unit=price["unit"])
        existing = (
            same_unit.filter(line=line).last()
            if has_schedule
            else same_unit.filter(starts_on=price["starts_on"]).first()
        )
        if existing and existing.amount == price["amount"] and (has_schedule or existing.vat == price["vat"]):
            if existing.ends_on == ends_on or ends_on is None:
                self._did("price", "unchanged", "", service)
                return
            commands.end_price(existing, ends_on=ends_on, by=self.by, at=self.at)
            self._did("price", "changed", f"{service}: price for {existing.get_unit_display()}", service)
            return
        if has_schedule:
            saved = commands.read_price(service, line=line, by=self.by, at=self.at)
        else:
            saved = commands.set_price(service, by=self.by, at=self.at, **cast(Any, price))
        if ends_on and saved.ends_on != ends_on:
            commands.end_price(saved, ends_on=ends_on, by=self.by, at=self.at)
        self._did("price", "added", f"{service}: price for {saved.get_unit_display()}", service)

    def _did(self, kind: str, outcome: str, title: str, record: T) -> T:
        self.done[kind, outcome] += 1
        if title:
            self.lines.append(f"{outcome.capitalize()}: {title}")
        return record

    def _refused(self, row: TabularRow, refusal: Exception, columns: dict[str, str] | None = None) -> None:
        if not isinstance(refusal, Refused):
            self.parser.fault(row, "", f"{self.by.name} cannot change this.")
            return
        for problem in refusal.problems:
            if problem.where == "week" and (schedules := self.parser.schedules.get(row.id)):
                self.parser.fault(schedules[0], "opens_at", f"{problem.sentence}.")
                continue
            column = (columns or COLUMN_BY_FIELD).get(problem.where, "name" if "name" in row.cells else "id")
            self.parser.fault(row, column, problem.sentence)


def _another_number(provider: Organisation, company: str, charity: str) -> str:
    """Return the registration number that the provider has here, if the number in the file is different.

    Two organisations can have the same name.
    """
    if company and provider.company_number and provider.company_number != company:
        return f"company number {provider.company_number}"
    if charity and provider.charity_number and provider.charity_number != charity:
        return f"charity number {provider.charity_number}"
    return ""


def _is_same(stored: Any, imported: Any) -> bool:
    """Return whether a stored value and an imported value are the same.

    Text is compared line by line, and lists are compared in any order.
    """
    if isinstance(stored, str) and isinstance(imported, str):
        return _lines(stored) == _lines(imported)
    if isinstance(stored, list) and all(isinstance(member, str) for member in stored):
        return sorted(stored) == sorted(imported)
    return bool(stored == imported)


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.strip().splitlines()]
