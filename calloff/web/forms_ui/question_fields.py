"""A question as a form field of its kind, next to the other fields of a form.

The app that asks the question checks the answer, and decides whether it can be empty. So no field is required here,
and Django refuses only what it cannot read, with the name and limits of the question.
"""

from functools import singledispatch
from typing import Any

from django import forms

from calloff.questions.kinds import kind_of
from calloff.questions.kinds.amount import MoneyKind, NumberKind
from calloff.questions.kinds.day import DateKind
from calloff.questions.kinds.question import format_subject
from calloff.questions.kinds.question_kind import QuestionKind
from calloff.questions.kinds.text import TextKind
from calloff.questions.schema import QuestionDefinition
from calloff.web.forms_ui.field_errors import date_errors, text_errors, whole_number_errors
from calloff.web.forms_ui.widgets import DatePartsInput


def question_field(question: QuestionDefinition) -> forms.Field:
    """Return the form field for a question. Raises TypeError for a kind that needs its own widget."""
    return _field(kind_of(question), question, {"label": question.text, "help_text": question.hint, "required": False})


@singledispatch
def _field(kind: QuestionKind, question: QuestionDefinition, shared: dict[str, Any]) -> forms.Field:
    raise TypeError(f"{question.key} is a {kind.key}: only a section of a question set can ask that")


@_field.register
def _(kind: TextKind, question: QuestionDefinition, shared: dict[str, Any]) -> forms.Field:
    longest = question.max_characters or kind.longest
    return forms.CharField(max_length=longest, error_messages=text_errors(format_subject(question)), **shared)


@_field.register
def _(kind: NumberKind, question: QuestionDefinition, shared: dict[str, Any]) -> forms.Field:
    low, high = int(question.minimum or 0), int(question.maximum or 10**9)
    errors = whole_number_errors(format_subject(question), low, high)
    return forms.IntegerField(min_value=low, max_value=high, error_messages=errors, **shared)


@_field.register
def _(kind: MoneyKind, question: QuestionDefinition, shared: dict[str, Any]) -> forms.Field:
    pounds = forms.TextInput({"inputmode": "decimal", "class": "govuk-input--width-10"})
    # The answer stays as the person typed it, because the kind of the question can read “£5,000,000”.
    return forms.CharField(widget=pounds, **shared)


@_field.register
def _(kind: DateKind, question: QuestionDefinition, shared: dict[str, Any]) -> forms.Field:
    return forms.DateField(widget=DatePartsInput, error_messages=date_errors(format_subject(question)), **shared)
