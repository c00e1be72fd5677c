"""The differences between two states of a service as text, for versions and for proposed changes."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from calloff.directory import opening_hours
from calloff.directory.models import Gender, Qualification, ServiceRegistration, Site, TeachingMode, Transport
from calloff.kernel.codes import NeedType
from calloff.kernel.formatting import format_list, pluralise


class ServiceDifference(NamedTuple):
    fact: str
    before: str
    after: str


def _several(choices: Any) -> Callable[[Any], str]:
    return lambda values: format_list([str(choices(value).label) for value in values])


def _one(choices: Any) -> Callable[[Any], str]:
    return lambda value: str(choices(value).label)


# for each field: its label on pages, and the function that formats its value
SERVICE_FACTS: dict[str, tuple[str, Callable[[Any], str]]] = {
    "name": ("Name", str),
    "summary": ("In one sentence", str),
    "description": ("What happens there", str),
    "a_day": ("A typical day", str),
    "asking": ("How to ask for a place", str),
    "age_from": ("Youngest age", str),
    "age_to": ("Oldest age", str),
    "gender": ("Who it is for", _one(Gender)),
    "needs": ("Needs supported", _several(NeedType)),
    "main_needs": ("Main needs", _several(NeedType)),
    "mode": ("How it is delivered", _one(TeachingMode)),
    "site": ("Site", str),
    "more_sites": ("Other sites", str),
    "reach": ("Miles the service travels from its site", lambda miles: pluralise(miles, "mile")),
    "area": ("Area covered", str),
    "transport": ("Transport", _one(Transport)),
    "week": ("Opening hours", str),
    "hours": ("More about opening hours", str),
    "staff": ("Staff in a group", str),
    "children": ("Children in a group", str),
    "team": ("Staff", str),
    "qualifications": ("Qualifications and awards", _several(Qualification)),
    "registration": ("Registration", _one(ServiceRegistration)),
    "registration_number": ("Registration number", str),
}


def diff_services(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[ServiceDifference]:
    """Return the differences, in the order of the fields on the page.

    Sites are identified by their keys, and one query loads all their names.
    """
    names = _sites_of(before, after)
    return [
        ServiceDifference(label, _said(name, before.get(name), read, names), _said(name, after.get(name), read, names))
        for name, (label, read) in SERVICE_FACTS.items()
        if name in after and before.get(name) != after.get(name)
    ]


def name_facts(facts: Mapping[str, Any]) -> list[str]:
    """Return the labels of some fields, in the order of the page, for example “Youngest age”."""
    return [label for name, (label, _) in SERVICE_FACTS.items() if name in facts]


def _said(name: str, value: Any, read: Callable[[Any], str], sites: Mapping[int, str]) -> str:
    if name == "site":
        return sites[value] if value else "No site"
    if name == "more_sites":
        return format_list([sites[pk] for pk in value or []]) or "None"
    if name == "week":
        return opening_hours.format_hours(opening_hours.parse_week(value or []), sites) or "Not provided"
    return read(value) if value not in (None, "", []) else "Not provided"


def _sites_of(*tellings: Mapping[str, Any]) -> dict[int, str]:
    keys = {key for telling in tellings for key in (telling.get("site"), *(telling.get("more_sites") or [])) if key}
    keys |= {row["site"] for telling in tellings for row in telling.get("week") or [] if row.get("site")}
    return {site.pk: str(site) for site in Site.objects.filter(pk__in=keys)} if keys else {}
