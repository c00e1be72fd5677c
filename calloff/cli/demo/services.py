# ruff: noqa: E501  (tables)
"""The sites and services of the invented members, on the south coast. Only the postcodes are real."""

from datetime import timedelta
from decimal import Decimal
from typing import NamedTuple

from calloff.cli.demo.context import DemoContext
from calloff.directory import commands as directory
from calloff.directory.models import Service, ServiceChange, Site
from calloff.directory.opening_hours import OpeningWeek, OpenPeriod, week_rows
from calloff.directory.states import ServiceChangeStatus
from calloff.kernel import time_of_day
from calloff.members.models import Member
from calloff.members.states import LASTING_STATUSES
from calloff.people.models import Organisation, User
from calloff.people.permissions import Can


class DemoSite(NamedTuple):
    provider: str
    name: str
    address: str
    town: str
    postcode: str
    access: str


class DemoService(NamedTuple):
    provider: str
    lot: int
    site: str  # empty if the service is online or travels to the child
    name: str
    summary: str
    ages: tuple[int, int]
    needs: str
    mode: str
    days: str
    hours: str
    ratio: tuple[int, int]  # the number of staff and the number of children
    places: int | None  # places available now, or None if the number is unknown
    # for example "hour 45 exempt" or, if the market has a price schedule, the row of the price annex
    prices: tuple[str, ...]


# fmt: off
DEMO_SITES = [
    DemoSite("harbour",   "The Chandlery",   "Unit 4, Harbour Lane",     "Shoreham-by-Sea", "BN43 5AZ", "Step-free from the yard. 10 minutes on foot from the station."),
    DemoSite("harbour",   "Lane End Studio", "2 Lane End",               "Worthing",        "BN11 1BY", "There is one step at the door, and we have a ramp."),
    DemoSite("saltmarsh", "Saltmarsh House", "1 Saltmarsh Walk",         "Chichester",      "PO19 1BL", "There is a lift to all floors."),
    DemoSite("downland",  "Hanger Wood",     "Hanger Wood gate",         "Arundel",         "BN18 0AZ", "There is a mile of woodland track. We can drive anyone who cannot walk it."),
    DemoSite("orchard",   "Orchard Yard",    "Orchard Yard, Pond Lane",  "Horsham",         "RH13 0BA", "Level yard with a hard surface and parking."),
    DemoSite("beacon",    "Beacon House",    "11 Beacon Rise",           "Midhurst",        "GU29 0BA", "Step-free, with a quiet room."),
    DemoSite("bluebell",  "Bluebell House",  "8 Bluebell Rise",          "Poole",           "BH15 1BY", "Step-free, with a separate entrance for people who prefer not to use the waiting room."),
    DemoSite("bluebell",  "Purbeck Room",    "Above the library, Tide Street", "Swanage",   "BH19 1BG", "Stairs only."),
]
DEMO_SERVICES = [
    DemoService("harbour",   1, "The Chandlery",   "Studio mornings",      "Art and woodwork in a group of 6, for young people who have stopped going to lessons.", (11, 16), "SEMH ASD MLD", "group",      "mon tue wed thu", "9:30am to 12:30pm", (2, 6), 2,    ("session 62 exempt",)),
    DemoService("harbour",   1, "Lane End Studio", "One to one music",     "A quiet hour of music with one musician, to help a child start learning again.",                        (8, 16),  "SEMH SLCN",    "one_to_one", "tue thu fri",     "10am to 3pm",       (1, 1), 0,    ("hour 48 exempt",)),
    DemoService("harbour",   2, "The Chandlery",   "Boat and bench",       "Repairing small boats, with woodwork towards a unit award.",                           (14, 18), "SEMH MLD SPLD", "group",     "mon wed fri",     "9:30am to 2:30pm",  (2, 6), 3,    ("day 124 exempt", "session 66 exempt")),
    DemoService("saltmarsh", 3, "",                "Tutoring at home",     "A teacher comes to the home for 2 hours a day, until the child has a place.",           (5, 16),  "SEMH ASD SPLD MLD", "outreach", "mon tue wed thu fri", "9am to 3pm",  (1, 1), 6,    ("hour 46 standard",)),
    DemoService("saltmarsh", 4, "",                "Live lessons online",  "Live English, mathematics and science lessons in groups of 4.",                      (11, 16), "SEMH ASD PD",  "online",     "mon tue wed thu fri", "9am to 2pm",    (1, 4), 9,    ("hour 19.50 standard", "week 260 standard")),
    DemoService("saltmarsh", 1, "Saltmarsh House", "Catch-up group",       "Reading and mathematics in small groups, to help children stay in school.",                  (7, 14),  "SPLD MLD SLCN", "group",     "mon wed",         "1pm to 3pm",        (1, 4), None, ("hour 28 standard",)),
    DemoService("downland",  1, "Hanger Wood",     "Forest school days",   "A day in the woods, making fires and shelters and using tools.",                                (6, 14),  "SEMH ASD",     "group",      "tue wed thu",     "9:45am to 2:45pm",  (2, 7), 4,    ("day 98 exempt",)),
    DemoService("downland",  2, "Hanger Wood",     "Woodland skills",      "Coppicing, making hurdles and green woodwork, towards a certificate.",                    (14, 19), "SEMH MLD",     "group",      "mon fri",         "9:30am to 3pm",     (2, 6), 1,    ("day 110 exempt",)),
    DemoService("orchard",   1, "Orchard Yard",    "Mornings with horses", "Grooming, leading and yard work, one to one.",                                    (8, 16),  "SEMH ASD",     "one_to_one", "mon tue thu",     "9am to noon",       (1, 1), 2,    ("session 85 outside",)),
    DemoService("beacon",    5, "Beacon House",    "Walk and talk",        "A mentor who works at the young person's pace, outdoors or at home.",          (11, 18), "SEMH ASD",     "one_to_one", "mon tue wed thu fri", "10am to 4pm",   (1, 1), 3,    ("hour 52 exempt",)),
    DemoService("bluebell",  2, "Bluebell House",  "Art therapy",          "An hour a week with a registered art therapist.",                                 (7, 17),  "SEMH ASD SLCN", "one_to_one", "mon tue wed thu", "9am to noon and 1pm to 5pm", (1, 1), 4, ("therapy_hour",)),
    DemoService("bluebell",  2, "Purbeck Room",    "Drama therapy group",  "A group of 5 who meet for 10 weeks. No one joins after the start.",                                           (11, 16), "SEMH SLCN",    "group",      "fri",             "1:30pm to 3pm",     (2, 5), 1,    ("therapy_session",)),
    DemoService("bluebell",  1, "",                "Back to school with us", "We go into school with the young person, and stay for the first lessons.",                   (11, 16), "SEMH ASD",     "outreach",   "mon tue wed thu fri", "8:30am to noon", (1, 1), None, ("engagement_hour",)),
]
# fmt: on


# More details of some services, so that the demonstration has both full pages and short ones.
SERVICE_DETAILS: dict[str, directory.ServiceEntry] = {
    "Studio mornings": {
        "main_needs": ["SEMH"],
        "qualifications": ["units", "arts"],
        "team": "Two tutors and a youth worker.",
        "a_day": "We start with tea and look at yesterday's work. Then there are 2 hours at the bench or the easel. We eat together at noon.",
        "asking": "Ask through Calloff. We will call you within 2 school days, and show you round in the same week.",
    },
    "Boat and bench": {"main_needs": ["SEMH"], "qualifications": ["units", "vocational"], "transport": "arranged"},
    "Tutoring at home": {"qualifications": ["functional", "gcse"], "area": "Chichester, Bognor Regis and the Downs"},
    "Live lessons online": {"main_needs": ["ASD"], "qualifications": ["gcse"], "team": "Qualified teachers."},
    "Forest school days": {
        "main_needs": ["SEMH", "ASD"],
        "transport": "included",
        "qualifications": ["outdoor"],
        "a_day": "We walk into the woods, light the fire, choose what to make, cook, and walk back.",
    },
    "Mornings with horses": {"main_needs": ["SEMH"], "transport": "arranged"},
    "Art therapy": {"main_needs": ["SEMH"], "team": "Registered art therapists.", "registration": "none"},
}


def _week_of(offer: DemoService) -> OpeningWeek:
    """Parse the opening hours of a service: “mon tue” with “9:30am to noon” or “9am to noon and 1pm to 3pm”."""
    spans = [[time_of_day.parse_time(hour) for hour in span.split(" to ")] for span in offer.hours.split(" and ")]
    return week_rows(OpenPeriod(day, starts, ends) for day in offer.days.split() for starts, ends in spans)


def list_services(stage: DemoContext, provider: str, at: str) -> None:
    """Add a member's sites, services and prices, as its lead would enter them in one morning."""
    lead, organisation, when = stage.lead(provider), stage.organisations[provider], stage.when(at)
    sites = {site.name: _add_site(stage, site, at) for site in DEMO_SITES if site.provider == provider}
    for offer in (service for service in DEMO_SERVICES if service.provider == provider):
        member = Member.objects.select_related("lot", "market", "agreement", "authority", "provider").get(
            provider=organisation, lot__number=offer.lot, status__in=LASTING_STATUSES
        )
        entry: directory.ServiceEntry = {
            "site": sites.get(offer.site), "name": offer.name, "summary": offer.summary,
            "description": _described(offer), "age_from": offer.ages[0], "age_to": offer.ages[1],
            "needs": offer.needs.split(), "mode": offer.mode, "week": _week_of(offer), "hours": "",
            "staff": offer.ratio[0], "children": offer.ratio[1],
        }  # fmt: skip
        entry |= SERVICE_DETAILS.get(offer.name, {})
        service = directory.add(member, by=lead, at=when, places=offer.places, **entry)
        for price in offer.prices:
            _put_price(stage, service, price, provider, at)
    approve_new_services(stage, organisation, at)


def approve_new_services(stage: DemoContext, provider: Organisation, at: str) -> None:
    """Let the council's quality officer approve a provider's new services two hours after they were added."""
    when = stage.when(at) + timedelta(hours=2)
    for change in ServiceChange.objects.filter(
        provider=provider, status=ServiceChangeStatus.WAITING, before={}
    ).order_by("pk"):
        officer = User.objects.who_can(Can.ASSURE, organisation=change.authority, at=when).order_by("pk")[0]
        directory.approve_change(change, by=officer, at=when)


def _add_site(stage: DemoContext, site: DemoSite, at: str) -> Site:
    return directory.add_site(
        stage.organisations[site.provider], by=stage.lead(site.provider), at=stage.when(at), name=site.name,
        address=site.address, town=site.town, postcode=site.postcode, access=site.access,
    )  # fmt: skip


def _put_price(stage: DemoContext, service: Service, price: str, provider: str, at: str) -> None:
    lead, when = stage.lead(provider), stage.when(at)
    if " " not in price:
        directory.read_price(service, line=price, by=lead, at=when)
        return
    unit, amount, vat = price.split()
    starts_on = service.member.agreement.starts_on or when.date()
    directory.set_price(service, unit=unit, amount=Decimal(amount), vat=vat, starts_on=starts_on, by=lead, at=when)


def _described(offer: DemoService) -> str:
    return f"{offer.summary}\n\nEvery young person starts with a visit, a baseline in the first 2 weeks and a plan that we share with the school and the family. We report attendance at each session, and review every half term."
