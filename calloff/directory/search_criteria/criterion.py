"""What a row of the table of criteria says: its fields, its condition, how its choices are counted, and its words."""

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
BLANK_VALUES: dict[str, Any] = {name: one.default for name, one in SearchCriteria.__dataclass_fields__.items()}


class FilterGroup(StrEnum):
    """Under which heading of the page a filter is, in this order. The first ones have no heading."""

    FIRST = ""
    CHILD = "The child"
    WHEN = "When and how"
    COST = "Places and price"
    QUALITY = "Quality"


class Requirement(StrEnum):
    """What has to be known before something can be asked for."""

    PLACE = "place"  # where distances are measured from
    PRICE = "price"  # a price that the person may see


class Surface(StrEnum):
    """Where a criterion may be missing, if its row says why."""

    API = "API"
    FACET = "facet"
    FACT = "fact"  # what files and comparisons show of a service


@dataclass(frozen=True)
class CriterionField:
    """One value that a criterion asks by: a field of `SearchCriteria`, of the page's form and of the API."""

    name: str
    value: FieldValue
    label: str
    error: str = ""  # of a choice: the instruction; of what is typed: the name that begins the sentence
    hint: str = ""
    phrase: Callable[[Any], str] | None = None  # in words: “Age 12”; without it, the label of the choice or the box
    form_name: str = ""  # in the form and the page's address, where that is another name
    api: str = ""  # its description in the API

    @property
    def parameter(self) -> str:
        """Return its name in the form and in the page's address."""
        return self.form_name or self.name


@dataclass(frozen=True)
class Criterion:
    """One thing that can be asked for. The field whose parameter has the criterion's name makes it ask at all."""

    name: str
    group: FilterGroup
    fields: tuple[CriterionField, ...]
    condition: SearchCondition
    facet: Facet | None = None
    requires: Requirement | None = None
    left_out: Mapping[Surface, str] = field(default_factory=dict)  # where it is missing, and why

    @property
    def main_field(self) -> CriterionField:
        return next(one for one in self.fields if one.parameter == self.name)

    def is_active(self, search: SearchCriteria) -> bool:
        """Say whether a search asks for it."""
        name = self.main_field.name
        return bool(getattr(search, name) != BLANK_VALUES[name])
