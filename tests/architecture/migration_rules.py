"""The rules for migrations of tables that have rows. docs/guides/migrations.md explains the reasons.

That guide also has an example. A migration that only adds to tables can run while the earlier version is still in use.
A migration that removes something states in `contracts` from which version on nothing uses it. A migration of a small
table states in `few_rows` why it can lock the table.
"""

import re

from django.contrib.postgres import operations as postgres
from django.db import connection, migrations
from django.db.migrations.loader import MigrationLoader

from calloff.kernel.table_creation import CreateTables

# Migration numbers. The rules apply from the first migration after the squashed ones.
SQUASHED, FIRST_LATER = "0100", "0101"
CONCURRENT = (postgres.AddIndexConcurrently, postgres.RemoveIndexConcurrently)
CONTRACTIONS = (
    migrations.RemoveField, migrations.DeleteModel, migrations.RenameField, migrations.RenameModel,
    migrations.AlterModelTable,
)  # fmt: skip
CHANGES_ROWS = re.compile(r"\b(?:UPDATE\s+\"?\w+\"?\s+SET|UPDATE\s+\w+\s+AS|INSERT\s+INTO|DELETE\s+FROM)\b", re.I)
SQL_RULES = (  # what a statement contains, what it must also contain, and what to write instead
    (r"\bCREATE\s+(?:UNIQUE\s+)?INDEX\b", r"\bCONCURRENTLY\b", "create the index CONCURRENTLY"),
    (r"\bADD\s+CONSTRAINT\b.*\b(?:FOREIGN\s+KEY|CHECK)\b", r"\bNOT\s+VALID\b", "add the constraint NOT VALID"),
    (r"\bSET\s+NOT\s+NULL\b", r"(?!)", "add a check that is NOT VALID, then validate it"),
    (r"\bALTER\s+(?:COLUMN\s+)?\w+\s+(?:SET\s+DATA\s+)?TYPE\b", r"(?!)", "add a column of the new type instead"),
    (r"\bLOCK\s+TABLE\b", r"(?!)", "do not lock a whole table"),
)
SQL_CONTRACTIONS = re.compile(r"\bDROP\s+(?:TABLE|COLUMN)\b|\bALTER\s+TABLE\b[^;]*\bRENAME\b", re.I)


def migrations_since(number):
    """Return our migrations from a number on, as (name, migration, state before it)."""
    loader = MigrationLoader(None, ignore_no_migrations=True)
    for (app, name), migration in sorted(loader.disk_migrations.items()):
        if type(migration).__module__.startswith("calloff.") and name >= number:
            yield f"{app}.{name}", migration, loader.project_state((app, name), at_end=False)


def broken_rules(migration, state):
    """Return a sentence for each rule that a migration breaks.

    `state` is the state of the models before the migration.
    """
    operations = list(flatten(migration.operations))
    made = {operation.name.lower() for operation in operations if isinstance(operation, migrations.CreateModel)}
    wrong = []
    for operation in operations:
        model = getattr(operation, "model_name", "").lower()
        if model not in made:
            wrong += operation_problems(operation, migration, state)
    moves = [operation for operation in operations if moves_rows(operation)]
    if moves and len(moves) < len(operations):
        wrong.append("moves rows: do that in a migration of its own")
    added = {one.constraint.name for one in operations if isinstance(one, postgres.AddConstraintNotValid)}
    if any(isinstance(one, postgres.ValidateConstraint) and one.name in added for one in operations):
        wrong.append("validates a constraint that it adds: do that in the next migration")
    if not migration.atomic and not all(isinstance(one, (*CONCURRENT, migrations.RunPython)) for one in operations):
        wrong.append("is not atomic: only concurrent indexes and RunPython can be in it")
    return wrong


def flatten(operations):
    """Return the operations that change the database."""
    for operation in operations:
        if isinstance(operation, migrations.SeparateDatabaseAndState):
            yield from flatten(operation.database_operations)
        elif isinstance(operation, CreateTables):
            yield from operation.operations
        else:
            yield operation


def moves_rows(operation):
    if isinstance(operation, migrations.RunPython):
        return True
    return isinstance(operation, migrations.RunSQL) and bool(CHANGES_ROWS.search(str(operation.sql)))


def concurrent_index_problems(operation, migration, state):
    return [f"{type(operation).__name__}: set atomic = False"] if migration.atomic else []


def field_problems(operation, migration, state):
    field, wrong = operation.field, []
    if not (field.null or field.many_to_many or field.has_db_default()):
        wrong.append("give it null=True or db_default, because the version before adds rows without it")
    if (field.unique or field.db_index) and not few_rows(migration):
        wrong.append("make its index in a migration of its own, concurrently")
    return [f"AddField {operation.name}: {sentence}" for sentence in wrong]


def altered_field_problems(operation, migration, state):
    old = state.models[migration.app_label, operation.model_name.lower()].fields[operation.name]
    now, before = column_of(operation.field), column_of(old)
    # The last condition is true if the only change is that the column can now be empty.
    if contracts(migration) or now == before or now == (before[0], True, *before[2:]):
        return []
    return [f"AlterField {operation.name}: add a new column instead, or say `contracts`"]


def contraction_problems(operation, migration, state):
    if contracts(migration):
        return []
    return [f"{type(operation).__name__}: say in `contracts` since which version nothing uses it"]


def index_problems(operation, migration, state):
    return [] if few_rows(migration) else [f"{type(operation).__name__}: use {type(operation).__name__}Concurrently"]


def constraint_problems(operation, migration, state):
    if few_rows(migration):
        return []
    return [
        f"AddConstraint {operation.constraint.name}: use AddConstraintNotValid, or a unique index made concurrently"
    ]


def sql_problems(operation, migration, state):
    sql = str(operation.sql)
    wrong = [
        f"RunSQL: {sentence}"
        for has, must_have, sentence in SQL_RULES
        for statement in sql.split(";")
        if re.search(has, statement, re.I | re.S) and not re.search(must_have, statement, re.I)
    ]
    if SQL_CONTRACTIONS.search(sql) and not contracts(migration):
        wrong.append("RunSQL: say in `contracts` since which version nothing uses it")
    return wrong


PROBLEMS = (  # The first kind of operation that matches decides.
    (CONCURRENT, concurrent_index_problems),
    (migrations.AddField, field_problems),
    (migrations.AlterField, altered_field_problems),
    (CONTRACTIONS, contraction_problems),
    ((migrations.AddIndex, migrations.RemoveIndex), index_problems),
    (postgres.AddConstraintNotValid, lambda *_: []),
    (migrations.AddConstraint, constraint_problems),
    (migrations.RunSQL, sql_problems),
)


def operation_problems(operation, migration, state):
    """Return what is wrong with an operation on a table that might have rows."""
    find = next((find for kinds, find in PROBLEMS if isinstance(operation, kinds)), None)
    return find(operation, migration, state) if find else []


def contracts(migration):
    return bool(re.search(r"\d+\.\d+", getattr(migration, "contracts", "")))


def few_rows(migration):
    return bool(getattr(migration, "few_rows", ""))


def column_of(field):
    """Return the attributes of a field that the database stores."""
    remote = field.remote_field and str(field.remote_field.model).lower()
    default = field.db_default if field.has_db_default() else None
    return remote or field.db_type(connection), field.null, field.unique, field.db_index, str(default)
