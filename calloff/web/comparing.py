"""Services beside each other: what each says of the same thing, and where they differ."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from calloff.directory.search import Sight
from calloff.kernel.words import listed
from calloff.web import finding, telling

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
        ("Standing", [[telling.standing_words(one.member, today)] for one in services]),
        ("Ages", [[telling.ages(one)] for one in services]),
        ("For", [[one.get_gender_display()] for one in services]),
        ("Needs", [[telling.need(code) for code in sorted(one.needs)] for one in services]),
        ("Made for", [[telling.need(code) for code in sorted(one.main_needs)] or ["Not provided"] for one in services]),
        ("Setting", [[one.get_mode_display()] for one in services]),
        ("Where", [telling.towns(one) or ["No place of its own"] for one in services]),
        ("Days and times", [[telling.when(one, today) or "Not provided"] for one in services]),
        ("Ratio", [[telling.ratio(one)] for one in services]),
        ("Leads to", [[telling.qualifications(one) or "No qualification"] for one in services]),
        ("Transport", [[one.get_transport_display()] for one in services]),
        ("Registration", [[one.get_registration_display()] for one in services]),
        ("Last checked", [[telling.checked(one.member)] for one in services]),
        ("Places available", [[telling.places(one)] for one in services]),
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
    miles = finding.far(service)
    return "Not known" if miles is None else f"{miles} miles, straight line"


def _prices(service: Any, sight: Sight, today: date) -> list[str]:
    several = finding.prices_of(service, sight, today)
    return [NO_PRICE] if several is None else several or ["No price is set"]
