"""Tests that a table has a row for each member of an enumeration, if its keys are members of that enumeration.

Otherwise, a new member would fail only when someone first opens a page or sends an email that needs the missing row.
"""

import ast
import importlib
from enum import Enum

import pytest
from django.conf import settings
from django.db import models

from calloff.placements import whereabouts
from calloff.placements.models import DayNote

PARTIAL = {  # tables that have rows for only some members, each with the reason
    "directory.commands.service_fields.CLEAN_NUMBER_BY_REGISTRATION": "who is not registered has no number",
    "directory.hsds_tabular.row_parsing.REGISTRY_BY_SCHEME": "schemes that give a number to nobody here are passed "
    "over",
    "documents.inspection.child.INSPECTOR_MODULES": "the kinds of file that we take; FOREIGN refuses the others",
    "documents.refusals.FOREIGN_KINDS": "the kinds of file that we do not take",
    "documents.refusals.ARCHIVE_REFUSALS": "what an archive can have; the sentence of a damaged file is for the rest",
    "documents.refusals.PDF_REFUSALS": "what a PDF can have; the sentence of a damaged file is for the rest",
    "documents.refusals.OFFICE_REFUSALS": "what an office file can have; the sentence of a damaged file is for the "
    "rest",
    "documents.refusals.PICTURE_REFUSALS": "what a picture can have; the sentence of a damaged file is for the rest",
    "documents.refusals.TEXT_REFUSALS": "what a text can have; the sentence of a damaged file is for the rest",
    "members.membership_status.STANDING_BY_STATUS": "of an active member dates and papers decide",
    "members.membership_status.PUBLIC_STANDING_WORDS": "the others are read by the public as they are called",
    "oruk.queries.FEED_COLUMNS": "a taxonomy and its terms are read from a table of constants",
    "oruk.serialisers.ORGANISATION_FORM_WORDS": "of an unknown form the feed says “A provider”",
    "outbox.queries.NEVER_OFF": "people can turn the other kinds off, or no kind is named and they cannot choose",
    "people.commands.join_requests.JOIN_ROLES_BY_KIND": "a council and its teams are joined by invitation alone",
    "placements.whereabouts.SHORT_WHEREABOUTS": "the kinds that say where the child is: see below",
    "web.account.forms.SCHOOL_ROLE_DESCRIPTIONS": "the roles of a school",
    "web.account.notifications.KINDS_SHOWN": "required messages are always sent as they happen",
    "web.authority.presenters.HOLDERS_BY_STATUS": "in the other states contracts officers",
    "web.buyer.placements.pre_start_checks.CHECK_VERBS": "the provider makes the check of its staff",
    "web.people.invitation_pages.ROLE_DESCRIPTIONS": "of the roles of a council the page says what each may, from "
    "permissions.MEANING",
}
SOURCES = sorted(settings.BASE_DIR.glob("calloff/**/*.py"))


def tables():
    """Return the tables whose keys are all members of one enumeration, with their positions."""
    for path in SOURCES:
        if "migrations" in path.parts:
            continue
        where = str(path.relative_to(settings.BASE_DIR).with_suffix("")).replace("/", ".")
        for name in names_of_tables(path.read_text()):
            table = getattr(importlib.import_module(where), name)
            kinds = {type(key) for key in table}
            if len(kinds) == 1 and issubclass(kind := kinds.pop(), Enum):
                yield f"{where.removeprefix('calloff.')}.{name}", kind, table


def names_of_tables(text):
    """Return the names of the dict literals in a module whose keys are attributes."""
    for node in ast.parse(text).body:
        value = getattr(node, "value", None)
        if not isinstance(value, ast.Dict) or not value.keys:
            continue
        if all(isinstance(key, ast.Attribute) for key in value.keys):
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            yield target.id


TABLES = list(tables())


@pytest.mark.parametrize(("name", "kind", "table"), TABLES, ids=[name for name, _, _ in TABLES])
def test_each_table_of_kinds_has_a_row_for_every_kind(name, kind, table):
    missing = set(kind) - set(table)
    if name in PARTIAL:
        assert missing, f"{name} has every {kind.__qualname__}: take it off PARTIAL"
    else:
        assert not missing, f"{name} has no row for {sorted(missing)}: add it, or say in PARTIAL why there is none"


def test_every_table_listed_as_partial_still_exists():
    assert PARTIAL.keys() <= {name for name, _, _ in TABLES}


def test_every_kind_of_daily_note_records_where_the_child_is_or_what_happened():
    kinds = [*DayNote.WHEREABOUTS, *DayNote.BESIDE]
    assert sorted(kinds) == sorted(DayNote.Kind), "each kind of note is in one of WHEREABOUTS and BESIDE"
    assert (
        sorted(DayNote.WHEREABOUTS) == sorted([*DayNote.AWAY, *DayNote.CAME]) == sorted(whereabouts.SHORT_WHEREABOUTS)
    )


@pytest.mark.parametrize(
    ("constraint", "kinds"),
    [
        ("day_note_names_its_place", DayNote.NAMES_A_PLACE),
        ("day_note_says_who_was_told", DayNote.SAYS_WHO_WAS_TOLD),
        ("day_note_of_a_move_says_who_decided", [DayNote.Kind.ELSEWHERE]),
    ],
)
def test_the_database_requires_the_same_fields_for_a_note_as_its_form(constraint, kinds):
    [check] = [one for one in DayNote._meta.constraints if one.name == constraint]
    [asked] = [value for field, value in leaves(check.condition) if field.startswith("kind")]
    assert sorted([asked] if isinstance(asked, str) else asked) == sorted(kinds)


def leaves(condition):
    """Yield the comparisons in a condition, including those that are joined or negated."""
    for child in condition.children:
        if isinstance(child, models.Q):
            yield from leaves(child)
        else:
            yield child
