"""A service's details as data: those that the authority checks, and those that the provider can change freely.

The authority checks details that decide whether a place is lawful and safe for a child, and details that it saw on a
visit: who the service is for, its setting, staff ratio, sites, registration and qualifications. It also checks `reach`,
because this is measured from the site (ADR 0028).
"""

from collections.abc import Iterable, Mapping
from typing import Any

from calloff.directory.models import Gender, Qualification, Service, ServiceRegistration, Site, TeachingMode
from calloff.directory.states import SiteStatus
from calloff.kernel.codes import NeedType
from calloff.kernel.lifecycles import Refused

ServiceFields = dict[str, Any]  # values as JSON stores them, for example a site as its key

CHECKED_FIELDS: tuple[str, ...] = (
    "age_from", "age_to", "gender", "needs", "main_needs", "mode", "staff", "children", "site", "more_sites", "reach",
    "registration", "registration_number", "qualifications",
)  # fmt: skip
ORDERED_VALUES = {"needs": NeedType.values, "main_needs": NeedType.values, "qualifications": Qualification.values}
# All details of a service except `more_sites`, in the order of its page.
ENTRY_FIELDS: tuple[str, ...] = (
    "name", "summary", "description", "a_day", "asking", "age_from", "age_to", "gender", "needs", "main_needs", "mode",
    "site", "reach", "area", "transport", "week", "hours", "staff", "children", "team",
    "qualifications", "registration", "registration_number",
)  # fmt: skip
CHOICE_FIELDS = {"gender": Gender, "mode": TeachingMode, "registration": ServiceRegistration}


def checked_fields_of(service: Service) -> ServiceFields:
    """Return a service's current checked details as JSON data."""
    more = service.at_sites.exclude(site=service.site_id) if service.site_id else service.at_sites.all()
    current = {name: getattr(service, name) for name in CHECKED_FIELDS if name not in {"site", "more_sites"}}
    current |= {"site": service.site_id, "more_sites": list(more.values_list("site", flat=True))}
    return entry_as_data(current)


def all_fields_of(service: Service, sites: Iterable[Site]) -> ServiceFields:
    """Return all details of a service at the given sites as JSON data.

    The authority checks these details before it publishes them.
    """
    values = {name: getattr(service, name) for name in ENTRY_FIELDS if name != "site"}
    other_sites = [site.pk for site in sites if site.pk != service.site_id]
    return {name: _as_data(name, value) for name, value in values.items()} | {
        "site": service.site_id, "more_sites": sorted(other_sites),
    }  # fmt: skip


def entry_as_data(entry: Mapping[str, Any]) -> ServiceFields:
    """Return the checked details in an entry as JSON data that can be compared, with lists sorted."""
    return {name: _as_data(name, entry[name]) for name in CHECKED_FIELDS if name in entry}


def fields_as_entry(facts: Mapping[str, Any], service: Service) -> ServiceFields:
    """Convert JSON data back to an entry for commands, with sites in place of their keys.

    Raises Refused if a site is closed or belongs to another provider.
    """
    entry = dict(facts)
    keys = {facts.get("site"), *facts.get("more_sites", [])} - {None}
    site_by_key = {site.pk: site for site in Site.objects.filter(pk__in=keys, provider=service.provider)}
    closed_sites = [site for site in site_by_key.values() if site.status != SiteStatus.OPEN]
    if closed_sites or len(site_by_key) != len(keys):
        raise Refused(
            f"{closed_sites[0] if closed_sites else 'A site'} is closed, so the service cannot be listed there.", "site"
        )
    if "site" in entry:
        entry["site"] = site_by_key.get(entry["site"])
    if "more_sites" in entry:
        entry["more_sites"] = [site_by_key[pk] for pk in entry["more_sites"]]
    return entry


def _as_data(name: str, value: Any) -> Any:
    if name == "site":
        return getattr(value, "pk", value)
    if name == "more_sites":
        return sorted(getattr(site, "pk", site) for site in value)
    if name in ORDERED_VALUES:
        code_order = ORDERED_VALUES[name]
        return sorted(
            map(str, value), key=lambda code: code_order.index(code) if code in code_order else len(code_order)
        )
    return str(value) if isinstance(value, str) else value
