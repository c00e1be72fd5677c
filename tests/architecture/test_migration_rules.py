"""Tests that migrations after the squashed ones only add to tables, or state that they remove something."""

import pytest
from django.contrib.postgres.operations import AddConstraintNotValid, AddIndexConcurrently, ValidateConstraint
from django.db import migrations, models
from django.db.migrations.state import ModelState, ProjectState

from tests.architecture.migration_rules import FIRST_LATER, SQUASHED, broken_rules, migrations_since
from tests.architecture.test_relations import FLOOR

TITLED = models.CheckConstraint(condition=~models.Q(title=""), name="titled")
INDEX = models.Index(fields=["title"], name="by_title")


def migration_of(*operations, **attributes):
    kind = type("Migration", (migrations.Migration,), {"operations": list(operations), **attributes})
    return kind("0102_example", "shelf")


def state_before():
    state = ProjectState()
    fields = [("id", models.BigAutoField(primary_key=True)), ("title", models.CharField(max_length=20, default=""))]
    state.add_model(ModelState("shelf", "Book", fields))
    return state


def test_all_migrations_follow_the_migration_rules():
    later = list(migrations_since(FIRST_LATER))
    assert len(later) > 1
    wrong = {name: rules for name, migration, state in later if (rules := broken_rules(migration, state))}
    assert wrong == {}, "docs/guides/migrations.md says how to write it"


BROKEN = {
    "a column that the version before leaves empty": [
        migrations.AddField("book", "pages", models.IntegerField(default=0))
    ],
    "a column with an index": [migrations.AddField("book", "pages", models.IntegerField(null=True, db_index=True))],
    "a unique column": [migrations.AddField("book", "isbn", models.CharField(max_length=13, null=True, unique=True))],
    "a column that is taken away": [migrations.RemoveField("book", "title")],
    "a column that is renamed": [migrations.RenameField("book", "title", "name")],
    "a column of another type": [migrations.AlterField("book", "title", models.TextField(default=""))],
    "a column that must have a value": [migrations.AlterField("book", "title", models.CharField(max_length=9))],
    "a table that is taken away": [migrations.DeleteModel("Book")],
    "a table that is renamed": [migrations.AlterModelTable("book", "volumes")],
    "an index that locks": [migrations.AddIndex("book", INDEX)],
    "a concurrent index in a transaction": [AddIndexConcurrently("book", INDEX)],
    "a constraint that reads all rows under a lock": [migrations.AddConstraint("book", TITLED)],
    "a constraint that is validated at once": [
        AddConstraintNotValid("book", TITLED), ValidateConstraint("book", "titled"),
    ],
    "rows moved beside a change of tables": [
        migrations.AddField("book", "pages", models.IntegerField(null=True)),
        migrations.RunPython(migrations.RunPython.noop),
    ],
    "SQL that locks for an index": [migrations.RunSQL("CREATE INDEX by_title ON shelf_book (title)")],
    "SQL that locks for a foreign key": [
        migrations.RunSQL("ALTER TABLE shelf_book ADD CONSTRAINT one FOREIGN KEY (id) REFERENCES shelf_book (id)")
    ],
    "SQL that moves rows beside a change of tables": [
        migrations.RunSQL("UPDATE shelf_book SET title = 'x'"),
        migrations.AddField("book", "pages", models.IntegerField(null=True)),
    ],
    "SQL that takes a column away": [migrations.RunSQL("ALTER TABLE shelf_book DROP COLUMN title")],
    "SQL that refuses nothing at once": [migrations.RunSQL("ALTER TABLE shelf_book ALTER title SET NOT NULL")],
    "a hidden operation": [
        migrations.SeparateDatabaseAndState(database_operations=[migrations.AddIndex("book", INDEX)])
    ],
}  # fmt: skip


@pytest.mark.parametrize("operations", BROKEN.values(), ids=BROKEN)
def test_each_broken_migration_rule_is_reported(operations):
    assert len(broken_rules(migration_of(*operations), state_before())) == 1


def test_only_concurrent_indexes_are_allowed_outside_a_transaction():
    wrong = broken_rules(migration_of(AddConstraintNotValid("book", TITLED), atomic=False), state_before())
    assert wrong == ["is not atomic: only concurrent indexes and RunPython can be in it"]


ALLOWED = {
    "a column that may be empty": [migrations.AddField("book", "pages", models.IntegerField(null=True))],
    "a column that the database fills": [migrations.AddField("book", "pages", models.IntegerField(db_default=0))],
    "another label": [migrations.AlterField("book", "title", models.CharField("name", max_length=20, default="x"))],
    "a column that may be empty from now on": [
        migrations.AlterField("book", "title", models.CharField(max_length=20, default="", null=True))
    ],
    "a constraint for new rows": [AddConstraintNotValid("book", TITLED)],
    "a constraint validated later": [ValidateConstraint("book", "titled")],
    "a new table with its indexes": [
        migrations.CreateModel("Page", [("id", models.BigAutoField(primary_key=True))]),
        migrations.AddIndex("page", models.Index(fields=["id"], name="page_by_id")),
    ],
}


@pytest.mark.parametrize("operations", ALLOWED.values(), ids=ALLOWED)
def test_a_change_that_only_adds_tables_or_columns_breaks_no_rule(operations):
    assert broken_rules(migration_of(*operations), state_before()) == []


def test_a_concurrent_index_outside_a_transaction_breaks_no_rule():
    assert broken_rules(migration_of(AddIndexConcurrently("book", INDEX), atomic=False), state_before()) == []


def test_a_small_table_can_be_locked_for_an_index_or_a_constraint():
    few = {"few_rows": "a council has one"}
    assert broken_rules(migration_of(migrations.AddIndex("book", INDEX), **few), state_before()) == []
    assert broken_rules(migration_of(migrations.AddConstraint("book", TITLED), **few), state_before()) == []
    assert broken_rules(migration_of(migrations.RemoveField("book", "title"), **few), state_before()) != []


def test_a_column_can_be_removed_once_no_version_in_use_needs_it():
    removal = migrations.RemoveField("book", "title")
    assert broken_rules(migration_of(removal, contracts="0.3: nothing reads it since 0.2"), state_before()) == []
    assert broken_rules(migration_of(removal, contracts="not used"), state_before()) != []


def test_migrations_depend_only_on_lower_rooms_or_their_own():
    """There are two exceptions: the user model, and a trigger on users that had to follow a change to older rows."""
    upward = {
        (name, room)
        for name, migration, _ in migrations_since(SQUASHED)
        for room, _ in migration.dependencies
        if room in FLOOR and FLOOR[room] > FLOOR[migration.app_label]
    }
    assert upward == {
        ("history.0100_squashed", "people"), ("outbox.0100_squashed", "people"),
        ("people.0101_confirmation_is_final", "accounts"),
    }  # fmt: skip
