"""Tests that each form field has its own errors for values that are missing, wrong, too long, out of range or not
listed.
"""

import ast
import re
from pathlib import Path

import pytest
from django import forms as django_forms

import calloff
from calloff.referrals.legal_bases import LEGAL_DUTIES
from calloff.web.account.forms import WordedFormMixin
from calloff.web.buyer.referral_forms import BasisFactsForm
from calloff.web.forms_ui.field_errors import amount_errors, date_errors, text_errors
from calloff.web.forms_ui.forms import PageForm, textarea_field
from calloff.web.forms_ui.timetable_fields import TimeOfDayField
from tests.web.test_optional_labels import every_form

READ_IN_A_FORM = (django_forms.DateField, django_forms.IntegerField, django_forms.EmailField, django_forms.URLField)
INSTRUCTION = re.compile(r"(Enter|Select|Upload|Confirm) [^.]*[^.]")
DESCRIPTION = re.compile(
    r"[A-Z][^.]* must [^.]*(?:\d\.\d+[^.]*|https?://\S+)*|Enter an email address .*\.com|" + INSTRUCTION.pattern
)
# errors about what has happened since, because the answer was right when the page was shown
EXPLAINED = {("CloseSessionsForm", "sessions", "invalid_choice")}
NOT_ASKED = {"password2", "remember", "username"}  # fields of allauth that our forms leave out
NOT_OURS = re.compile(r"\b(please|sorry|invalid|valid|this field|oops)\b", re.IGNORECASE)


def can_be_wrong(field):
    """Return the kinds of error that a field can have."""
    kinds = {"required"} if field.required else set()
    if isinstance(field, (*READ_IN_A_FORM, TimeOfDayField)):  # In Django, DecimalField is a subclass of IntegerField.
        kinds.add("invalid")
    if isinstance(field, django_forms.ChoiceField):
        kinds.add("invalid_choice")
    if isinstance(field, django_forms.FileField):
        kinds |= {"invalid", "missing", "empty"}
    limits = {"max_length", "min_length", "max_value", "min_value"}
    kinds |= {name for name in limits if getattr(field, name, None) is not None}
    if isinstance(field, django_forms.DecimalField):
        kinds |= {"max_digits", "max_decimal_places", "max_whole_digits"}
    return kinds


def own_errors(field):
    """Return the errors that were written for the field, without those of Django's classes."""
    usual = {}
    for parent in reversed(type(field).__mro__):
        if not parent.__module__.startswith("calloff."):
            usual |= getattr(parent, "default_error_messages", {})
    return {kind: str(words) for kind, words in field.error_messages.items() if usual.get(kind) is not words}


def without_own_errors(fields):
    """Return the kinds of error for which a field has no message of its own, by field."""
    found = {}
    for name, field in fields.items():
        missing = can_be_wrong(field) - own_errors(field).keys()
        if missing and not field.widget.is_hidden:
            found[name] = missing
    return found


def badly_worded(fields):
    """Return the errors that do not say what to do or what the answer must be, by field and kind."""
    found = {}
    for name, field in fields.items():
        own = own_errors(field)
        for kind in can_be_wrong(field) & own.keys():
            words = own[kind]
            pattern = INSTRUCTION if kind == "required" else DESCRIPTION
            if not pattern.fullmatch(words) or NOT_OURS.search(words):
                found[name, kind] = words
    return found


def name_of(form):
    return f"{form.__module__.removeprefix('calloff.web.')}.{form.__name__}"


@pytest.mark.parametrize("form", every_form(), ids=name_of)
def test_each_form_field_has_its_own_error_messages(form):
    assert not without_own_errors(form.base_fields)


@pytest.mark.parametrize("form", every_form(), ids=name_of)
def test_each_error_says_what_to_do_or_what_is_expected(form):
    wrong = badly_worded(form.base_fields)
    assert {place: words for place, words in wrong.items() if (form.__name__, *place) not in EXPLAINED} == {}


@pytest.mark.parametrize("form", sorted(WordedFormMixin.__subclasses__(), key=name_of), ids=name_of)
def test_each_field_in_an_account_form_has_its_own_error_messages(form):
    missing = {}
    for name in form.labels:
        field = form.base_fields.get(name)
        kinds = can_be_wrong(field) if field else {"required"}
        if lacking := kinds - form.errors_of.get(name, own_errors(field) if field else {}).keys():
            missing[name] = lacking
    assert not missing
    shown = {name for name, field in form.base_fields.items() if not field.widget.is_hidden}
    assert shown - NOT_ASKED <= form.labels.keys(), "a field without a label has no errors either"


def fields_made(path):
    """Return the calls that create a Django field, each with its line and its keyword arguments."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            module, name = getattr(getattr(node.func, "value", None), "id", ""), getattr(node.func, "attr", "")
            if module == "forms" and name.endswith("Field"):
                yield name, node.lineno, {one.arg or "**": one.value for one in node.keywords}


def needs_errors(name, given):
    """Return whether a field that this call creates can have an error.

    Hidden fields and optional checkboxes cannot have one.
    """
    if not given:  # This is not a form field: `forms.DateField().to_python(…)` parses a date.
        return False
    if "HiddenInput" in ast.dump(given.get("widget", ast.Constant(None))):
        return False
    unknown = "**" in given  # This call is allowed there, because the forms themselves are tested above.
    required = not unknown and (not isinstance(given.get("required"), ast.Constant) or given["required"].value)
    limited = any(one.startswith(("max_", "min_")) for one in given)
    return bool(required or limited or name not in {"BooleanField", "CharField"})


def test_a_field_that_a_form_adds_has_its_own_error_messages():
    root = Path(calloff.__file__).parent / "web"
    found = [
        f"{path.relative_to(root)}:{line} {name}"
        for path in sorted(root.rglob("*.py"))
        if "migrations" not in path.parts
        for name, line, given in fields_made(path)
        if "error_messages" not in given and needs_errors(name, given)
    ]
    assert found == []


@pytest.mark.parametrize("row", LEGAL_DUTIES, ids=lambda row: row.basis)
def test_the_fields_for_each_legal_basis_have_their_own_error_messages(row):
    form = BasisFactsForm(row=row)
    assert not without_own_errors(form.fields)
    for fact in row.facts:
        assert fact.empty or not fact.required, f"{fact.key} is asked for without words"


def test_an_error_for_an_incomplete_date_or_a_wrong_year_includes_the_field_name():
    row = next(row for row in LEGAL_DUTIES if any(fact.key == "review_on" for fact in row.facts))
    typed = {"basis_on-day": "1", "basis_on-month": "9", "basis_on-year": ""}
    form = BasisFactsForm({**typed, "review_on-day": "1", "review_on-month": "9", "review_on-year": "2926"}, row=row)
    assert form.errors["basis_on"] == ["Day the parents agreed must include a year"]
    assert form.errors["review_on"][0].startswith("Review date must be ")


class WordsForm(PageForm):
    story = textarea_field("What happened?", errors=text_errors("What happened", "Enter what happened"), required=True)
    held_on = django_forms.DateField(label="When was it?", error_messages=date_errors("Date", "Enter the date"))
    cost = django_forms.DecimalField(
        label="What did it cost?",
        max_digits=8,
        decimal_places=2,
        error_messages=amount_errors("Cost", "£1 million", "Enter the cost"),
    )


def test_error_messages_use_the_fields_own_wording_and_not_its_label():
    empty = WordsForm({})
    assert empty.errors == {"story": ["Enter what happened"], "held_on": ["Enter the date"], "cost": ["Enter the cost"]}
    wrong = WordsForm({"story": "x" * 4001, "held_on": "31 2 2026", "cost": "12.505"})
    assert wrong.errors == {
        "story": ["What happened must be 4,000 characters or fewer"],
        "held_on": ["Date must be a real date, like 27 11 2026"],
        "cost": ["Cost must be in pounds and pence, like 250.50"],
    }


def test_the_checks_of_error_messages_detect_missing_messages_and_django_defaults():
    bare = {"on": django_forms.DateField(), "name": django_forms.CharField(max_length=9, required=False)}
    assert without_own_errors(bare) == {"on": {"required", "invalid"}, "name": {"max_length"}}
    borrowed = {"on": django_forms.DateField(error_messages={"required": "This field is required."})}
    assert set(badly_worded(borrowed)) == {("on", "required")}
