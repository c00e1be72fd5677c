"""What a service says of itself, as data: the facts that the authority checks, and those that are the provider's own.

Checked is what decides whether a place is lawful and safe for a child, or what the authority saw when it looked: for
whom it is, in what setting, with how many staff, where, under whose eye, and to what it leads. `reach` goes with them
because it is measured from the site. ADR 0028.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from calloff.directory.models import Gender, Qualification, Service, ServiceRegistration, Site, TeachingMode
from calloff.directory.states import SiteStatus
from calloff.kernel.codes import NeedType
from calloff.kernel.lifecycles import Refused

ServiceFields = dict[str, Any]  # plain values, as JSON keeps them: a site is its key

CHECKED_FIELDS: tuple[str, ...] = (
    "age_from", "age_to", "gender", "needs", "main_needs", "mode", "staff", "children", "site", "more_sites", "reach",
    "registration", "registration_number", "qualifications",
)  # fmt: skip
ORDERED_VALUES = {"needs": NeedType.values, "main_needs": NeedType.values, "qualifications": Qualification.values}
ENTRY_FIELDS: tuple[str, ...] = (  # all that a service says of itself, in the order of its page, save `more_sites`
    "name", "summary", "description", "a_day", "asking", "age_from", "age_to", "gender", "needs", "main_needs", "mode",
    "site", "reach", "area", "transport", "week", "hours", "staff", "children", "team",
    "qualifications", "registration", "registration_number",
)  # fmt: skip
CHOICE_FIELDS = {"gender": Gender, "mode": TeachingMode, "registration": ServiceRegistration}


def checked_fields_of(service: Service) -> ServiceFields:
    """Return the checked facts as they stand."""
    more = service.at_sites.exclude(site=service.site_id) if service.site_id else service.at_sites.all()
    standing = {name: getattr(service, name) for name in CHECKED_FIELDS if name not in {"site", "more_sites"}}
    standing |= {"site": service.site_id, "more_sites": list(more.values_list("site", flat=True))}
    return entry_as_data(standing)


def all_fields_of(service: Service, sites: Iterable[Site]) -> ServiceFields:
    """Return a service's details at some sites, as data: what the authority checks before anyone else sees it."""
    said = {name: getattr(service, name) for name in ENTRY_FIELDS if name != "site"}
    others = [site.pk for site in sites if site.pk != service.site_id]
    return {name: _plain(name, value) for name, value in said.items()} | {
        "site": service.site_id, "more_sites": sorted(others),
    }  # fmt: skip


def entry_as_data(entry: Mapping[str, Any]) -> ServiceFields:
    """Return the checked facts of what was said, as data that compare: a list is in one order, anyone who ticked it."""
    return {name: _plain(name, entry[name]) for name in CHECKED_FIELDS if name in entry}


def fields_as_entry(facts: Mapping[str, Any], service: Service) -> ServiceFields:
    """Turn data back into what commands take: keys of sites into sites.

    Raises Refused where a site is not one of the provider's open ones any more.
    """
    said = dict(facts)
    keys = {facts.get("site"), *facts.get("more_sites", [])} - {None}
    known = {site.pk: site for site in Site.objects.filter(pk__in=keys, provider=service.provider)}
    gone = [site for site in known.values() if site.status != SiteStatus.OPEN]
    if gone or len(known) != len(keys):
        raise Refused(f"{gone[0] if gone else 'A site'} is closed, so the service cannot be listed there.", "site")
    if "site" in said:
        said["site"] = known.get(said["site"])
    if "more_sites" in said:
        said["more_sites"] = [known[pk] for pk in said["more_sites"]]
    return said


def _plain(name: str, value: Any) -> Any:
    if name == "site":
        return getattr(value, "pk", value)
    if name == "more_sites":
        return sorted(getattr(one, "pk", one) for one in value)
    if name in ORDERED_VALUES:
        several = ORDERED_VALUES[name]
        return sorted(map(str, value), key=lambda one: several.index(one) if one in several else len(several))
    return str(value) if isinstance(value, str) else value
