"""The facts about a service in files and comparisons, with one row for each.

The facts that are most useful to schools come first.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from calloff.directory.price_visibility import PriceVisibility
from calloff.directory.search_criteria import Requirement
from calloff.kernel.formatting import format_list
from calloff.web.directory import search_page, service_display

PLACES_LABEL = "Places available"
COMPARED_FIRST = (PLACES_LABEL, "Ages", "Days and times", "Ratio", "Where", "Distance", "Needs")
NO_PRICE_WORDS = "Shown to schools that can buy"
# a function that is called as (service, reader) and returns the value of the fact
FactValue = Callable[[Any, "FactReader"], Any]


@dataclass(frozen=True)
class FactReader:
    """The reader of the facts: which prices they are allowed to see, and the date."""

    visibility: PriceVisibility
    today: date


@dataclass(frozen=True)
class ServiceFact:
    """A fact about services, as it is shown in files, documents and comparisons."""

    label: str
    criteria: tuple[str, ...] = ()  # the names of the criteria in `search_criteria.CRITERIA` that filter by this fact
    in_file: FactValue | None = None  # If this is None, files have no column for the fact.
    file_label: str = ""  # set only if it is different from `label`
    in_document: FactValue | None = None  # If this is None, documents use the same function as files.
    # a function that returns lines. If it is None, comparisons use the same function as files
    compared: Callable[[Any, FactReader], list[str]] | None = None
    is_compared: bool = True
    requires: Requirement | None = None

    def file_value(self, service: Any, reader: FactReader) -> Any:
        return self.in_file(service, reader) if self.in_file else None

    def document_value(self, service: Any, reader: FactReader) -> Any:
        return self.in_document(service, reader) if self.in_document else self.file_value(service, reader)

    def compared_lines(self, service: Any, reader: FactReader) -> list[str]:
        return self.compared(service, reader) if self.compared else [str(self.file_value(service, reader))]


def _needs(codes: list[str]) -> list[str]:
    return [service_display.need_label(code) for code in sorted(codes)]


def _miles_in_words(service: Any, reader: FactReader) -> list[str]:
    miles = search_page.miles_to(service)
    return ["Not known" if miles is None else f"{miles} miles in a straight line"]


def _prices(service: Any, reader: FactReader) -> list[str] | None:
    return search_page.format_prices(service, reader.visibility, reader.today)


def _prices_in_document(service: Any, reader: FactReader) -> str | None:
    prices = _prices(service, reader)
    return None if prices is None else "; ".join(prices) or "No price set"


def _prices_compared(service: Any, reader: FactReader) -> list[str]:
    prices = _prices(service, reader)
    return [NO_PRICE_WORDS] if prices is None else prices or ["No price set"]


SERVICE_FACTS = (
    ServiceFact("Category", ("category",), lambda service, reader: service.lot.title),
    ServiceFact(
        "Status", compared=lambda service, reader: [service_display.describe_standing(service.member, reader.today)]
    ),
    ServiceFact(
        "Ages",
        ("age", "key_stage"),
        lambda service, reader: f"{service.age_from} to {service.age_to}",
        compared=lambda service, reader: [service_display.format_ages(service)],
    ),
    ServiceFact("For", ("gender",), lambda service, reader: service.get_gender_display()),
    ServiceFact(
        "Needs",
        ("need",),
        lambda service, reader: service_display.need_labels(service.needs),
        compared=lambda service, reader: _needs(service.needs),
    ),
    ServiceFact("Made for", ("need",), compared=lambda service, reader: _needs(service.main_needs) or ["Not provided"]),
    ServiceFact("Setting", ("mode",), lambda service, reader: service.get_mode_display()),
    ServiceFact("Where", compared=lambda service, reader: service_display.list_towns(service) or ["No site"]),
    ServiceFact(
        "Distance",
        ("miles",),
        lambda service, reader: search_page.miles_to(service),
        file_label="Straight-line distance in miles",
        compared=_miles_in_words,
        requires=Requirement.PLACE,
    ),
    ServiceFact(
        "Days and times",
        ("days", "starts_by", "ends_after"),
        lambda service, reader: service_display.format_open_days(service, reader.today),
        compared=lambda service, reader: [service_display.format_open_days(service, reader.today) or "Not provided"],
    ),
    ServiceFact("Ratio", ("ratio",), lambda service, reader: service_display.format_ratio(service)),
    ServiceFact(
        "Leads to",
        ("qualification",),
        lambda service, reader: service_display.format_qualifications(service),
        compared=lambda service, reader: [service_display.format_qualifications(service) or "No qualification"],
    ),
    ServiceFact("Transport", ("transport",), lambda service, reader: service.get_transport_display()),
    ServiceFact("Registration", ("registration",), lambda service, reader: service.get_registration_display()),
    ServiceFact(
        "Towns", (), lambda service, reader: format_list(service_display.list_towns(service)), is_compared=False
    ),
    ServiceFact(
        "Last checked",
        ("checked",),
        lambda service, reader: service_display.describe_last_check(service.member),
        is_compared=False,
    ),
    ServiceFact(
        PLACES_LABEL,
        ("free",),
        lambda service, reader: service_display.format_free_places(service),
        compared=lambda service, reader: [service_display.format_free_places_short(service)],
    ),
    ServiceFact(
        "Price",
        ("at_most",),
        lambda service, reader: "; ".join(_prices(service, reader) or []),
        file_label="Prices",
        in_document=_prices_in_document,
        compared=_prices_compared,
        requires=Requirement.PRICE,
    ),
)


def file_facts() -> Iterator[ServiceFact]:
    """Yield the facts that all files contain."""
    return (fact for fact in SERVICE_FACTS if fact.in_file and fact.requires is None)


def conditional_file_facts(known: Collection[Requirement]) -> Iterator[ServiceFact]:
    """Yield the facts that a file contains only if the place is known, or if the reader can see prices."""
    return (fact for fact in SERVICE_FACTS if fact.in_file and fact.requires in known)


def compared_facts(known: Collection[Requirement]) -> list[ServiceFact]:
    """Return the facts for a comparison, starting with those by which schools decide.

    Facts that need a place are left out if no place is known, and prices are left out if the reader cannot see them.
    """
    facts = [fact for fact in SERVICE_FACTS if fact.is_compared and (fact.requires is None or fact.requires in known)]
    places = {label: place for place, label in enumerate(COMPARED_FIRST)}
    return sorted(facts, key=lambda fact: places.get(fact.label, len(places)))
