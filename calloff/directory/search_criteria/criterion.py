"""The parts of a search criterion: its fields, condition and labels, and how its choices are counted."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from calloff.directory.price_visibility import PriceVisibility
from calloff.directory.search_criteria.facet import Facet
from calloff.directory.search_criteria.field_values import FieldValue
from calloff.directory.search_criteria.search import SearchCriteria

SearchCondition = Callable[[SearchCriteria, PriceVisibility, date], Any]
BLANK_VALUES: dict[str, Any] = {
    name: search_field.default for name, search_field in SearchCriteria.__dataclass_fields__.items()
}


class FilterGroup(StrEnum):
    """The headings under which filters appear on the page, in this order.

    Filters in the group FIRST have no heading.
    """

    FIRST = ""
    CHILD = "The child"
    WHEN = "When and how"
    COST = "Places and price"
    QUALITY = "Quality"


class Requirement(StrEnum):
    """What must be known before a criterion can be used."""

    PLACE = "place"  # the place from which distances are measured
    PRICE = "price"  # a price that the person is allowed to see


class Surface(StrEnum):
    """Where a criterion can be used. If a criterion cannot be used somewhere, its row says why."""

    API = "API"
    FACET = "facet"
    FACT = "fact"  # the facts about a service in exported files and comparisons


@dataclass(frozen=True)
class CriterionField:
    """One value of a criterion. It is a field of `SearchCriteria`, of the page's form and of the API."""

    name: str
    value: FieldValue
    label: str
    error: str = ""  # for a choice, the whole error. For a typed value, the name that starts the error
    hint: str = ""
    # This returns the text for a value, for example “Age 12”. If it is None, the label of the choice or checkbox is
    # used.
    phrase: Callable[[Any], str] | None = None
    form_name: str = ""  # the name in the form and in the page's URL, if that is not the field's own name
    api: str = ""  # the description for the API

    @property
    def parameter(self) -> str:
        """Return the name in the form and in the page's URL."""
        return self.form_name or self.name


@dataclass(frozen=True)
class Criterion:
    """A search criterion.

    It is active if its main field has a value other than the default. The parameter of the main field has the same name
    as the criterion.
    """

    name: str
    group: FilterGroup
    fields: tuple[CriterionField, ...]
    condition: SearchCondition
    facet: Facet | None = None
    requires: Requirement | None = None
    left_out: Mapping[Surface, str] = field(default_factory=dict)  # where the criterion cannot be used, and why

    @property
    def main_field(self) -> CriterionField:
        return next(candidate for candidate in self.fields if candidate.parameter == self.name)

    def is_active(self, search: SearchCriteria) -> bool:
        """Return whether a search uses this criterion."""
        name = self.main_field.name
        return bool(getattr(search, name) != BLANK_VALUES[name])
