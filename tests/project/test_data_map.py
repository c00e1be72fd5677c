"""Tests that docs/data-map.md lists each table from which rows of personal data can be deleted, once."""

import re

import pytest
from django.apps import apps
from django.conf import settings

from calloff.cli.database_grants import DISPOSABLE_MODELS

ROWS = [line.split(" | ") for line in (settings.BASE_DIR / "docs/data-map.md").read_text().splitlines() if "`" in line]
NAMED = [name for row in ROWS if len(row) > 2 for name in re.findall(r"`([a-z_]+\*?)`", row[2])]
# These are main tables of a record, which have one row for each kind of content.
SEVERAL = {"pupils_pupil", "pupils_contact"}


def times(table):
    """Count the rows of the map that mention a table.

    A family of tables, such as placements_*, counts only if no row mentions the table itself.
    """
    own = NAMED.count(table)
    return own or sum(table.startswith(name.removesuffix("*")) for name in NAMED if name.endswith("*"))


@pytest.mark.parametrize("label", sorted(DISPOSABLE_MODELS))
def test_the_data_map_includes_each_table_whose_rows_can_be_deleted(label):
    table = apps.get_model(label)._meta.db_table
    assert times(table) >= 1, f"docs/data-map.md has no row for {table}"
    assert times(table) == 1 or table in SEVERAL, f"{table} is on the map twice"


def test_the_data_map_contains_only_tables_that_exist():
    tables = {model._meta.db_table for model in apps.get_models()}
    for name in NAMED:
        family = name.removesuffix("*")
        assert any(table.startswith(family) if name.endswith("*") else table == name for table in tables), name
