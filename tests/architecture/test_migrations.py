"""Tests for migrations that change append-only tables."""

import re

from django.db.migrations import RunSQL
from django.db.migrations.loader import MigrationLoader
from pgtrigger import registered

UPDATED = re.compile(r"\bUPDATE\s+(?:ONLY\s+)?\"?(\w+)\"?", re.IGNORECASE)


def statements():
    for (app, name), migration in sorted(MigrationLoader(None).disk_migrations.items()):
        if not type(migration).__module__.startswith("calloff."):
            continue
        ran = [str(one.sql) for one in migration.operations if isinstance(one, RunSQL)]
        yield f"{app}.{name}", ran


def append_only():
    """Return the tables that have a trigger against changes."""
    return {model._meta.db_table for model, trigger in registered() if trigger.name == "append_only"}


def test_a_migration_of_an_append_only_table_disables_its_trigger():
    """A migration that does not disable the trigger fails if the table has rows.

    Other tests do not show this, because they migrate an empty database, in which no trigger fires.
    """
    kept = append_only()
    assert "directory_serviceevent" in kept
    wrong = []
    for name, ran in statements():
        aside = set()
        for sql in ran:
            aside |= set(re.findall(r"ALTER TABLE (\w+) DISABLE TRIGGER", sql))
            aside -= set(re.findall(r"ALTER TABLE (\w+) ENABLE TRIGGER", sql))
            wrong += [f"{name}: {table}" for table in UPDATED.findall(sql) if table in kept - aside]
    assert not wrong


def test_a_migration_enables_every_trigger_that_it_disabled():
    for name, ran in statements():
        text = "\n".join(ran)
        for table in re.findall(r"ALTER TABLE (\w+) DISABLE TRIGGER", text):
            assert re.search(rf"ALTER TABLE {table} ENABLE TRIGGER", text), (name, table)
