"""Form fields for the search criteria of the directory. Each is made from its row in `directory.search_criteria`."""

from collections.abc import Iterable
from datetime import time
from typing import Any, ClassVar

from django import forms

from calloff.directory.search_criteria import CRITERIA, CriterionField, FilterGroup
from calloff.directory.search_criteria.field_values import (
    AmountValue,
    CodeValue,
    DateValue,
    DaysValue,
    FlagValue,
    LotValue,
    NumberValue,
    TextValue,
    TimeValue,
)
from calloff.web.forms_ui.field_errors import (
    ErrorMessages,
    amount_errors,
    choice_errors,
    date_errors,
    whole_number_errors,
)
from calloff.web.forms_ui.widgets import DatePartsInput, MoneyInput

ANY_CHOICE = ""
PENCE_DIGITS = 2


class SearchWordsField(forms.CharField):
    """A field for words to search for.

    Everything that a person types counts as words, even quotation marks and operators.
    """

    def to_python(self, value: Any) -> str:
        return " ".join(str(value or "").replace("\x00", " ").split())


def choices_with_any(any_words: str, choices: Iterable[tuple[Any, Any]]) -> list[tuple[str, str]]:
    """Return the choices, with one before them that does not filter."""
    return [(ANY_CHOICE, any_words), *((choice_value(value), str(words)) for value, words in choices)]


def choice_value(value: Any) -> str:
    """Return the text for a value in the choices of a form and in a query string.

    A time of day is written as 09:30.
    """
    return f"{value:%H:%M}" if isinstance(value, time) else str(value)


def form_field(row: CriterionField, **words: str) -> forms.Field:
    """Return the form field for a criterion. `words` replaces its label or hint, for another audience."""
    value = row.value
    given: dict[str, Any] = {"label": row.label, "help_text": row.hint, **words}
    if isinstance(value, TextValue):
        return SearchWordsField(required=False, **given)
    if isinstance(value, FlagValue):
        return forms.BooleanField(required=False, **given)
    if isinstance(value, DateValue):
        errors = date_errors(row.error)
        return forms.DateField(required=False, widget=DatePartsInput, error_messages=errors, **given)
    if isinstance(value, AmountValue):
        return forms.DecimalField(
            required=False, max_digits=value.whole_digits + PENCE_DIGITS, decimal_places=PENCE_DIGITS, min_value=0,
            widget=MoneyInput, error_messages=amount_errors(row.error, value.too_much), **given,
        )  # fmt: skip
    if isinstance(value, NumberValue) and not value.choices:
        return forms.IntegerField(
            required=False, min_value=value.lowest, max_value=value.highest,
            error_messages=whole_number_errors(row.error, value.lowest, value.highest), **given,
        )  # fmt: skip
    return _choice_field(value, choice_errors(row.error), given)


def _choice_field(value: Any, errors: ErrorMessages, given: dict[str, Any]) -> forms.Field:
    if isinstance(value, DaysValue):
        return forms.MultipleChoiceField(
            required=False, choices=value.choices, widget=forms.CheckboxSelectMultiple, error_messages=errors, **given
        )
    if isinstance(value, LotValue):  # the form adds the categories later
        return forms.ChoiceField(required=False, error_messages=errors, **given)
    choices = choices_with_any(value.any_words, value.choices)
    if isinstance(value, CodeValue):
        return forms.ChoiceField(required=False, choices=choices, error_messages=errors, **given)
    coerce: Any = {NumberValue: int, TimeValue: time.fromisoformat}[type(value)]
    return forms.TypedChoiceField(
        required=False, coerce=coerce, empty_value=None, choices=choices, error_messages=errors, **given
    )


FIELDS_BY_GROUP: dict[FilterGroup, list[CriterionField]] = {
    group: [field for row in CRITERIA.values() if row.group == group for field in row.fields] for group in FilterGroup
}
FIELDS_BY_PARAMETER = {field.parameter: field for fields in FIELDS_BY_GROUP.values() for field in fields}


class CriteriaFields:
    """The fields for all criteria, in the order of the page.

    Django forms collect the `declared_fields` of their base classes.
    """

    declared_fields: ClassVar[dict[str, forms.Field]] = {
        name: form_field(field) for name, field in FIELDS_BY_PARAMETER.items()
    }
