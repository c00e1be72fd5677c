"""Tests that a label says “(optional)” only if neither the form nor its command requires an answer."""

import ast
import importlib
import pkgutil
import re
from pathlib import Path

import pytest

import calloff
from calloff import web
from calloff.web.forms_ui.forms import PageForm

INSTRUCTION = re.compile(r"(Enter|Select|Upload|Give|Say|Choose|Tell|Confirm)\b")
# fields that can be empty although a refusal names them, each with the reason
CAN_BE_EMPTY = {
    "MakeApiKeyForm.scopes": "a choice that is not in the list",
    "RecordCheckForm.found": "a review of a suspension",
    "PupilAttendanceForm.attendance": "dates without a figure: all three together can be left empty",
    "PupilAttendanceForm.attendance_from": "a figure without its dates",
    "PupilAttendanceForm.attendance_to": "a figure without its dates",
    "PupilIdentityForm.address": "an email address",
    "PupilIdentityForm.postcode": "one that is no postcode",
    "PupilNeedsForm.needs": "a second need without a first",
    "PupilRisksForm.hazards": "a choice that is not in the list",
    "GapForm.said": "an answer to a recall",
    "OrganisationDetailsForm.address": "an email address",
    "OrganisationDetailsForm.telephone": "a child’s contact",
    "OrganisationDetailsForm.website": "the nomination of a provider",
    "WithdrawReplyForm.reason": "other reasons: withdrawing needs none",
    "NewServiceForm.needs": "a pupil’s record",
    "NewServiceForm.places": "a number below zero",
    "ServiceTimesForm.hours": "a referral",
    "ServiceAudienceForm.needs": "a pupil’s record",
    "ServiceAudienceForm.main_needs": "a choice that is not among the needs",
}


def every_form():
    """Return all forms on pages, after importing their modules."""
    for module in pkgutil.walk_packages(web.__path__, "calloff.web."):
        if ".migrations" not in module.name:
            importlib.import_module(module.name)
    waiting, found = [PageForm], set()
    while waiting:
        several = waiting.pop().__subclasses__()
        waiting += several
        found |= {one for one in several if one.__module__.startswith("calloff.")}
    return sorted(found, key=lambda one: (one.__module__, one.__qualname__))


def asked_for():
    """Return the fields that refusals require, for example with “Enter how long”."""
    found = {}
    for path in sorted(Path(calloff.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"Problem", "Refused"}):
                continue
            words, *where = node.args[:2] or [None]
            if isinstance(words, ast.JoinedStr):
                words = words.values[0]
            texts = [one.value for one in (words, *where) if isinstance(one, ast.Constant)]
            if len(texts) == len(("sentence", "where")) and INSTRUCTION.match(str(texts[0])):
                found.setdefault(texts[1], []).append(texts[0])
    return found


@pytest.fixture(scope="module")
def refusals():
    return asked_for()


def marked_optional(form):
    if not getattr(form, "marks_optional", True):
        return []
    hidden = {name for name, field in form.base_fields.items() if field.widget.is_hidden or field.required}
    return [name for name in form.base_fields if name not in hidden | set(form.not_optional)]


@pytest.mark.parametrize("form", every_form(), ids=lambda form: f"{form.__module__.rpartition('.')[2]}.{form.__name__}")
def test_no_label_says_optional_if_the_command_requires_an_answer(form, refusals):
    wrong = {
        name: refusals[name]
        for name in marked_optional(form)
        if name in refusals and f"{form.__name__}.{name}" not in CAN_BE_EMPTY
    }
    assert not wrong


def test_every_field_listed_as_optional_still_exists():
    marked = {f"{form.__name__}.{name}" for form in every_form() for name in marked_optional(form)}
    assert set(CAN_BE_EMPTY) <= marked
