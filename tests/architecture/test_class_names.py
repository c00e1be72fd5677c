"""Tests that each class name has one meaning, and that a renamed model keeps the name that the history stores."""

import ast
from collections import defaultdict

from django.apps import apps
from django.conf import settings

from calloff.history.record_types import find_model, record_type
from calloff.web.history.reasons import REASON_SOURCES

PLACES = ("calloff", "tests", "benchmarks", "tools")
NAMED_BY_DJANGO = {"Command"}  # Each management command is a class with this name.
STORED = {
    "accounts.Closure", "accounts.EmailChange", "accounts.FactorReset", "accounts.NameChange",
    "agreements.Agreement", "applications.Application", "applications.Clarification", "applications.Disposal",
    "applications.Enquiry", "applications.MarketInterest",
    "applications.LotRequest", "applications.Part", "buying.Allowance", "buying.Budget", "buying.Offer",
    "buying.Order", "demand.Answer", "demand.Entry", "demand.SavedSearch", "directory.Change", "directory.Service",
    "directory.Site", "directory.Synonym", "directory.Uplift", "evidence.Evidence", "markets.Extension",
    "markets.Market",
    "markets.Modification", "members.Condition", "members.Decision", "members.DocumentPromise", "members.Member",
    "members.Reinstatement", "members.Removal", "members.Suspension", "members.SuspensionReview",
    "monitoring.Recall", "people.ApiKey", "people.Grant", "people.Invitation", "people.JoinRequest",
    "people.Organisation", "placements.Change", "placements.DayNote", "placements.DisposalApproval",
    "placements.Ending", "placements.FollowUp", "placements.InterimPlace", "placements.Placement",
    "placements.Review", "placements.UsualDetails",
    "pupils.Certificate", "pupils.Pupil",
    "pupils.SchoolName", "referrals.Interest", "referrals.Question", "referrals.Referral",
}  # fmt: skip


def class_names():
    """Return each class outside migrations by name, with the paths of the modules that define it."""
    named = defaultdict(list)
    for place in PLACES:
        for path in (settings.BASE_DIR / place).rglob("*.py"):
            if "migrations" not in path.parts:
                for node in ast.parse(path.read_text()).body:
                    if isinstance(node, ast.ClassDef):
                        named[node.name].append(str(path.relative_to(settings.BASE_DIR)))
    return named


def test_no_two_classes_have_the_same_name():
    named = class_names()
    assert named["RoleGrant"] == ["calloff/people/models/users.py"]
    twice = {name: paths for name, paths in named.items() if len(paths) > 1 and name not in NAMED_BY_DJANGO}
    assert twice == {}


def test_two_models_never_share_a_record_type():
    models = apps.get_models()
    assert len({record_type(model) for model in models}) == len(models)
    assert {model for model in models if find_model(record_type(model)) is not model} == set()


def test_the_record_types_stored_in_the_history_never_change():
    """A model that is renamed sets `RECORD_TYPE` to its old label.

    Add each new model here if it has a life cycle or gives reasons.
    """
    named = [model for model in apps.get_models() if hasattr(model, "LIFECYCLE") or hasattr(model, "RECORD_TYPE")]
    assert {record_type(model) for model in named} | set(REASON_SOURCES) == STORED
