"""What someone can ask the directory for, as a form: each filter with how many services it would leave."""

from collections.abc import Callable, Iterator, Sequence
from datetime import time
from typing import Any

from django import forms
from django.utils.functional import cached_property

from calloff.directory.facets import Facets
from calloff.directory.models import Gender, PriceUnit, Qualification, ServiceRegistration, TeachingMode, Weekday
from calloff.directory.search_criteria import SearchCriteria
from calloff.directory.search_results import CHECKED_MONTHS, SortOrder, default_order
from calloff.kernel import time_of_day
from calloff.kernel.codes import NeedType
from calloff.kernel.formatting import format_date, format_list, pluralise
from calloff.kernel.geography import Point
from calloff.kernel.key_stages import KeyStage
from calloff.kernel.money import format_pounds
from calloff.markets.models import Lot, Market
from calloff.web.forms_ui.field_errors import (
    amount_errors,
    choice_errors,
    date_errors,
    text_errors,
    whole_number_errors,
)
from calloff.web.forms_ui.forms import FilterForm, PageForm
from calloff.web.forms_ui.widgets import DatePartsInput, MoneyInput

MAX_CHILD_AGE = 25
MILES_CHOICES = (2, 5, 10, 15, 20, 40)
ANY_CHOICE = ""
START_TIME_CHOICES = [time(hour, half) for hour in range(7, 19) for half in (0, 30)]
RATIO_CHOICES = (1, 2, 3, 4, 6, 8)  # children to one of the staff
MAX_COUNT_SHOWN = 1000  # a count that is told exactly up to here

FILTER_GROUPS = (
    ("The child", ("need", "as_main", "age", "key_stage", "gender")),
    ("When and how", ("mode", "days", "starts_by", "ends_after", "ratio", "transport")),
    ("Places and price", ("free", "free_by", "unit", "at_most")),
    ("Quality", ("qualification", "registration", "checked")),
)


COUNTED_FILTERS = (
    "category", "miles", "need", "key_stage", "gender", "mode", "days", "starts_by", "ends_after", "ratio",
    "qualification", "registration", "checked",
)  # fmt: skip

FILTER_FORMATTERS: dict[str, Callable[[Any], str]] = {
    "words": "“{}”".format,
    "age": "Age {}".format,
    "days": lambda days: format_list([str(Weekday(one).label) for one in days]),
    "starts_by": lambda at: f"Open by {time_of_day.format_time(at)}",
    "ends_after": lambda at: f"Open until {time_of_day.format_time(at)}",
    "ratio": lambda most: f"No more than {pluralise(most, 'child', 'children')} to one of the staff",
    "free_by": lambda on: f"Place available by {format_date(on)}",
    "at_most": lambda most: f"No more than {format_pounds(most)}",
    "checked": "Checked within {} months".format,
    "order": lambda order: f"Sorted by {SortOrder(order).label.lower()}",
}


class SearchWordsField(forms.CharField):
    """Words to search for: whatever someone types, quotes and operators and all, is words and never wrong."""

    def to_python(self, value: Any) -> str:
        return " ".join(str(value or "").replace("\x00", " ").split())


def choices_with_any(any_words: str, several: Any) -> list[tuple[str, str]]:
    return [(ANY_CHOICE, any_words), *((str(value), str(words)) for value, words in several)]


class PlaceForm(PageForm):
    """The one place that distances are measured from. Sent by POST: it may be someone's home."""

    postcode = forms.CharField(
        label="Where should distances be measured from?",
        max_length=20,
        help_text="A full postcode, like BN11 1LG, or its first half. We only use it during this visit.",
        widget=forms.TextInput(attrs={"class": "govuk-input--width-10", "autocomplete": "postal-code"}),
        error_messages=text_errors("Postcode", "Enter a postcode"),
    )
    one_question = True


class DirectorySearchForm(FilterForm):
    """What narrows the directory. What cannot be read asks nothing, and the page says so beside it."""

    words = SearchWordsField(label="Words", required=False, help_text="For example, a name, a subject or an activity")
    category = forms.ChoiceField(
        label="Category", required=False, error_messages=choice_errors("Select a category from the list")
    )
    miles = forms.TypedChoiceField(
        label="Distance", required=False, coerce=int, empty_value=None,
        choices=choices_with_any("Any distance", ((n, f"Within {n} miles") for n in MILES_CHOICES)),
        error_messages=choice_errors("Select a distance from the list"),
    )  # fmt: skip
    serves = forms.BooleanField(label="Comes to this place, or is online", required=False)
    need = forms.ChoiceField(
        label="Need",
        required=False,
        choices=choices_with_any("Any need", NeedType.choices),
        error_messages=choice_errors("Select a need from the list"),
    )
    as_main = forms.BooleanField(label="Only where it is a main need", required=False)
    age = forms.IntegerField(
        label="Age",
        required=False,
        min_value=0,
        max_value=MAX_CHILD_AGE,
        error_messages=whole_number_errors("Age", 0, MAX_CHILD_AGE),
    )
    key_stage = forms.ChoiceField(
        label="Key stage",
        required=False,
        choices=choices_with_any("Any", KeyStage.choices),
        error_messages=choice_errors("Select a key stage from the list"),
    )
    gender = forms.ChoiceField(
        label="For",
        required=False,
        choices=choices_with_any("A girl or a boy", [(Gender.GIRLS, "A girl"), (Gender.BOYS, "A boy")]),
        error_messages=choice_errors("Select who the place is for from the list"),
    )
    mode = forms.ChoiceField(
        label="Setting",
        required=False,
        choices=choices_with_any("Any way", TeachingMode.choices),
        error_messages=choice_errors("Select a setting from the list"),
    )
    days = forms.MultipleChoiceField(
        label="Days",
        required=False,
        choices=Weekday.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages=choice_errors("Select days from the list"),
    )
    starts_by = forms.TypedChoiceField(
        label="Open by", required=False, coerce=time.fromisoformat, empty_value=None,
        choices=choices_with_any("Any time", ((f"{one:%H:%M}",
            time_of_day.format_time(one)) for one in START_TIME_CHOICES)),
        error_messages=choice_errors("Select an opening time from the list"),
    )  # fmt: skip
    ends_after = forms.TypedChoiceField(
        label="Open until", required=False, coerce=time.fromisoformat, empty_value=None,
        choices=choices_with_any("Any time", ((f"{one:%H:%M}",
            time_of_day.format_time(one)) for one in START_TIME_CHOICES)),
        error_messages=choice_errors("Select a closing time from the list"),
    )  # fmt: skip
    ratio = forms.TypedChoiceField(
        label="Children to one of the staff", required=False, coerce=int, empty_value=None,
        choices=choices_with_any("Any number", ((n,
            f"No more than {n}" if n > 1 else "One to one") for n in RATIO_CHOICES)),
        error_messages=choice_errors("Select a group size from the list"),
    )  # fmt: skip
    transport = forms.BooleanField(label="With transport", required=False)
    free = forms.BooleanField(label="Only with places available", required=False)
    free_by = forms.DateField(
        label="Place available by",
        required=False,
        widget=DatePartsInput,
        help_text="If not now",
        error_messages=date_errors("Date a place must be available by"),
    )
    unit = forms.ChoiceField(
        label="Price for", required=False,
        choices=choices_with_any("An hour, worked out from each price", ((unit,
            unit.label.capitalize()) for unit in PriceUnit)),
        error_messages=choice_errors("Select a price unit from the list"),
    )  # fmt: skip
    at_most = forms.DecimalField(
        label="No more than", required=False, max_digits=8, decimal_places=2, min_value=0, widget=MoneyInput,
        help_text="Before VAT", error_messages=amount_errors("Highest price", "£1 million"),
    )  # fmt: skip
    qualification = forms.ChoiceField(
        label="Leading to",
        required=False,
        choices=choices_with_any("Anything", Qualification.choices),
        error_messages=choice_errors("Select a qualification from the list"),
    )
    registration = forms.ChoiceField(
        label="Registration",
        required=False,
        choices=choices_with_any("Any", ServiceRegistration.choices),
        error_messages=choice_errors("Select a registration from the list"),
    )
    checked = forms.TypedChoiceField(
        label="Last checked by the council", required=False, coerce=int, empty_value=None,
        choices=choices_with_any("At any time", ((n, f"Within {n} months") for n in CHECKED_MONTHS)),
        error_messages=choice_errors("Select when it was last checked from the list"),
    )  # fmt: skip
    order = forms.ChoiceField(
        label="Sort by", required=False, error_messages=choice_errors("Select how to sort the results from the list")
    )

    def __init__(
        self, *args: Any, lots: Sequence[tuple[Market, Lot]], place: Point | None, priced: bool, **kwargs: Any
    ) -> None:
        """Take the categories that there are, the place that is known, and whether any price may be seen."""
        super().__init__(*args, **kwargs)
        self.place = place
        self.lots = {f"{market.code}-{lot.number}": lot for market, lot in lots}
        grouped = len({market.pk for market, _ in lots}) > 1
        names = {
            f"{market.code}-{lot.number}": f"{market.code}: {lot.title}" if grouped else f"{lot.number}. {lot.title}"
            for market, lot in lots
        }
        self._set("category", choices_with_any("Any category", names.items()))
        orders = [
            one for one in SortOrder if (place or one != SortOrder.DISTANCE) and (priced or one != SortOrder.PRICE)
        ]
        self._set("order", [(ANY_CHOICE, "The usual order"), *((one.value, one.label) for one in orders)])
        for name in (() if place else ("miles", "serves")) + (() if priced else ("unit", "at_most")):
            del self.fields[name]

    def wanted(self) -> dict[str, Any]:
        """Return what is asked and can be read, by name."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value not in ("", None, False, [])}

    @cached_property
    def search(self) -> SearchCriteria:
        asked = self.wanted()
        asked.pop("order", None)
        if "free_by" in asked:  # a day asks for places, whether or not the box is ticked
            asked["free"] = True
        lot = self.lots.get(asked.pop("category", ""))
        return SearchCriteria(**{**asked, "days": tuple(asked.get("days", ()))}, lot=lot, place=self.place)

    @property
    def order_used(self) -> str:
        return str(self.wanted().get("order") or default_order(self.search))

    def say_counts(self, facets: Facets) -> None:
        """Write behind each choice how many services it would leave."""
        for name in COUNTED_FILTERS:
            if name in self.fields:
                there: Any = self.fields[name]
                counted = [(value, self._with_count(facets, name, words, value)) for value, words in there.choices]
                self._set(name, counted)
        for name in ("free", "transport"):
            words = str(self.fields[name].label)
            self.fields[name].label = f"{words} ({format_count(facets.leaves(name, 'on'))})"

    def _with_count(self, facets: Facets, name: str, words: Any, value: Any) -> str:
        if value == ANY_CHOICE:
            return str(words)
        choice = str(self.lots[value].pk) if name == "category" else str(value)
        return f"{words} ({format_count(facets.leaves(name, choice))})"

    def groups(self) -> Iterator[tuple[str, list[forms.BoundField], bool]]:
        """Yield the filters beyond the first few in groups, and whether one of a group is in use."""
        asked = self.wanted()
        for title, names in FILTER_GROUPS:
            there = [self[name] for name in names if name in self.fields]
            yield title, there, any(name in asked or self[name].errors for name in names if name in self.fields)

    def in_words(self, name: str, value: Any) -> str:
        """Say one filter in use: “Age 12”, “Within 5 miles”."""
        if name in FILTER_FORMATTERS:
            return FILTER_FORMATTERS[name](value)
        field: Any = self.base_fields[name] if name != "category" else self.fields[name]
        return str(field.label) if value is True else str(dict(field.choices)[str(value)])

    def _set(self, name: str, several: list[tuple[str, str]]) -> None:
        field: Any = self.fields[name]
        field.choices = several


def format_count(number: int) -> str:
    return f"{MAX_COUNT_SHOWN:,}+" if number > MAX_COUNT_SHOWN else f"{number:,}"
