"""Texts and drawings for the card of a service in the results, such as its availability and a few facts.

Results pages pass this module to templates as `card`.
"""

from datetime import date, datetime
from typing import NamedTuple

from calloff.directory import opening_hours
from calloff.directory.models import Service, TeachingMode
from calloff.kernel.clock import local_day
from calloff.kernel.formatting import format_short_date, pluralise
from calloff.markets.models import Lot
from calloff.members.models import Member
from calloff.web.directory import service_display

MAX_QUALIFICATIONS = 2  # how many qualifications a card names
MAX_HOURS_LENGTH = 40  # A longer description of the opening hours does not fit on a card.
TAKES_CHILDREN = ("Live", "Conditional")  # Memberships with these statuses can have new placements.

# A service gets the first drawing for which there is a word in its own name, so that the services of a category do
# not all look the same. If there is none, it gets the drawing of its category. The pack names that drawing or, if it
# does not, the words in the title of the category decide. The drawings are in parts/drawings.html. More specific
# words come first.
DRAWINGS_BY_NAME = (
    ("boat", ("boat", "sail", "canoe", "river", "sea ")),
    ("forest", ("forest", "wood", "outdoor", "bush", "camp")),
    ("orchard", ("farm", "orchard", "horse", "equine", "pony", "animal", "riding")),
    ("bicycle", ("bike", "bicycle", "cycl", "wheel", "motor", "mechanic")),
    ("seedling", ("garden", "grow", "allotment", "nature")),
    ("workshop", ("bench", "build", "brick", "carpent", "construct", "workshop", "making")),
    ("laptop", ("online", "virtual", "coding", "computer")),
    ("books", ("tutor", "tuition", "reading", "catch-up", "english", "maths")),
    ("ball", ("sport", "football", "boxing", "fitness", "climb", "swim")),
    ("cup", ("cook", "cater", "kitchen", "café", "bak")),
    ("signpost", ("walk", "mentor", "transition")),
)
DRAWINGS_BY_WORD = (
    ("laptop", ("online", "blended", "virtual")),
    ("college", ("college",)),
    ("house", ("foster",)),
    ("night", ("children’s residential", "overnight")),
    ("school", ("school",)),
    ("books", ("interim", "tutor", "tuition")),
    ("board", ("teaching", "teacher")),
    ("bicycle", ("vocational", "mechanic")),
    ("workshop", ("employ", "work", "construction")),
    ("orchard", ("therap", "counsel", "equine", "animal", "farm")),
    ("forest", ("complex", "outdoor", "forest")),
    ("seedling", ("early", "prevention")),
    ("boat", ("engage", "hands-on")),
    ("hands", ("enhanced care",)),
    ("cup", ("care", "respite")),
    ("picnic", ("family",)),
    ("ball", ("play", "sport", "leisure")),
    ("signpost", ("universal", "access", "support")),
    ("balloon", ("innovation", "pilot")),
)
OTHER_DRAWING = "boat"


class Availability(NamedTuple):
    """A tag that says whether a service can take a child, with its colour, icon and text."""

    colour: str
    icon: str
    words: str
    is_none: bool = False  # whether the service cannot take a child now. Its card is then grey


def availability(service: Service, standing: str, at: datetime) -> Availability:
    """Return whether a service can take a child, for example “3 places available”, “1 place from 11 January” or
    “Full”.

    A number that is out of date is never green: “2 places on 21 Oct, ask”. Only services that cannot take a child now
    are grey.
    """
    today = local_day(at)
    if standing not in TAKES_CHILDREN:
        return Availability("grey", "clock", "Not taking new children", is_none=True)
    if service.places is None or service.places_at is None:
        return Availability("outline", "clock", "Places not confirmed")
    if service.places == 0:
        return Availability("grey", "clock", "Full", is_none=True)
    if service_display.are_places_stale(service, at):
        counted = local_day(service.places_at)
        year = f" {counted.year}" if counted.year != today.year else ""
        day = f"{counted.day} {counted:%b}{year}"
        return Availability("outline", "clock", f"{pluralise(service.places, 'place')} on {day}, ask")
    if service.places_from and service.places_from > today:
        day = f"{service.places_from.day} {service.places_from:%B}"
        year = f" {service.places_from.year}" if service.places_from.year != today.year else ""
        return Availability("orange", "clock", f"{pluralise(service.places, 'place')} from {day}{year}")
    return Availability("green", "tick", pluralise(service.places, "place available", "places available"))


def format_ages(service: Service) -> str:
    ages = service_display.format_ages(service)
    return ages if service.gender == "any" else f"{ages}, {service.get_gender_display().lower()}"


def format_ratio(service: Service) -> str:
    """Format the ratio for a card: “1 adult to 4”, “One to one”."""
    if service.mode == TeachingMode.ONE_TO_ONE or (service.staff, service.children) == (1, 1):
        return "One to one"
    return f"{pluralise(service.staff, 'adult')} to {service.children}"


def format_week(service: Service, today: date) -> str:
    """Format the open days for a card, for example “5 days a week”.

    If there are no open days, return the description of the opening hours.
    """
    hours = opening_hours.hours_still_to_come(service.week, today)
    days = len({period.day for period in hours})
    if days:
        return pluralise(days, "day") + " a week"
    return service.hours if len(service.hours) <= MAX_HOURS_LENGTH else "Ask about days and times"


def format_subjects(service: Service) -> str:
    """Return a few words for a card, about a service's qualifications or the needs that it is for."""
    if len(service.qualifications) > MAX_QUALIFICATIONS:
        return pluralise(len(service.qualifications), "qualification")
    if service.qualifications:
        return service_display.format_qualifications(service)
    needs = service.main_needs or service.needs
    if not needs:
        return "Ask about needs"
    more = f" and {pluralise(len(needs) - 1, 'more need', 'more needs')}" if len(needs) > 1 else ""
    return service_display.need_label(needs[0]) + more


def format_whereabouts(service: Service) -> str:
    """Return the towns of a service, or how it is delivered if it has no site."""
    towns = service_display.list_towns(service)
    return ", ".join(towns) if towns else str(service.get_mode_display())


def format_check(member: Member) -> str:
    """Return briefly when the authority last checked a member."""
    if member.last_checked_on:
        return f"Checked {format_short_date(member.last_checked_on)}"
    return "No check recorded yet" if member.agreement.on_paper else "Not visited yet"


def drawing_of(service: Service) -> str:
    """Return the name of the drawing for a service, from words in its name or in the title of its category."""
    return _drawing(service.name, DRAWINGS_BY_NAME) or drawing_of_category(service.lot)


def drawing_of_category(lot: Lot) -> str:
    """Return the drawing that the category's pack names or, if it names none, one for the words in its title."""
    return lot.drawing or _drawing(lot.title, DRAWINGS_BY_WORD) or OTHER_DRAWING


def _drawing(text: str, drawings: tuple[tuple[str, tuple[str, ...]], ...]) -> str:
    lowered = text.lower()
    return next((drawing for drawing, words in drawings if any(word in lowered for word in words)), "")
