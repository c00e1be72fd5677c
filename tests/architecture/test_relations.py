"""Tests for relations between rooms that import-linter cannot check, and for rules that the database enforces."""

import ast
import tomllib

import pghistory.models
import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection

from calloff.cli.generated_docs import tracked_tables
from calloff.history.triggers import status_guard

pytestmark = pytest.mark.postgres15

ROOMS = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"][0][
    "layers"
]
FLOOR = {room.strip(): height for height, rooms in enumerate(reversed(ROOMS)) for room in rooms.split("|")}

OURS = [
    model for config in apps.get_app_configs() if config.name.startswith("calloff.") for model in config.get_models()
]
PAST = [model for model in OURS if issubclass(model, pghistory.models.Event)]
NOUNS = [model for model in OURS if model not in PAST]
RELATIONS = [
    field
    for model in NOUNS
    for field in model._meta.get_fields()
    if field.is_relation and not field.auto_created and field.related_model is not None
]

# Tables that have row history. Tables that are secret, append-only or unreadable before a certain time never have it.
FOLLOWED = {
    "agreements.Agreement",
    "applications.Application",
    "applications.LotRequest",
    "buying.Budget",
    "buying.Order",
    "directory.Price",
    "directory.Service",
    "directory.Site",
    "markets.Lot",
    "markets.Market",
    "members.Member",
    "placements.Placement",
    "referrals.ExpressionOfInterest",
    "referrals.Referral",
}
NEVER_FOLLOWED = {
    "accounts.CalendarFeed",
    "agreements.SigningCode",
    "applications.AgreedMark",
    "applications.Mark",
    "applications.SectionAnswers",
    "demand.ShortlistEntry",
    "demand.Gap",
    "demand.Nomination",
    "demand.SavedSearch",
    "documents.StoredFile",
    "outbox.Message",
    "people.ApiKey",
    "rate_limits.AttemptCount",
    "people.User",
    "placements.Attendance",
    "pupils.PupilContact",
    "pupils.ProtectionInformation",
    "pupils.Pupil",
    "referrals.ReferralQuestion",
    "accounts.HomeVisit",
    "web.LateSubmission",
}

# Models of which pages load single records, by a URL that a person could type. Each of them has `visible_to`.
LOADED_BY_PAGES = {
    "agreements.Agreement",
    "applications.Application",
    "applications.Enquiry",
    "applications.Mark",
    "applications.MarketInterest",
    "demand.ShortlistEntry",
    "demand.Nomination",
    "demand.SavedSearch",
    "directory.ServiceChange",
    "directory.Picture",
    "directory.Service",
    "directory.Site",
    "directory.Synonym",
    "directory.Uplift",
    "evidence.Evidence",
    "markets.Market",
    "buying.Offer",
    "buying.Order",
    "members.Member",
    "monitoring.SuspensionNotice",
    "partners.Partnership",
    "people.ApiKey",
    "people.JoinRequest",
    "placements.Placement",
    "pupils.Pupil",
    "referrals.ExpressionOfInterest",
    "referrals.ReferralQuestion",
    "referrals.Referral",
}


def label(field):
    return f"{field.model._meta.label}.{field.name}"


@pytest.mark.parametrize("field", RELATIONS, ids=label)
def test_a_relation_points_to_a_model_in_the_same_room_or_a_lower_room(field):
    here, there = field.model._meta.app_label, field.related_model._meta.app_label
    if field.related_model is apps.get_model(settings.AUTH_USER_MODEL):
        assert field.remote_field.related_name == "+" or here == there
        return
    assert there in FLOOR, f"{label(field)} points out of the house"
    assert FLOOR[there] <= FLOOR[here], f"{label(field)} points upwards"
    if here != there:
        assert field.remote_field.related_name == "+", f"{label(field)} gives a lower room a way back up"


@pytest.mark.parametrize("model", NOUNS, ids=lambda model: model._meta.label)
def test_no_model_has_a_default_ordering(model):
    assert not model._meta.ordering


def test_only_migrations_look_up_models_by_name():
    naming = {
        str(path.relative_to(settings.BASE_DIR))
        for path in settings.BASE_DIR.glob("calloff/**/*.py")
        if "migrations" not in path.parts
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and node.attr == "get_model"
    }
    assert naming == set()


def test_row_history_exists_for_exactly_the_listed_tables():
    kept = {model._meta.label for model in tracked_tables()}
    assert kept == FOLLOWED
    assert not kept & NEVER_FOLLOWED
    # This makes sure that the list contains only tables that exist.
    assert {model._meta.label for model in NOUNS} >= NEVER_FOLLOWED


@pytest.mark.parametrize("name", sorted(LOADED_BY_PAGES))
def test_every_model_that_pages_load_has_a_visibility_filter(name):
    assert hasattr(apps.get_model(name)._default_manager.all(), "visible_to")


@pytest.mark.parametrize(
    "model", [model for model in NOUNS if hasattr(model, "LIFECYCLE")], ids=lambda m: m._meta.label
)
def test_the_database_protects_every_status_column(model):
    assert any(trigger.name == status_guard().name for trigger in model._meta.triggers)
    assert model._meta.get_field("status").choices


@pytest.mark.parametrize(
    "model", [model for model in NOUNS if not hasattr(model, "LIFECYCLE")], ids=lambda m: m._meta.label
)
def test_a_model_without_a_life_cycle_has_no_status_field(model):
    assert "status" not in {field.name for field in model._meta.get_fields()}


@pytest.mark.django_db
def test_every_trigger_declared_by_a_model_exists_in_the_database():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
        )
        there = set(cursor.fetchall())
    declared = {
        (model._meta.db_table, trigger.get_pgid(model))
        for model in OURS
        for trigger in getattr(model._meta, "triggers", ())
    }
    assert declared <= there
    assert len(declared) > len(NOUNS) // 2


PAIRS = """
    SELECT child.relname, parent.relname, a.attname
    FROM pg_constraint c
    JOIN pg_class child ON child.oid = c.conrelid
    JOIN pg_class parent ON parent.oid = c.confrelid
    JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
    WHERE c.contype = 'f' AND array_length(c.conkey, 1) = 1 AND a.attname <> %(owner)s
      AND EXISTS (SELECT FROM pg_attribute WHERE attrelid = child.oid AND attname = %(owner)s)
      AND EXISTS (SELECT FROM pg_attribute WHERE attrelid = parent.oid AND attname = %(owner)s)
"""
HELD = """
    SELECT child.relname, parent.relname, key.attname
    FROM pg_constraint c
    JOIN pg_class child ON child.oid = c.conrelid
    JOIN pg_class parent ON parent.oid = c.confrelid
    JOIN pg_attribute key ON key.attrelid = c.conrelid AND key.attnum = c.conkey[1]
    JOIN pg_attribute owner ON owner.attrelid = c.conrelid AND owner.attnum = c.conkey[2]
    JOIN pg_attribute owned ON owned.attrelid = c.confrelid AND owned.attnum = c.confkey[2]
    WHERE c.contype = 'f' AND array_length(c.conkey, 1) = 2 AND owner.attname = %(owner)s AND owned.attname = %(owner)s
      AND c.convalidated
"""


@pytest.mark.django_db
@pytest.mark.parametrize("owner", ["authority_id", "provider_id", "buyer_id"])
def test_the_database_requires_related_rows_to_have_the_same_owner(owner):
    with connection.cursor() as cursor:
        cursor.execute(PAIRS, {"owner": owner})
        pairs = set(cursor.fetchall())
        cursor.execute(HELD, {"owner": owner})
        held = set(cursor.fetchall())
    assert pairs
    assert pairs - held == set(), "add them to a migration of their room: kernel.ownership.belongs"


@pytest.mark.django_db
def test_every_table_of_an_authoritys_records_has_the_authoritys_key():
    """A table that refers to a table of an authority must have the authority's key, or be part of a row that has
    this key.
    """
    parts = {  # These rows exist only as part of a row in the given table, and are read only through that row.
        "agreements.Signature",
        "agreements.SigningCode",
        "applications.AgreedMark",
        "applications.SubmittedCopy",
        "applications.EligibilityCheck",
        "applications.Mark",
        "applications.SectionAnswers",
        "applications.SubmittedVersion",
        "directory.OpeningHours",
        "directory.Price",
        "markets.ReferenceCounter",
        "placements.AgreedSession",
        "placements.AttendanceCorrection",
        "referrals.OfferedSession",
    }
    # This table belongs to the child's buyer, and uses only the status of the membership.
    read = {"pupils.DisclosureGrant"}
    owned = {
        model for model in NOUNS if any(field.name == "authority" and field.is_relation for field in model._meta.fields)
    }
    without = {
        field.model._meta.label for field in RELATIONS if field.related_model in owned and field.model not in owned
    }
    assert without <= parts | read
