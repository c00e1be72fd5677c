"""The search form of the directory, in which each choice shows how many services would match."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.functional import cached_property

from calloff.directory.facets import Facets
from calloff.directory.search_criteria import (
    CRITERIA,
    CriterionField,
    FilterGroup,
    Requirement,
    SearchCriteria,
    build_search,
)
from calloff.directory.search_criteria.criteria import MAX_CHILD_AGE
from calloff.directory.search_criteria.field_values import DaysValue, FlagValue, LotValue
from calloff.directory.search_results import SortOrder, default_order
from calloff.kernel.geography import Point
from calloff.markets.models import Lot, Market
from calloff.web.directory.criterion_fields import (
    ANY_CHOICE,
    FIELDS_BY_GROUP,
    FIELDS_BY_PARAMETER,
    CriteriaFields,
    choice_value,
    choices_with_any,
)
from calloff.web.forms_ui.field_errors import choice_errors, text_errors
from calloff.web.forms_ui.forms import FilterForm, PageForm

MAX_COUNT_SHOWN = 1000  # Larger counts are shown as “1,000+”.
BAR_FILTERS = ("words", "age", "need")  # These filters are in the bar above the results, next to the place.
# The page shows these filters above the groups, or in the bar.
SHOWN_FIRST = frozenset({*BAR_FILTERS, "category", "mode", "free", "miles", "serves"})
# a school year's number is the age at which children start it, minus 4: they start Year 1 aged 5, and turn 6 during
# the year
YEARS_BEFORE_YEAR_ONE = 4
LAST_SCHOOL_YEAR = 13


@dataclass(frozen=True)
class CountedChoice:
    """A choice of a filter, with the number of services that would match."""

    value: str
    words: str
    number: str  # empty for the choice that does not filter
    market: str = ""  # the code of the market, at the start of the text, if categories of several markets are shown

    @property
    def words_and_count(self) -> str:
        return f"{self.words} ({self.number})" if self.number else self.words

    def short_words(self, choices: Sequence["CountedChoice"]) -> str:
        """Return the text without what is in brackets, and without the market if all these choices are in one
        market.
        """
        is_one_market = len({choice.market for choice in choices if choice.market}) == 1
        return (self.words.removeprefix(f"{self.market}: ") if is_one_market else self.words).partition(" (")[0]


class PlaceForm(PageForm):
    """The place from which to measure distances. It is submitted by POST, because it might be someone's home."""

    postcode = forms.CharField(
        label="Where do you want to measure distances from?",
        max_length=100,
        help_text="Enter a postcode, its first half or a town. For example, BN11 1LG, BN11 or Worthing. We only use it "
        "during this visit.",
        widget=forms.TextInput(attrs={"class": "govuk-input--width-20", "autocomplete": "postal-code"}),
        error_messages=text_errors("Town or postcode", "Enter a town or postcode"),
    )
    one_question = True


class DirectorySearchForm(CriteriaFields, FilterForm):
    """All filters of the directory.

    A value that cannot be read does not filter, and the page shows an error next to it.
    """

    order = forms.ChoiceField(
        label="Sort by", required=False, error_messages=choice_errors("Select a way to sort the results from the list")
    )

    def __init__(
        self, *args: Any, lots: Sequence[tuple[Market, Lot]], place: Point | None, priced: bool, **kwargs: Any
    ) -> None:
        """Set the categories that can be selected, the place if it is known, and whether the person can see any
        price.
        """
        super().__init__(*args, **kwargs)
        self.place = place
        self.counted: dict[str, list[CountedChoice]] = {}
        self.lots = {f"{market.code}-{lot.number}": lot for market, lot in lots}
        grouped = len({market.pk for market, _ in lots}) > 1
        self.is_grouped = grouped  # The text of each category then starts with its market.
        names = {
            f"{market.code}-{lot.number}": f"{market.code}: {lot.title}" if grouped else f"{lot.number}. {lot.title}"
            for market, lot in lots
        }
        for field in FIELDS_BY_PARAMETER.values():
            if isinstance(field.value, LotValue):
                self._set(field.parameter, choices_with_any(field.value.any_words, names.items()))
        orders = [
            order
            for order in SortOrder
            if (place or order != SortOrder.DISTANCE) and (priced or order != SortOrder.PRICE)
        ]
        self._set("order", [(ANY_CHOICE, "Default order"), *((order.value, order.label) for order in orders)])
        known = {Requirement.PLACE: place is not None, Requirement.PRICE: priced}
        for row in CRITERIA.values():
            if row.requires and not known[row.requires]:
                for field in row.fields:
                    del self.fields[field.parameter]

    def wanted(self) -> dict[str, Any]:
        """Return the valid values of the filters that are used, by name."""
        self.is_valid()
        return {
            name: value
            for name, value in self.cleaned_data.items()
            if value is not False and value not in ("", None, [])  # 0 also filters, although it is equal to False.
        }

    @cached_property
    def search(self) -> SearchCriteria:
        asked = {
            FIELDS_BY_PARAMETER[name].name: self._asked(FIELDS_BY_PARAMETER[name], value)
            for name, value in self.wanted().items()
            if name in FIELDS_BY_PARAMETER
        }
        return build_search(**asked, place=self.place)

    def _asked(self, field: CriterionField, value: Any) -> Any:
        if isinstance(field.value, LotValue):
            return self.lots[value]
        return tuple(value) if isinstance(field.value, DaysValue) else value

    @property
    def order_used(self) -> str:
        return str(self.wanted().get("order") or default_order(self.search))

    def say_counts(self, facets: Facets) -> None:
        """Add to each choice the number of services that would match."""
        for name, row in CRITERIA.items():
            if not row.facet or name not in self.fields:
                continue
            field: Any = self.fields[name]
            if isinstance(row.main_field.value, FlagValue):
                flag = CountedChoice("on", str(field.label), format_count(facets.leaves(name, "on")))
                self.counted[name], field.label = [flag], flag.words_and_count
            else:
                choices = [self._count(facets, name, words, value) for value, words in field.choices]
                self.counted[name] = choices
                self._set(name, [(choice.value, choice.words_and_count) for choice in choices])

    def _count(self, facets: Facets, name: str, words: Any, value: Any) -> CountedChoice:
        if value == ANY_CHOICE:
            return CountedChoice(ANY_CHOICE, str(words), "")
        if not isinstance(CRITERIA[name].main_field.value, LotValue):
            return CountedChoice(str(value), str(words), format_count(facets.leaves(name, str(value))))
        number = format_count(facets.leaves(name, str(self.lots[value].pk)))
        return CountedChoice(str(value), str(words), number, str(words).partition(": ")[0] if self.is_grouped else "")

    @property
    def ages(self) -> list[tuple[str, str]]:
        """Return the choices of age, each with the school years of children of that age."""
        return [(ANY_CHOICE, "Any age"), *((str(age), format_age_and_year(age)) for age in range(MAX_CHILD_AGE + 1))]

    def groups(self) -> Iterator[tuple[str, list[forms.BoundField], bool]]:
        """Yield the filters that are collapsed at first, in groups.

        Each group has its heading, its fields, and whether any field is in use.
        """
        asked = self.wanted()
        for group in FilterGroup:
            if group != FilterGroup.FIRST:
                there = [bound_field for bound_field in self._fields_of(group) if bound_field.name not in SHOWN_FIRST]
                yield group.value, there, any(bound_field.name in asked or bound_field.errors for bound_field in there)

    def _fields_of(self, group: FilterGroup) -> list[forms.BoundField]:
        return [self[field.parameter] for field in FIELDS_BY_GROUP[group] if field.parameter in self.fields]

    def in_words(self, name: str, value: Any) -> str:
        """Return a filter that is used as text, for example “Age 12” or “Within 5 miles”."""
        if name == "order":
            return f"Sorted by {SortOrder(value).label.lower()}"
        field = FIELDS_BY_PARAMETER[name]
        if field.phrase:
            return field.phrase(value)
        if isinstance(field.value, FlagValue):
            return field.label
        choices: Any = self.fields[name] if isinstance(field.value, LotValue) else field.value
        words = {choice_value(choice): str(words) for choice, words in choices.choices}
        return words[choice_value(value)]

    def _set(self, name: str, choices: list[tuple[str, str]]) -> None:
        field: Any = self.fields[name]
        field.choices = choices


def format_age_and_year(age: int) -> str:
    """Format an age with its school years in England: “13, Year 8 or 9”."""
    years = [age - YEARS_BEFORE_YEAR_ONE - 1, age - YEARS_BEFORE_YEAR_ONE]
    names = [f"Year {year}" if year else "Reception" for year in years if 0 <= year <= LAST_SCHOOL_YEAR]
    both_numbered = len(names) == len(years) and years[0] > 0
    words = f"{names[0]} or {years[1]}" if both_numbered else " or ".join(names)
    return f"{age}, {words}" if words else str(age)


def format_count(number: int) -> str:
    return f"{MAX_COUNT_SHOWN:,}+" if number > MAX_COUNT_SHOWN else f"{number:,}"
