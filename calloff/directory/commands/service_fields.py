"""Check a service's details as the provider entered them, and apply them to the service."""

from collections.abc import Callable, Collection
from typing import TypedDict, cast

from calloff.directory import opening_hours, search_text
from calloff.directory.models import Service, ServiceRegistration, Site
from calloff.directory.opening_hours import OpeningWeek
from calloff.directory.states import SiteStatus
from calloff.kernel import registration_numbers
from calloff.kernel.lifecycles import Problem, Refused
from calloff.kernel.names import collapse_spaces, find_name_problem
from calloff.people.models import Organisation

__all__ = ["ServiceEntry"]

MAX_SERVICE_NAME_LENGTH = 120  # characters
# The format depends on the body with which the provider is registered.
CLEAN_NUMBER_BY_REGISTRATION: dict[str, Callable[..., str]] = {
    ServiceRegistration.SCHOOL: registration_numbers.clean_urn,
    ServiceRegistration.STATE: registration_numbers.clean_urn,
    ServiceRegistration.COLLEGE: registration_numbers.clean_urn_or_ukprn,
    ServiceRegistration.CHILDCARE: registration_numbers.clean_ofsted_urn,
    ServiceRegistration.CARE: registration_numbers.clean_cqc_id,
}


class ServiceEntry(TypedDict, total=False):
    """A service's details. Ages are in years, and both limits are included.

    The ratio is `staff` members to `children`. `more_sites` contains all sites except the main one, which is `site`.
    `reach` is in miles from the main site. A new service needs every detail from the first field up to `children`. When
    a service is changed, details that are left out stay the same.
    """

    site: Site | None
    name: str
    summary: str
    description: str
    age_from: int
    age_to: int
    needs: list[str]
    mode: str
    week: OpeningWeek  # the opening hours, in the form that `opening_hours.week_rows` returns
    hours: str
    staff: int
    children: int
    more_sites: list[Site]
    main_needs: list[str]
    gender: str
    team: str
    qualifications: list[str]
    transport: str
    reach: int | None
    area: str
    registration: str
    registration_number: str
    a_day: str
    asking: str


def clean_number(registration: str, number: str) -> str:
    """Return a registration number in its standard form, or an empty string.

    Raises Refused if the format of the number is wrong. We check only the format, because we cannot look the number up
    in the register.
    """
    if not number.strip():
        return ""
    if registration == ServiceRegistration.NONE:
        raise Refused("Select the registration that this number belongs to, or clear the number", "registration")
    return CLEAN_NUMBER_BY_REGISTRATION[registration](number, field="registration_number")


def with_clean_number(entry: ServiceEntry, service: Service | None = None) -> ServiceEntry:
    """Return the details with the registration number in its standard form.

    A number that was entered before this check existed does not change until someone edits it. Raises Refused if the
    format of a number is wrong.
    """
    if not entry.keys() & {"registration", "registration_number"}:
        return entry
    before = service or Service()
    registration = entry.get("registration", before.registration)
    number = clean_number(registration, entry.get("registration_number", before.registration_number))
    return entry | {"registration_number": number}


def apply_entry(service: Service, entry: ServiceEntry) -> list[Site]:
    """Apply details to a service without saving it. Returns all sites of the service, the main one first."""
    more, before = entry.get("more_sites"), service.site_id
    for name, value in entry.items():
        if name != "more_sites":
            setattr(service, name, collapse_spaces(str(value)) if name == "name" else value)
    if more is None:  # the other sites are not part of the change, so they stay the same
        other_sites = service.at_sites.exclude(site=before).select_related("site") if service.pk else []
        more = [at_site.site for at_site in other_sites if at_site.site.status == SiteStatus.OPEN]
    main_site = [service.site] if service.site else []
    sites = [*main_site, *(site for site in more if site not in main_site)]
    service.week = opening_hours.keep_to_sites(service.week, service.site_id, {site.pk for site in sites})
    search_text.update_search_text(service, sites)
    return sites


def complete_entry(service: Service, entry: ServiceEntry) -> ServiceEntry:
    """Return all the details that a service would have after a change.

    Opening hours are included only if they change. The existing ones are valid, and `apply_entry` limits them to the
    service's sites.
    """
    current = {
        name: getattr(service, name) for name in ServiceEntry.__annotations__ if name not in {"more_sites", "week"}
    }
    return cast(ServiceEntry, current | dict(entry))


def validate_entry(provider: Organisation, entry: ServiceEntry, *, there: Collection[int] = ()) -> None:
    """Check a service's details, and lock its sites so that none can be closed until the transaction ends.

    `there` contains the keys of the service's current sites, which the opening hours can use. Raises Refused, with each
    problem's field.
    """
    name_problem = find_name_problem(entry["name"], noun="Name of the service", longest=MAX_SERVICE_NAME_LENGTH)
    # The upper age limit for special educational needs is 25 (Children and Families Act 2014).
    problems = [Problem(name_problem, "name")] if name_problem else []
    if not 0 <= entry["age_from"] <= entry["age_to"] <= 25:  # noqa: PLR2004
        problems.append(
            Problem(
                "Youngest age must be the same as or below the oldest age. Oldest age must be 25 or less.", "age_to"
            )
        )
    if entry["staff"] < 1 or entry["children"] < 1:
        problems.append(Problem("Number of children and number of staff must each be 1 or more", "children"))
    site = entry["site"]
    chosen_sites = [*([site] if site else []), *entry.get("more_sites", [])]
    # Until the transaction ends, no one can close the sites.
    open_sites = Site.objects.select_for_update(no_key=True).order_by("pk")
    open_keys = {
        chosen.pk
        for chosen in open_sites.filter(
            pk__in=[chosen.pk for chosen in chosen_sites], provider=provider, status=SiteStatus.OPEN
        )
    }
    for chosen in chosen_sites:
        if chosen.pk not in open_keys:
            problems.append(Problem("Select one of your open sites", "site" if chosen == site else "more_sites"))
    if site is None and entry["mode"] not in {"online", "outreach"}:
        problems.append(Problem("Select the site where the service takes place", "site"))
    if not set(entry.get("main_needs", [])) <= set(entry["needs"]):
        problems.append(Problem("Main needs must be among the needs the service supports", "main_needs"))
    site_keys = {*there, *(chosen.pk for chosen in chosen_sites)}
    problems += opening_hours.find_week_problems(entry.get("week", []), site_keys, own=site.pk if site else None)
    if entry.get("reach") is not None and site is None:
        problems.append(Problem("Select the site to measure the distance from", "site"))
    if problems:
        raise Refused.because(problems)
