"""Services beside each other: what each says of the same thing, and where they differ."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from calloff.directory.search_criteria import PriceVisibility
from calloff.kernel.formatting import format_list
from calloff.web.directory import search_page, service_display

MAX_SERVICES_COMPARED = 4  # beside each other: more is no comparison
NO_PRICE_WORDS = "Shown to schools that can buy"


class ComparisonRow(NamedTuple):
    """One thing of which every service says something."""

    label: str
    cells: list[list[str]]  # of each service: lines

    @property
    def differs(self) -> bool:
        return any(cell != self.cells[0] for cell in self.cells)

    def said(self) -> list[str]:
        return ["; ".join(cell) for cell in self.cells]


def comparison_rows(
    services: Sequence[Any], sight: PriceVisibility, today: date, *, measured: bool
) -> list[ComparisonRow]:
    """Return what some services say, a row a thing, in the order in which a school asks. Prices only by sight."""
    told: list[tuple[str, list[list[str]]]] = [
        ("Provider", [[one.provider.name] for one in services]),
        ("Category", [[one.lot.title] for one in services]),
        ("Standing", [[service_display.describe_standing(one.member, today)] for one in services]),
        ("Ages", [[service_display.format_ages(one)] for one in services]),
        ("For", [[one.get_gender_display()] for one in services]),
        ("Needs", [[service_display.need_label(code) for code in sorted(one.needs)] for one in services]),
        (
            "Made for",
            [
                [service_display.need_label(code) for code in sorted(one.main_needs)] or ["Not provided"]
                for one in services
            ],
        ),
        ("Setting", [[one.get_mode_display()] for one in services]),
        ("Where", [service_display.list_towns(one) or ["No place of its own"] for one in services]),
        ("Days and times", [[service_display.format_open_days(one, today) or "Not provided"] for one in services]),
        ("Ratio", [[service_display.format_ratio(one)] for one in services]),
        ("Leads to", [[service_display.format_qualifications(one) or "No qualification"] for one in services]),
        ("Transport", [[one.get_transport_display()] for one in services]),
        ("Registration", [[one.get_registration_display()] for one in services]),
        ("Last checked", [[service_display.describe_last_check(one.member)] for one in services]),
        ("Places available", [[service_display.format_free_places(one)] for one in services]),
    ]
    if measured:
        told.insert(9, ("Distance", [[_far(one)] for one in services]))
    if any(sight.sees(one) for one in services):
        told.append(("Price", [_prices(one, sight, today) for one in services]))
    return [ComparisonRow(label, cells) for label, cells in told]


def describe_differences(compared: Sequence[ComparisonRow]) -> str:
    """Say in what they differ: “They differ in ages, ratio and price.”"""
    names = [f"{row.label[:1].lower()}{row.label[1:]}" for row in compared if row.differs and row.label != "Provider"]
    return f"They differ in {format_list(names)}." if names else "They say the same of everything here."


def _far(service: Any) -> str:
    miles = search_page.miles_to(service)
    return "Not known" if miles is None else f"{miles} miles, straight line"


def _prices(service: Any, sight: PriceVisibility, today: date) -> list[str]:
    several = search_page.format_prices(service, sight, today)
    return [NO_PRICE_WORDS] if several is None else several or ["No price is set"]
