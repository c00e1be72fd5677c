"""Tests for a question as a form field, with the limits, text and errors of its kind."""

import pytest

from calloff.questions.kinds import KINDS
from calloff.questions.schema import QuestionDefinition
from calloff.web.forms_ui.forms import PageForm
from calloff.web.forms_ui.question_fields import question_field

ASKED = {
    "text": {"max_characters": 20},
    "long_text": {"max_characters": 20},
    "number": {"minimum": 6, "maximum": 365},
    "money": {"minimum": 1},
    "date": {},
}
MORE = {
    "choice": {"options": [{"value": "one", "label": "One"}]},
    "choices": {"options": [{"value": "one", "label": "One"}]},
    "evidence": {"evidence": "accounts"},
}


def question(kind):
    more = ASKED.get(kind, {}) | MORE.get(kind, {})
    return QuestionDefinition(key="it", kind=kind, text="How much is it?", name="the fact", hint="Roughly", **more)


def form_of(kind, **typed):
    form = PageForm(data=typed)
    form.fields["it"] = question_field(question(kind))
    return form


@pytest.mark.parametrize("kind", ASKED)
def test_a_field_uses_the_label_and_hint_of_its_question(kind):
    form = form_of(kind)
    field = form.fields["it"]
    assert (field.label, field.help_text, field.required) == ("How much is it?", "Roughly", False)
    assert form.is_valid()


@pytest.mark.parametrize(
    ("kind", "typed", "sentence"),
    [
        ("text", {"it": "a" * 21}, "The fact must be 20 characters or fewer"),
        ("long_text", {"it": "a" * 21}, "The fact must be 20 characters or fewer"),
        ("number", {"it": "5"}, "The fact must be a whole number between 6 and 365"),
        ("number", {"it": "366"}, "The fact must be a whole number between 6 and 365"),
        ("number", {"it": "many"}, "The fact must be a whole number between 6 and 365"),
        ("date", {"it-day": "31", "it-month": "2", "it-year": "2026"}, "The fact must be a real date, like 27 11 2026"),
        ("date", {"it-day": "3", "it-month": "", "it-year": "2026"}, "The fact must include a month"),
    ],
)
def test_the_error_for_an_unreadable_value_includes_the_name_of_the_question(kind, typed, sentence):
    assert form_of(kind, **typed).errors["it"] == [sentence]


def test_an_amount_is_passed_to_the_command_as_typed():
    form = form_of("money", it="£5,000,000")
    assert form.is_valid()
    assert form.cleaned_data["it"] == "£5,000,000"


@pytest.mark.parametrize("kind", sorted(KINDS.keys() - ASKED.keys()))
def test_a_kind_of_question_that_needs_special_fields_cannot_become_a_plain_field(kind):
    with pytest.raises(TypeError, match=f"it is a {kind}"):
        question_field(question(kind))
