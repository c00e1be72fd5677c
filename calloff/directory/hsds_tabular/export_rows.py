"""Build the rows of the exported files from the public part of an authority's directory."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

from django.conf import settings
from django.urls import reverse

from calloff.directory import opening_hours, queries, taxonomies
from calloff.directory.hsds_tabular import schema
from calloff.directory.models import Price, Service, ServiceRegistration, ServiceSite, Site, Weekday
from calloff.directory.opening_hours import schedule_id
from calloff.directory.price_visibility import PriceVisibility
from calloff.kernel.clock import local_day
from calloff.kernel.codes import IdentifierScheme, parse_charity
from calloff.kernel.formatting import format_date, format_list, pluralise
from calloff.kernel.wgs84 import to_degrees
from calloff.people.models import Organisation

ExportRow = dict[str, Any]
RowsByFile = dict[str, list[ExportRow]]  # {table: its rows}


def directory_rows(authority: Organisation, at: datetime) -> RowsByFile:
    """Return an authority's listed services with their sites and providers, as rows grouped by file.

    Prices are included only if their market publishes them. For a provider, only the name and public registration
    numbers are exported, and no telephone number, address or person. The function makes six queries.
    """
    listed = queries.for_open_data(queries.listed_services(authority, at))
    services = listed.select_related("authority", "provider", "lot", "site", "member__market")
    files: RowsByFile = defaultdict(list, {name: [] for name in schema.TABLES})
    providers: dict[int, Organisation] = {}
    sites: dict[int, Site] = {}
    today, public_prices = local_day(at), PriceVisibility()
    used: dict[UUID, taxonomies.TaxonomyTerm] = {}
    for service in services:
        service.member.market.authority = service.authority
        providers[service.provider_id] = service.provider
        at_sites = service.all_sites
        sites |= {at_site.site_id: at_site.site for at_site in at_sites}
        files[schema.SERVICE_TABLE].append(_service(service))
        files[schema.SERVICE_AT_LOCATION_TABLE] += [_at_location(service, at_site) for at_site in at_sites]
        files[schema.SCHEDULE_TABLE] += _schedules(service, at_sites)
        files[schema.SERVICE_AREA_TABLE] += _areas(service)
        if public_prices.sees(service):
            files[schema.COST_OPTION_TABLE] += [
                _cost(service, price) for price in queries.prices_on(service.all_prices, today)
            ]
        terms = taxonomies.terms_of(service)
        used |= {term.id: term for term in terms}
        files[schema.ATTRIBUTE_TABLE] += [_attribute(service, term) for term in terms]
    for provider in providers.values():
        files[schema.ORGANIZATION_TABLE].append(_organization(provider))
        files[schema.ORGANIZATION_IDENTIFIER_TABLE] += _identifiers(provider)
    for site in sites.values():
        files[schema.LOCATION_TABLE].append(_location(site))
        files[schema.ADDRESS_TABLE].append(_address(site))
        if site.access:
            files[schema.ACCESSIBILITY_TABLE].append(_access(site))
    _lists(
        files,
        [*taxonomies.fixed_terms(), *(term for term in used.values() if term.id not in taxonomies.VALUES_BY_TERM_ID)],
    )
    return files


def _organization(provider: Organisation) -> ExportRow:
    form = f"A {provider.get_form_display().lower()}" if provider.form else "A provider"
    return {
        "id": provider.uuid,
        "name": provider.name,
        "description": f"{form} that a council has approved to educate or support children.",
    }


def _identifiers(provider: Organisation) -> Iterator[ExportRow]:
    numbers = (
        [(IdentifierScheme.COMPANIES_HOUSE, "Company number", provider.company_number)]
        if provider.company_number
        else []
    )
    if provider.charity_number and (charity := parse_charity(provider.charity_number)):
        numbers.append((charity.scheme, "Charity number", charity.number))
    organisation_id = provider.uuid
    for scheme, kind, number in numbers:
        yield {
            "id": uuid5(organisation_id, scheme.value), "organization_id": organisation_id,
            "identifier_scheme": scheme.value, "identifier_type": kind, "identifier": number,
        }  # fmt: skip


def _service(service: Service) -> ExportRow:
    checked = service.member.last_checked_on
    updated_on = local_day(service.places_at) if service.places_at else None
    return {
        "id": service.uuid,
        "organization_id": service.provider.uuid,
        "name": service.name,
        "description": service.description,
        "url": settings.ADDRESS + reverse("public:service", args=[service.authority.slug, service.slug]),
        "status": "active",
        "application_process": service.asking,
        "accreditations": _registered(service),
        "minimum_age": service.age_from,
        "maximum_age": service.age_to,
        "assured_date": checked,
        "alert": f"Full, updated on {format_date(updated_on)}." if service.is_full and updated_on else "",
        "last_modified": max(filter(None, [service.changed_at, service.places_at])).astimezone(UTC),
        "calloff_summary": service.summary,
        "calloff_main_needs": ",".join(service.main_needs),
        "calloff_gender": service.gender,
        "calloff_staff": service.staff,
        "calloff_children": service.children,
        "calloff_team": service.team,
        "calloff_day": service.a_day,
        "calloff_transport": service.transport,
        "calloff_registration_number": service.registration_number,
        "calloff_places": service.places,
        "calloff_places_from": service.places_from,
        "calloff_places_said": updated_on,
    }


def _registered(service: Service) -> str:
    if service.registration == ServiceRegistration.NONE:
        return ""
    number = f", number {service.registration_number}" if service.registration_number else ""
    return f"{service.get_registration_display()}{number}"


def _at_location(service: Service, at_site: ServiceSite) -> ExportRow:
    is_main = "true" if at_site.site_id == service.site_id else "false"
    return {"id": at_site.uuid, "service_id": service.uuid, "location_id": at_site.site.uuid, "calloff_own": is_main}


def _location(site: Site) -> ExportRow:
    latitude, longitude = to_degrees([site.position])[0] if site.position else ("", "")
    return {
        "id": site.uuid,
        "location_type": "physical",
        "name": site.name,
        "description": f"Run by {site.run_by}." if site.run_by else "",
        "latitude": latitude,
        "longitude": longitude,
        "calloff_run_by": site.run_by,
    }


def _address(site: Site) -> ExportRow:
    first, *other_lines = [line.strip() for line in site.address.splitlines() if line.strip()] or [""]
    return {
        "id": uuid5(site.uuid, "address"),
        "location_id": site.uuid,
        "address_1": first,
        "address_2": "\n".join(other_lines),
        "city": site.town,
        "postal_code": site.postcode,
        "country": "GB",
        "address_type": "physical",
    }


def _access(site: Site) -> ExportRow:
    return {"id": uuid5(site.uuid, "accessibility"), "location_id": site.uuid, "description": site.access}


def _schedules(service: Service, at_sites: Iterable[ServiceSite]) -> Iterator[ExportRow]:
    """Yield a row for each group of opening hours, in local time, with the days as an RFC 5545 rule.

    A row without a location is for the service's main site.
    """
    id_by_site = {at_site.site_id: at_site.uuid for at_site in at_sites}
    day_groups = opening_hours.group_alike_days(opening_hours.parse_week(service.week))
    for number, hours in enumerate(day_groups, start=1):
        yield {
            "id": schedule_id(service.uuid, number),
            "service_id": service.uuid,
            "service_at_location_id": id_by_site.get(hours.site_id) if hours.site_id else "",
            "valid_from": hours.from_on,
            "valid_to": hours.to_on,
            "dtstart": opening_hours.first_open_date(hours, local_day(service.added_at)),
            "freq": "WEEKLY",
            "interval": 1,
            "byday": ",".join(day[:2].upper() for day in hours.days),
            "opens_at": hours.starts,
            "closes_at": hours.ends,
            "description": format_list([str(Weekday(day).label) for day in hours.days]),
            "attending_type": service.get_mode_display(),
            "notes": service.hours if number == 1 else "",
        }
    if service.hours and not day_groups:
        yield {
            "id": schedule_id(service.uuid, 1), "service_id": service.uuid,
            "attending_type": service.get_mode_display(), "notes": service.hours,
        }  # fmt: skip


def _areas(service: Service) -> Iterator[ExportRow]:
    if service.reach is not None and service.site:
        description = f"Within {pluralise(service.reach, 'mile')} of {service.site.town}"
        yield {
            "id": uuid5(service.uuid, "reach"), "service_id": service.uuid, "name": description,
            "service_area": description, "extent": pluralise(service.reach, "mile"),
            "extent_type": schema.RADIUS_EXTENT,
        }  # fmt: skip
    if service.area:
        yield {
            "id": uuid5(service.uuid, "area"), "service_id": service.uuid, "name": service.area,
            "service_area": service.area,
        }  # fmt: skip


def _cost(service: Service, price: Price) -> ExportRow:
    return {
        "id": uuid5(service.uuid, f"price/{price.unit}/{price.starts_on}"),
        "service_id": service.uuid,
        "valid_from": price.starts_on,
        "valid_to": price.ends_on,
        "option": price.includes,
        "currency": "GBP",
        "amount": price.amount,
        "amount_description": f"{price.get_unit_display()}, {price.get_vat_display()}",
        "calloff_unit": price.unit,
        "calloff_vat": price.vat,
        "calloff_hours": price.lasts,
        "calloff_line": price.line,
    }


def _attribute(service: Service, term: taxonomies.TaxonomyTerm) -> ExportRow:
    return {
        "id": uuid5(service.uuid, f"attribute/{term.id}"),
        "link_id": service.uuid,
        "taxonomy_term_id": term.id,
        "link_type": term.taxonomy.link_type,
        "link_entity": schema.SERVICE_TABLE,
    }


def _lists(files: RowsByFile, terms: Iterable[taxonomies.TaxonomyTerm]) -> None:
    taxonomy_by_id = {taxonomy.id: taxonomy for taxonomy in taxonomies.FIXED_TAXONOMIES}
    for term in terms:
        taxonomy_by_id[term.taxonomy.id] = term.taxonomy
        files[schema.TAXONOMY_TERM_TABLE].append(
            {
                "id": term.id,
                "code": term.code,
                "name": term.name,
                "description": term.description,
                "taxonomy": term.taxonomy.name,
                "taxonomy_id": term.taxonomy.id,
                "term": term.code,
            }
        )
    files[schema.TAXONOMY_TABLE] += [
        {"id": taxonomy.id, "name": taxonomy.name, "description": taxonomy.description}
        for taxonomy in taxonomy_by_id.values()
    ]
