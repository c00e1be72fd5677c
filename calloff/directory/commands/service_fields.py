"""What a service says of itself: put into its row once it makes sense."""

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

MAX_SERVICE_NAME_LENGTH = 120  # characters
CLEAN_NUMBER_BY_REGISTRATION: dict[str, Callable[..., str]] = {  # by registration: whose number it is, and so its form
    ServiceRegistration.SCHOOL: registration_numbers.clean_urn,
    ServiceRegistration.STATE: registration_numbers.clean_urn,
    ServiceRegistration.COLLEGE: registration_numbers.clean_urn_or_ukprn,
    ServiceRegistration.CHILDCARE: registration_numbers.clean_ofsted_urn,
    ServiceRegistration.CARE: registration_numbers.clean_cqc_id,
}


class ServiceEntry(TypedDict, total=False):
    """What a service says of itself: ages in years, both included; a ratio of so many staff to so many children.

    `more_sites` are satellites beside its own; `reach` is in miles from its own. What is left out is not said of a new
    service, which needs all down to `children`, and stays as it was of one that there is.
    """

    site: Site | None
    name: str
    summary: str
    description: str
    age_from: int
    age_to: int
    needs: list[str]
    mode: str
    week: OpeningWeek  # its opening hours, as `opening_hours.week_rows` writes them
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


def clean_number(registration: str, typed: str) -> str:
    """Return the number of a service's registration as its register writes it, or nothing. Raises Refused.

    Its form alone is checked: whether the register has it, no one here knows.
    """
    if not typed.strip():
        return ""
    if registration == ServiceRegistration.NONE:
        raise Refused("Select the registration that this number belongs to, or clear the number", "registration")
    return CLEAN_NUMBER_BY_REGISTRATION[registration](typed, field="registration_number")


def with_clean_number(entry: ServiceEntry, service: Service | None = None) -> ServiceEntry:
    """Return the details with the registration number in its standard form. Raises Refused.

    What was said before there was a check, and is not said now, stays as it is.
    """
    if not entry.keys() & {"registration", "registration_number"}:
        return entry
    before = service or Service()
    registration = entry.get("registration", before.registration)
    number = clean_number(registration, entry.get("registration_number", before.registration_number))
    return entry | {"registration_number": number}


def apply_entry(service: Service, entry: ServiceEntry) -> list[Site]:
    """Put what is said into the service, unsaved, and return the sites it is at: its own first."""
    more, before = entry.get("more_sites"), service.site_id
    for name, value in entry.items():
        if name != "more_sites":
            setattr(service, name, collapse_spaces(str(value)) if name == "name" else value)
    if more is None:  # not asked: the others that there are stay
        others = service.at_sites.exclude(site=before).select_related("site") if service.pk else []
        more = [one.site for one in others if one.site.status == SiteStatus.OPEN]
    own = [service.site] if service.site else []
    sites = [*own, *(site for site in more if site not in own)]
    service.week = opening_hours.keep_to_sites(service.week, service.site_id, {site.pk for site in sites})
    search_text.update_search_text(service, sites)
    return sites


def complete_entry(service: Service, entry: ServiceEntry) -> ServiceEntry:
    """Return what a service will say of itself once a part of it is changed.

    Its week is not among it, unless that is changed: it was checked, and `apply_entry` keeps it to the sites.
    """
    whole = {
        name: getattr(service, name) for name in ServiceEntry.__annotations__ if name not in {"more_sites", "week"}
    }
    return cast(ServiceEntry, whole | dict(entry))


def validate_entry(provider: Organisation, entry: ServiceEntry, *, there: Collection[int] = ()) -> None:
    """Raise Refused for what makes no sense, with its site held open until the transaction is over.

    `there` are the sites that the service is at already: its hours may be at them, as at those that are named now.
    """
    wrong = find_name_problem(entry["name"], noun="Name of the service", longest=MAX_SERVICE_NAME_LENGTH)
    problems = [Problem(wrong, "name")] if wrong else []
    if not 0 <= entry["age_from"] <= entry["age_to"] <= 25:  # noqa: PLR2004 (SEND services end at 25: Children and Families Act 2014)
        problems.append(
            Problem("Youngest age must be the same as or below the oldest age. Oldest age must be 25 or less", "age_to")
        )
    if entry["staff"] < 1 or entry["children"] < 1:
        problems.append(Problem("Enter how many children there are to how many staff: 1 or more of each", "children"))
    site = entry["site"]
    wanted = [*([site] if site else []), *entry.get("more_sites", [])]
    held = Site.objects.select_for_update(no_key=True).order_by("pk")  # no one closes them meanwhile
    ours = {one.pk for one in held.filter(pk__in=[one.pk for one in wanted], provider=provider, status=SiteStatus.OPEN)}
    for one in wanted:
        if one.pk not in ours:
            problems.append(Problem("Select one of your open sites", "site" if one == site else "more_sites"))
    if site is None and entry["mode"] not in {"online", "outreach"}:
        problems.append(Problem("Select the site where the service takes place", "site"))
    if not set(entry.get("main_needs", [])) <= set(entry["needs"]):
        problems.append(Problem("Main needs must be among the needs the service supports", "main_needs"))
    at = {*there, *(one.pk for one in wanted)}
    problems += opening_hours.find_week_problems(entry.get("week", []), at, own=site.pk if site else None)
    if entry.get("reach") is not None and site is None:
        problems.append(Problem("Select the site to measure the miles from", "site"))
    if problems:
        raise Refused.because(problems)
