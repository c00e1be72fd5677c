"""Checks that make a test fail if it runs a statement that the database role of the web could not run.

The tests themselves connect as the owner. The checks cover the statements in our own code, except deletions at the end
of a retention period. Rows can be deleted only from the tables that `cli/database_grants` lists for this. Rows in
tables that are listed there as never changing must not be changed, and must not be locked unless the table is also
listed for that.
"""

import re
import sys
from functools import cache
from pathlib import Path

from calloff.cli import database_grants

CALLOFF_FOLDER = str(Path(__file__).resolve().parents[1] / "calloff") + "/"
WRITE_PATTERN = re.compile(r'\s*(DELETE FROM|UPDATE|INSERT INTO) (?:ONLY )?"?([a-z_]+)"?', re.I)
UPSERT_PATTERN = re.compile(r"\bDO UPDATE\b", re.I)
LOCK_PATTERN = re.compile(r"\bFOR (?:NO KEY UPDATE|UPDATE|KEY SHARE|SHARE)\b(?: OF ([\w\", ]+))?", re.I)
READ_PATTERN = re.compile(r'\b(?:FROM|JOIN) "?([a-z_]+)"?', re.I)
# This is code that runs in another role (deletion at the end of a retention period, and the owner's commands), or
# that creates test data.
OTHER_ROLES = ("dispos", "/migrations/", "erase_demonstration", "/cli/demo/", "/cli/backup.py")


def refuse_unprivileged(execute, statement, params, many, context):
    """Raise AssertionError for a statement that the application's role could not run.

    For reads and inserts, this takes almost no time.
    """
    if isinstance(statement, str) and (problem := _problem(statement)) and _is_of_the_web(sys._getframe(1)):
        raise AssertionError(problem)
    return execute(statement, params, many, context)


def _problem(statement):
    if write := WRITE_PATTERN.match(statement):
        act, table = write[1].upper(), write[2].lower()
        if act == "DELETE FROM" and table not in _deleted_from():
            return f"The web may not delete from {table}: name it in roles.DELETED_FROM, if it must."
        if table in _never_changed() and (
            act == "UPDATE" or (act == "INSERT INTO" and UPSERT_PATTERN.search(statement))
        ):
            return f"The web may not change a row of {table}: take it out of roles.NEVER_CHANGED, if it must."
    # Most statements contain neither of these words.
    elif ("FOR " in statement or "for " in statement) and (lock := LOCK_PATTERN.search(statement)):
        for table in re.findall(r"\w+", lock[1]) if lock[1] else READ_PATTERN.findall(statement):
            if table in _never_changed() - _locked():
                return f"The web may not lock a row of {table}: name it in roles.LOCKED, if it must."
    return None


@cache
def _deleted_from():
    return frozenset(database_grants.deletable_tables())


@cache
def _never_changed():
    return frozenset(database_grants.immutable_tables())


@cache
def _locked():
    return frozenset(database_grants.lockable_tables())


def _is_of_the_web(frame):
    ours = False
    while frame is not None:
        name = frame.f_code.co_filename
        if name.startswith(CALLOFF_FOLDER):
            if any(part in name for part in OTHER_ROLES):
                return False
            ours = True
        frame = frame.f_back
    return ours
