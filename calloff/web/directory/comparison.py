"""Compare the same facts about several services next to each other, with the differences marked."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from calloff.directory.price_visibility import PriceVisibility
from calloff.directory.search_criteria import Requirement
from calloff.web.directory.service_facts import PLACES_LABEL, FactReader, compared_facts

PROVIDER_LABEL = "Provider"
# A comparison includes the statuses only if one of them is not the usual one.
STATUS_LABEL, USUAL_STATUS = "Status", "Live"
MAX_SERVICES_COMPARED = 4  # the maximum number of services on the page


class ComparisonRow(NamedTuple):
    """A fact about each service in the comparison."""

    label: str
    cells: list[list[str]]  # the lines of text about each service

    @property
    def differs(self) -> bool:
        return any(cell != self.cells[0] for cell in self.cells)

    @property
    def is_of_places(self) -> bool:
        return self.label == PLACES_LABEL

    @property
    def is_of_provider(self) -> bool:
        return self.label == PROVIDER_LABEL

    @property
    def is_always_shown(self) -> bool:
        return self.is_of_places or self.is_of_provider

    def said(self) -> list[str]:
        return ["; ".join(cell) for cell in self.cells]


def comparison_rows(
    services: Sequence[Any], sight: PriceVisibility, today: date, *, measured: bool
) -> list[ComparisonRow]:
    """Return the facts about several services, with one row for each fact. Those most useful to schools come first.

    Prices are included only if the person can see them, and distances only with `measured`.
    """
    reader = FactReader(sight, today)
    known = [Requirement.PLACE] if measured else []
    if any(sight.sees(service) for service in services):
        known.append(Requirement.PRICE)
    facts = [
        ComparisonRow(fact.label, [fact.compared_lines(service, reader) for service in services])
        for fact in compared_facts(known)
    ]
    told = [row for row in facts if row.label != STATUS_LABEL or any(cell != [USUAL_STATUS] for cell in row.cells)]
    return [ComparisonRow(PROVIDER_LABEL, [[service.provider.name] for service in services]), *told]
