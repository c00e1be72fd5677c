"""Build feed records from rows: services, their locations, and short records for services that are not listed."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any
from uuid import uuid5

from django.conf import settings
from django.urls import reverse

from calloff.directory import opening_hours, taxonomies
from calloff.directory.models import Price, Qualification, ServiceRegistration, ServiceSite, Site
from calloff.directory.models import Service as Row
from calloff.directory.opening_hours import schedule_id
from calloff.kernel import time_of_day
from calloff.kernel.clock import local_day
from calloff.kernel.codes import IdentifierScheme, parse_charity
from calloff.kernel.formatting import format_date, format_list, pluralise
from calloff.kernel.geography import PointField
from calloff.kernel.wgs84 import to_degrees
from calloff.oruk.models import FeedEntry
from calloff.oruk.schema import (
    FeedAccessibility,
    FeedAddress,
    FeedArea,
    FeedAttribute,
    FeedCostOption,
    FeedIdentifier,
    FeedLocation,
    FeedOrganization,
    FeedSchedule,
    FeedService,
    FeedServiceAtLocation,
    FeedTaxonomy,
    FeedTerm,
)
from calloff.oruk.taxonomy_terms import term_record, terms_carried_by
from calloff.people.models import Organisation

_POINT = PointField()
NO_LONGER_LISTED_NAME = "No longer listed"  # shown instead of a name that the public must no longer see
ORGANISATION_FORM_WORDS = {
    Organisation.Form.COMPANY: "A company",
    Organisation.Form.CHARITY: "A charity",
    Organisation.Form.SOLE_TRADER: "A sole trader",
    Organisation.Form.PARTNERSHIP: "A partnership",
    Organisation.Form.SCHOOL: "A school or college",
    Organisation.Form.PUBLIC_BODY: "A public body",
}
COUNTRY_CODE = "GB"  # ISO 3166-1
NATIONS_BY_ONS_CODE = {
    "E92000001": "England",
    "S92000003": "Scotland",
    "W92000004": "Wales",
}  # keyed by the ONS code in the postcode register
UNKNOWN_TEXT = ""  # used for fields that the schema requires


def service(row: Any) -> FeedService:
    """Return the record of a service in a list: its fields if it is listed, or otherwise a short record."""
    if not row.is_listed:
        return tombstone(row)
    return FeedService(**service_fields(row))


def tombstone(row: Any) -> FeedService:
    """Return the record of a service that is not listed.

    It has the name only while the service's own page still shows it.
    """
    if not row.is_known:
        return FeedService(id=row.service__uuid, name=NO_LONGER_LISTED_NAME, status="defunct")
    withdrawn = row.service__status == "withdrawn"
    status = "inactive" if withdrawn else "temporarily closed"
    return FeedService(id=row.service__uuid, name=row.service__name, status=status)


def service_fields(row: Any) -> dict[str, Any]:
    """Return the fields of a listed service that need no related record except the provider."""
    changed = max(filter(None, (row.service__changed_at, row.service__places_at, row.service__member__changed_at)))
    checked = row.service__member__last_checked_on
    return {
        "id": row.service__uuid,
        "name": row.service__name,
        "status": "active",
        "description": _full_description(row.service__summary, row.service__description),
        "url": _page_of(row.authority__slug).format(row.service__slug),
        "accreditations": _accreditations(row),
        "minimum_age": row.service__age_from,
        "maximum_age": row.service__age_to,
        "assured_date": checked.isoformat() if checked else "",
        "alert": _alert(row.service__places, row.service__places_at),
        "last_modified": _format_instant(changed),
        "organization": FeedOrganization(
            id=row.service__provider__uuid,
            name=row.service__provider__name,
            description=_describe_provider(row.service__provider__form, invented=row.service__provider__invented),
        ),
    }


def at_locations(rows: Sequence[Any]) -> list[FeedServiceAtLocation]:
    """Return the records of services at their sites.

    All points are converted to degrees together, because this is faster.
    """
    located = [row for row in rows if row.is_listed and row.at_site and row.at_site__site__position]
    points = [point for row in located if (point := _POINT.to_python(row.at_site__site__position))]
    degrees_by_id = dict(zip((row.uuid for row in located), to_degrees(points), strict=True))
    return [_at_location(row, degrees_by_id.get(row.uuid)) for row in rows]


def _at_location(row: Any, degrees: tuple[float, float] | None) -> FeedServiceAtLocation:
    if not row.is_listed:
        return FeedServiceAtLocation(id=row.uuid, service=tombstone(row))
    if not row.at_site:
        # The service is no longer at this site, but is active at other sites.
        return FeedServiceAtLocation(id=row.uuid)
    latitude, longitude = degrees or (None, None)
    location = FeedLocation(
        id=row.at_site__site__uuid, location_type="physical", name=row.at_site__site__name,
        description=_run_by(row.at_site__site__run_by), latitude=latitude, longitude=longitude,
    )  # fmt: skip
    return FeedServiceAtLocation(id=row.uuid, location=location, service=service(row))


def full_locations(at_sites: Iterable[ServiceSite], nations: Mapping[str, str]) -> list[FeedServiceAtLocation]:
    """Return the records of a service's locations, without the record of the service itself."""
    return [
        FeedServiceAtLocation(id=at_site.uuid, location=full_location(at_site.site, nations)) for at_site in at_sites
    ]


def full_location(site: Site, nations: Mapping[str, str]) -> FeedLocation:
    """Return the full record of a site. `nations` is {postcode: ONS code of the nation}."""
    latitude, longitude = to_degrees([site.position])[0] if site.position else (None, None)
    nation = NATIONS_BY_ONS_CODE.get(nations.get(site.postcode, ""), UNKNOWN_TEXT)
    address = FeedAddress(
        id=uuid5(site.uuid, "address"), location_id=site.uuid, address_1=", ".join(_lines(site.address)),
        city=site.town, state_province=nation, postal_code=site.postcode, country=COUNTRY_CODE,
        address_type="physical",
    )  # fmt: skip
    access = FeedAccessibility(id=uuid5(site.uuid, "accessibility"), location_id=site.uuid, description=site.access)
    return FeedLocation(
        id=site.uuid, location_type="physical", name=site.name, description=_run_by(site.run_by),
        latitude=latitude, longitude=longitude, addresses=[address], accessibility=[access] if site.access else [],
    )  # fmt: skip


def full_organization(brief: FeedOrganization, provider: Organisation) -> FeedOrganization:
    """Return the provider's record with its registration numbers."""
    brief.organization_identifiers = [
        FeedIdentifier(id=uuid5(brief.id, scheme), identifier_scheme=scheme, identifier_type=kind, identifier=number)
        for scheme, kind, number in _registration_numbers(provider)
    ]
    return brief


def _registration_numbers(provider: Organisation) -> Iterable[tuple[str, str, str]]:
    if provider.company_number:
        yield IdentifierScheme.COMPANIES_HOUSE.value, "Company number", provider.company_number
    if provider.charity_number and (charity := parse_charity(provider.charity_number)):
        yield charity.scheme.value, "Charity number", charity.number


def schedules(row: Row, at_sites: Iterable[ServiceSite] = ()) -> list[FeedSchedule]:
    """Return a service's opening hours as weekly RFC 5545 rules, in local time.

    There is one rule for each group of days with the same hours. Each rule includes the provider's own description of
    its hours. If there are no rules, only the description is returned.
    """
    by_site = {at_site.site_id: at_site for at_site in at_sites}
    weekly = [
        FeedSchedule(
            id=schedule_id(row.uuid, number), service_id=row.uuid,
            service_at_location_id=by_site[hours.site_id].uuid if hours.site_id and hours.site_id in by_site else None,
            freq="WEEKLY", interval=1,
            byday=",".join(day[:2].upper() for day in hours.days),
            dtstart=opening_hours.first_open_date(hours, local_day(row.added_at)).isoformat(),
            valid_from=hours.from_on.isoformat() if hours.from_on else "",
            valid_to=hours.to_on.isoformat() if hours.to_on else "",
            opens_at=hours.starts.isoformat() if hours.starts else "",
            closes_at=hours.ends.isoformat() if hours.ends else "",
            description=_describe_hours(hours, by_site) or row.hours, attending_type=row.get_mode_display(),
            notes=row.hours if _describe_hours(hours, by_site) else "",
        )
        for number, hours in enumerate(opening_hours.group_alike_days(opening_hours.parse_week(row.week)), start=1)
    ]  # fmt: skip
    if weekly or not row.hours:
        return weekly
    return [
        FeedSchedule(
            id=schedule_id(row.uuid, 1), service_id=row.uuid, description=row.hours,
            attending_type=row.get_mode_display(),
        )
    ]  # fmt: skip


def _describe_hours(hours: opening_hours.AlikeDays, by_site: Mapping[int, ServiceSite]) -> str:
    opening = (
        f"{time_of_day.format_time(hours.starts)} to {time_of_day.format_time(hours.ends)}"
        if hours.starts and hours.ends
        else ""
    )
    at = f"at {by_site[hours.site_id].site.name}" if hours.site_id and hours.site_id in by_site else ""
    return " ".join(filter(None, [opening, at]))


def areas(row: Row) -> list[FeedArea]:
    """Return the areas that a service says it serves: a description, a distance from the service's site, or both."""
    names = [f"Within {pluralise(row.reach, 'mile')} of {row.site.town}"] if row.reach is not None and row.site else []
    names += [row.area] if row.area else []
    return [
        FeedArea(id=uuid5(row.uuid, f"area/{number}"), service_id=row.uuid, name=name, service_area=name)
        for number, name in enumerate(names)
    ]


def cost_options(row: Row, prices: Iterable[Price]) -> list[FeedCostOption]:
    """Return prices as cost options. The caller must have checked that the public is allowed to see the prices."""
    return [
        FeedCostOption(
            id=uuid5(row.uuid, f"price/{price.pk}"), service_id=row.uuid, valid_from=price.starts_on.isoformat(),
            valid_to=price.ends_on.isoformat() if price.ends_on else "", option=price.includes,
            amount=float(price.amount),
            amount_description=f"{price.get_unit_display()}, {price.get_vat_display()}",
        )
        for price in prices
    ]  # fmt: skip


def attributes(row: Row, categories: Iterable[FeedTerm]) -> list[FeedAttribute]:
    carried = [*terms_carried_by(row), *(("category", term) for term in categories)]
    return [
        FeedAttribute(
            id=uuid5(row.uuid, f"attribute/{term.id}"), link_id=row.uuid, taxonomy_term_id=term.id,
            link_type=link_type, taxonomy_term=term,
        )
        for link_type, term in carried
    ]  # fmt: skip


def market(entry: FeedEntry) -> FeedTaxonomy:
    """Return a market as a taxonomy, with its categories as terms."""
    assert entry.market is not None  # noqa: S101  (a database constraint ensures that this is true)
    taxonomy = taxonomies.category_taxonomy(entry.market)
    return FeedTaxonomy(id=taxonomy.id, name=taxonomy.name, description=taxonomy.description)


def category(entry: FeedEntry) -> FeedTerm:
    """Return a market's category as a term, whose code is the code of the market and the number of the category."""
    assert entry.lot is not None  # noqa: S101  (a database constraint ensures that this is true)
    assert entry.market is not None  # noqa: S101
    return term_record(taxonomies.category_term(entry.market, entry.lot))


@cache
def _page_of(authority: str) -> str:
    """Return the URL of an authority's service pages, with {} in place of the slug.

    The URL is cached, because reversing a URL is slow.
    """
    a_slug = "a-service"
    return settings.ADDRESS + reverse("public:service", args=[authority, a_slug]).removesuffix(a_slug) + "{}"


def _accreditations(row: Any) -> str:
    sentences = [f"Approved by {row.authority__name}."]
    if row.service__registration != ServiceRegistration.NONE:
        number = row.service__registration_number
        sentences.append(
            f"{ServiceRegistration(row.service__registration).label}{f', number {number}' if number else ''}."
        )
    if row.service__qualifications:
        sentences.append(
            f"Leads to: {format_list([str(Qualification(code).label) for code in row.service__qualifications])}."
        )
    return " ".join(sentences)


def _alert(places: int | None, said_at: datetime | None) -> str:
    return f"Full, updated on {format_date(said_at)}." if places == 0 and said_at else ""


def _full_description(summary: str, description: str) -> str:
    """Return the summary and the description, or the description alone if it starts with the summary."""
    return description if description.startswith(summary) else f"{summary}\n\n{description}".strip()


def _describe_provider(form: str, *, invented: bool) -> str:
    form_text = ORGANISATION_FORM_WORDS.get(Organisation.Form(form), "A provider")
    sentence = f"{form_text} that a council has approved to educate or support children."
    return f"{sentence} This provider is made up for a demonstration." if invented else sentence


def _run_by(operator: str) -> str:
    return f"Run by {operator}." if operator else ""


def _lines(text: str) -> list[str]:
    return [line.strip(" ,") for line in text.splitlines() if line.strip(" ,")]


def _format_instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
