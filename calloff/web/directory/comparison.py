"""Services beside each other: what each says of the same thing, and where they differ."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from calloff.directory.search_criteria import Sight
from calloff.kernel.formatting import listed
from calloff.web.directory import search_page, service_display

MOST = 4  # beside each other: more is no comparison
NO_PRICE = "Shown to schools that can buy"


class Row(NamedTuple):
    """One thing of which every service says something."""

    label: str
    cells: list[list[str]]  # of each service: lines

    @property
    def differs(self) -> bool:
        return any(cell != self.cells[0] for cell in self.cells)

    def said(self) -> list[str]:
        return ["; ".join(cell) for cell in self.cells]


def rows(services: Sequence[Any], sight: Sight, today: date, *, measured: bool) -> list[Row]:
    """Return what some services say, a row a thing, in the order in which a school asks. Prices only by sight."""
    told: list[tuple[str, list[list[str]]]] = [
        ("Provider", [[one.provider.name] for one in services]),
        ("Category", [[one.lot.title] for one in services]),
        ("Standing", [[service_display.standing_words(one.member, today)] for one in services]),
        ("Ages", [[service_display.ages(one)] for one in services]),
        ("For", [[one.get_gender_display()] for one in services]),
        ("Needs", [[service_display.need(code) for code in sorted(one.needs)] for one in services]),
        (
            "Made for",
            [[service_display.need(code) for code in sorted(one.main_needs)] or ["Not provided"] for one in services],
        ),
        ("Setting", [[one.get_mode_display()] for one in services]),
        ("Where", [service_display.towns(one) or ["No place of its own"] for one in services]),
        ("Days and times", [[service_display.when(one, today) or "Not provided"] for one in services]),
        ("Ratio", [[service_display.ratio(one)] for one in services]),
        ("Leads to", [[service_display.qualifications(one) or "No qualification"] for one in services]),
        ("Transport", [[one.get_transport_display()] for one in services]),
        ("Registration", [[one.get_registration_display()] for one in services]),
        ("Last checked", [[service_display.checked(one.member)] for one in services]),
        ("Places available", [[service_display.places(one)] for one in services]),
    ]
    if measured:
        told.insert(9, ("Distance", [[_far(one)] for one in services]))
    if any(sight.sees(one) for one in services):
        told.append(("Price", [_prices(one, sight, today) for one in services]))
    return [Row(label, cells) for label, cells in told]


def sentence(compared: Sequence[Row]) -> str:
    """Say in what they differ: “They differ in ages, ratio and price.”"""
    names = [f"{row.label[:1].lower()}{row.label[1:]}" for row in compared if row.differs and row.label != "Provider"]
    return f"They differ in {listed(names)}." if names else "They say the same of everything here."


def _far(service: Any) -> str:
    miles = search_page.far(service)
    return "Not known" if miles is None else f"{miles} miles, straight line"


def _prices(service: Any, sight: Sight, today: date) -> list[str]:
    several = search_page.prices_of(service, sight, today)
    return [NO_PRICE] if several is None else several or ["No price is set"]
