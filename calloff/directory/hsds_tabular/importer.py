"""Bringing a directory in: sites, services, free places and prices of providers that are members, by the commands.

It is tried whole, in one transaction. One fault, and nothing of it stays; nor does anything of a preview.
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
from calloff.directory.models import Price, Service, Site
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
    """What was done or, previewed, what would be."""

    lines: list[str]  # each record that is touched, in words
    sentence: str
    touched: int


def import_directory(
    where: Path, authority: Organisation, *, by: User, at: datetime, preview: bool = True
) -> DirectoryImportReport:
    """Bring a folder or .zip of the tabular form into an authority's directory; a preview changes nothing.

    A provider is known by its number in a public register, or else by its name; it must be a member here, and the
    person who acts must keep its services. A category is known by its code (IAP/1), or else by its title. Sites and
    services are known by their ids, or else by their names. What is here and not in the files stays. The same files
    again change nothing.

    Raises Refused with every fault, by file, line and column; then nothing is brought in.
    """
    faults = ImportFaults()
    with transaction.atomic():
        directory = _Directory(where, authority, by, at, faults)
        directory.bring_in()
        report = directory.report(preview=preview and not faults.count)
        if faults.count:
            faults.refuse(f"In the rows without errors: {directory.summary(would=True)}")
        if preview:
            transaction.set_rollback(True)
    return report


class _Directory:
    def __init__(self, where: Path, authority: Organisation, by: User, at: datetime, faults: ImportFaults) -> None:
        self.authority, self.by, self.at, self.faults, self.name = authority, by, at, faults, where.name
        self.read = read_directory_files(where, faults)
        self.said = DirectoryParser(self.read, faults)
        self.done: Counter[tuple[str, str]] = Counter()
        self.lines: list[str] = []
        self.providers: dict[str, Organisation | None] = {}
        self.sites: dict[tuple[int, str], Site | None] = {}
        standing = Member.objects.filter(authority=authority, status__in=LASTING_STATUSES)
        self.members = list(standing.select_related("provider", "market", "lot", "authority", "agreement"))

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
        touched = sum(number for (_, what), number in self.done.items() if what in {"added", "changed"})
        return DirectoryImportReport(self.lines, self.summary(would=preview), touched)

    def summary(self, *, would: bool) -> str:
        """Say in a sentence for each kind of record how many were, or would be, added, changed and left."""
        be, left = ("would be ", "left as they are") if would else ("", "left as they were")
        said = []
        for kind, named in REPORT_HEADINGS.items():
            added, changed, same = (self.done[kind, what] for what in ("added", "changed", "unchanged"))
            if added or changed or same:
                said.append(f"{named}: {added:,} {be}added, {changed:,} {be}changed, {same:,} {left}.")
        if waiting := self.done["service", "to be checked"]:
            said.append(
                f"The public cannot see {pluralise(waiting, 'new service')} until the council has checked each one."
            )
        if passed := self.done["service", "passed over"]:
            said.append(f"Services passed over, since the files do not call them active: {passed:,}.")
        return " ".join(said)

    def _provider(self, row: TabularRow | None) -> Organisation | None:
        if row is None:  # a fault of its own, or a fault that names it
            return None
        if row.id not in self.providers:
            self.providers[row.id] = self._find_provider(row)
        return self.providers[row.id]

    def _find_provider(self, row: TabularRow) -> Organisation | None:
        before, named = self.faults.count, lookalike_key(row["name"])
        here = {member.provider_id: member.provider for member in self.members}.values()
        company, charity = self.said.registration_numbers(row)
        numbered = [
            one
            for one in here
            if (company and one.company_number == company) or (charity and one.charity_number == charity)
        ]
        found = next(iter(numbered), None) or next((one for one in here if lookalike_key(one.name) == named), None)
        if self.faults.count > before:
            return None
        if len(numbered) > 1:
            self.said.fault(
                row, "name", f"its registration numbers belong to {format_list([one.name for one in numbered])}."
            )
            return None
        if found and (other := _another_number(found, company, charity)):
            self.said.fault(
                row, "name", f"{found} has the {other} on Calloff. Correct the number in the file, or ask the council."
            )
            return None
        if found is None:
            self.said.fault(
                row, "name", f"{quote_cell(row['name'])} is not a member of a category of {self.authority}."
            )
        elif not self.by.can(Can.LIST_SERVICES, organisation=found, at=self.at):
            self.said.fault(row, "name", f"{self.by.name} does not keep the services of {found}.")
            return None
        return found

    def _service(self, row: TabularRow, provider: Organisation) -> None:
        before = self.faults.count
        member = self._member(row, provider)
        known = self._known_service(row, member) if member else None
        entry = self.said.service(row, new=known is None)
        sites = [(one, self._site(one, provider)) for one in self.said.locations.get(row.id, [])]
        entry |= self._where(sites)
        if "week" in entry:
            entry["week"] = with_site_keys(entry["week"], {at.id: site for at, site in sites}, entry["site"])
        free = self.said.places(row, local_day(self.at))
        prices = self.said.prices(row, local_day(self.at))
        if member is None or self.faults.count > before:
            return
        try:
            kept = self._keep_service(row, member, known, entry)
            if free is not None:
                self._keep_places(kept, *free)
        except (Refused, PermissionDenied) as refusal:
            self._refused(row, refusal)
            return
        for cost, price in prices:
            try:
                self._keep_price(kept, price)
            except (Refused, PermissionDenied) as refusal:
                self._refused(cost, refusal, {"amount": "amount", "line": "calloff_line", "lasts": "calloff_hours"})

    def _member(self, row: TabularRow, provider: Organisation) -> Member | None:
        categories = self.said.categories(row)
        ours = [one for one in self.members if one.provider_id == provider.pk]
        for code, title, _ in categories:
            by_code = [one for one in ours if f"{one.market.code}/{one.lot.number}" == code]
            by_title = [one for one in ours if one.lot.title.casefold() == title.casefold()]
            if len(found := by_code or by_title) == 1:
                return found[0]
        if categories:
            code, title, attribute = categories[0]
            sentence = f"{provider} is not a member of {quote_cell(title)} ({code}) at {self.authority}."
            self.said.fault(attribute, "taxonomy_term_id", sentence)
        else:
            self.said.fault(row, "id", "no term of attributes.csv, of the link type category, says in which category.")
        return None

    def _known_service(self, row: TabularRow, member: Member) -> Service | None:
        ours = Service.objects.not_withdrawn().filter(member=member).defer("words", "spelling")
        return (ours.filter(uuid=UUID(row.id)).first() or ours.filter(name=row["name"]).first()) if row.id else None

    def _where(self, sites: list[tuple[TabularRow, Site | None]]) -> ParsedEntry:
        there = [(row, site) for row, site in sites if site]
        own = next((site for row, site in there if row["calloff_own"].lower() == "true"), None)
        own = own or (there[0][1] if there else None)
        return {"site": own, "more_sites": [site for _, site in there if own and site.pk != own.pk]}

    def _site(self, at: TabularRow, provider: Organisation) -> Site | None:
        key = provider.pk, at["location_id"]
        if key not in self.sites:
            self.sites[key] = self._keep_site(self.read.by_id[schema.LOCATION_TABLE].get(key[1]), provider)
        return self.sites[key]

    def _keep_site(self, row: TabularRow | None, provider: Organisation) -> Site | None:
        if row is None or row["location_type"] == "virtual":
            return None
        before = self.faults.count
        where: Any = self.said.site(row)
        if self.faults.count > before:
            return None
        ours = Site.objects.filter(provider=provider, status=SiteStatus.OPEN)
        known: Site | None = ours.filter(uuid=UUID(row.id)).first() or ours.filter(name=where["name"]).first()
        try:
            if known is None:
                site: Site = commands.add_site(provider, by=self.by, at=self.at, **({"access": ""} | where))
                return self._did("site", "added", str(site), site)
            if all(_same(getattr(known, name), value) for name, value in where.items()):
                return self._did("site", "unchanged", "", known)
            whole = {name: getattr(known, name) for name in ("name", "address", "town", "postcode", "access")} | where
            amended: Site = commands.amend_site(known, by=self.by, at=self.at, **whole)
            return self._did("site", "changed", str(known), amended)
        except (Refused, PermissionDenied) as refusal:
            address = self.said.addresses[row.id][0]
            about_address = not any(one.where == "name" for one in getattr(refusal, "problems", ()))
            self._refused(address if about_address else row, refusal, {"postcode": "postal_code", "town": "city"})
            return None

    def _keep_service(self, row: TabularRow, member: Member, known: Service | None, entry: ParsedEntry) -> Service:
        named = f"{row['name']}, {member.provider}"
        if known is None:
            service = commands.add(member, by=self.by, at=self.at, **cast(Any, entry))
            self.done["service", "to be checked"] += 1
            return self._did("service", "added", named, service)
        changes = {name: value for name, value in entry.items() if name not in {"site", "more_sites"}}
        changes = {name: value for name, value in changes.items() if not _same(getattr(known, name), value)}
        there = set(known.at_sites.values_list("site", flat=True))
        own, wanted = entry["site"], {one.pk for one in [entry["site"], *entry["more_sites"]] if one}
        if (own.pk if own else None) != known.site_id or wanted != there:
            changes |= {"site": own, "more_sites": entry["more_sites"]}
        if not changes:
            return self._did("service", "unchanged", "", known)
        service = commands.amend(known, by=self.by, at=self.at, **cast(Any, changes))
        return self._did("service", "changed", f"{named}: {format_list(sorted(changes))}", service)

    def _keep_places(self, service: Service, free: int, since: date | None) -> None:
        what, before = "places", service.places
        if (before, service.places_from) == (free, since):
            self._did(what, "unchanged", "", service)
            return
        commands.set_places(service, places=free, places_from=since, by=self.by, at=self.at)
        self._did(what, "added" if before is None else "changed", "", service)

    def _keep_price(self, service: Service, price: ParsedEntry) -> None:
        line, ends_on = price.pop("line"), price.pop("ends_on")
        agreed = service.member.market.pack.schedule is not None
        of_unit = Price.objects.filter(service=service, unit=price["unit"])
        known = of_unit.filter(line=line).last() if agreed else of_unit.filter(starts_on=price["starts_on"]).first()
        if known and known.amount == price["amount"] and (agreed or known.vat == price["vat"]):
            if known.ends_on == ends_on or ends_on is None:
                self._did("price", "unchanged", "", service)
                return
            commands.end_price(known, ends_on=ends_on, by=self.by, at=self.at)
            self._did("price", "changed", f"The price of {service} for {known.get_unit_display()}", service)
            return
        if agreed:
            kept = commands.read_price(service, line=line, by=self.by, at=self.at)
        else:
            kept = commands.set_price(service, by=self.by, at=self.at, **cast(Any, price))
        if ends_on and kept.ends_on != ends_on:
            commands.end_price(kept, ends_on=ends_on, by=self.by, at=self.at)
        self._did("price", "added", f"The price of {service} for {kept.get_unit_display()}", service)

    def _did(self, kind: str, what: str, named: str, record: T) -> T:
        self.done[kind, what] += 1
        if named:
            self.lines.append(f"{what.capitalize()}: {named}")
        return record

    def _refused(self, row: TabularRow, refusal: Exception, columns: dict[str, str] | None = None) -> None:
        if not isinstance(refusal, Refused):
            self.said.fault(row, "", f"{self.by.name} may not change this.")
            return
        for problem in refusal.problems:
            if problem.where == "week" and (schedules := self.said.schedules.get(row.id)):
                self.said.fault(schedules[0], "opens_at", f"{problem.sentence}.")
                continue
            column = (columns or COLUMN_BY_FIELD).get(problem.where, "name" if "name" in row.cells else "id")
            self.said.fault(row, column, problem.sentence)


def _another_number(provider: Organisation, company: str, charity: str) -> str:
    """Return the provider's number that differs from the file's, because two organisations can share a name."""
    if company and provider.company_number and provider.company_number != company:
        return f"company number {provider.company_number}"
    if charity and provider.charity_number and provider.charity_number != charity:
        return f"charity number {provider.charity_number}"
    return ""


def _same(here: Any, said: Any) -> bool:
    """Compare what is here with what a file says: texts line by line, lists as sets of what is in them."""
    if isinstance(here, str) and isinstance(said, str):
        return _lines(here) == _lines(said)
    if isinstance(here, list) and all(isinstance(one, str) for one in here):
        return sorted(here) == sorted(said)
    return bool(here == said)


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.strip().splitlines()]
