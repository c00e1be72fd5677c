"""Each field of a referral and of a reply has its own errors: none is made of a verb and the question of its label."""

import copy

import pytest
from django import forms as django_forms

from calloff.web.buyer import referral_forms
from calloff.web.forms import say_what_is_wrong
from calloff.web.provider import invitation_forms
from tests.web.test_optional_labels import every_form

MODULES = {referral_forms.__name__, invitation_forms.__name__}
FORMS = [one for one in every_form() if one.__module__ in MODULES]
READ_IN_A_FORM = (django_forms.DateField, django_forms.IntegerField, django_forms.EmailField, django_forms.URLField)


def can_be_wrong(field):
    """Return the kinds of errors that a field can have."""
    kinds = {"required"} if field.required else set()
    if isinstance(field, READ_IN_A_FORM):  # a DecimalField is an IntegerField
        kinds.add("invalid")
    if isinstance(field, django_forms.ChoiceField):
        kinds.add("invalid_choice")
    limits = {"max_length", "min_length", "max_value", "min_value"}
    kinds |= {name for name in limits if getattr(field, name, None) is not None}
    if isinstance(field, django_forms.DecimalField):
        kinds |= {"max_digits", "max_decimal_places", "max_whole_digits"}
    return kinds


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
def test_no_error_is_built_from_a_label(form):
    built = {}
    for name, field in form.base_fields.items():
        marked = copy.deepcopy(field)
        say_what_is_wrong(marked, "LABEL-OF-THE-FIELD")
        wrong = {kind for kind in can_be_wrong(field) if "label-of-the-field" in marked.error_messages[kind].lower()}
        if wrong:
            built[name] = wrong
    assert not built


def test_the_forms_of_referrals_replies_and_pictures_are_among_them():
    names = {one.__name__ for one in FORMS}
    assert {"WantedForm", "PictureForm", "WhoForm", "OfferForm", "InterestedForm", "DeclineForm"} <= names
