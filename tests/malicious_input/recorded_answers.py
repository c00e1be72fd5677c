"""The names that a page reads from its request, recorded while the page runs.

There is no hand-written list to go out of date.
"""

from contextlib import contextmanager
from functools import wraps
from unittest.mock import patch

from django import forms
from django.http import QueryDict

QUERY_READERS = ("get", "getlist", "__getitem__", "__contains__")


@contextmanager
def names_read():
    """Collect each name that is looked up in a query string or form in the block."""
    found = set()

    def watching(usual):
        def read(sent, name, *args, **kwargs):
            if isinstance(name, str):
                found.add(name)
            return usual(sent, name, *args, **kwargs)

        return read

    with patch.multiple(QueryDict, **{name: watching(getattr(QueryDict, name)) for name in QUERY_READERS}):
        yield found


class CheckedForms:
    """The fields of forms that have been validated, and the fields with errors, by name."""

    def __init__(self):
        self.fields, self.refused = {}, set()


@contextmanager
def forms_checked():
    """Record each form that is validated in the block."""
    checked, usual = CheckedForms(), forms.BaseForm.full_clean

    def full_clean(form):
        usual(form)
        if form.is_bound:
            checked.fields |= {form.add_prefix(name): field for name, field in form.fields.items()}
            checked.refused |= {form.add_prefix(name) for name in form.errors if name in form.fields}

    with patch.object(forms.BaseForm, "full_clean", full_clean):
        yield checked


@contextmanager
def forms_made():
    """Collect each form that is created in the block, by class."""
    made, usual = {}, forms.BaseForm.__init__

    @wraps(usual)  # Our own forms read the signature of the constructor.
    def init(form, *args, **kwargs):
        usual(form, *args, **kwargs)
        made[type(form)] = form

    with patch.object(forms.BaseForm, "__init__", init):
        yield made


def fields_of(made):
    """Return the fields of these forms, by the names that pages use."""
    return {form.add_prefix(name): field for form in made for name, field in form.fields.items()}
