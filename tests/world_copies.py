"""Test data from which many tests start. Each process builds it once, and copies it for each later test.

    @built_once
    def running(**changes): ...

The first call on an empty database builds the data, and stores its rows, its files and the result of the call. A later
call with the same arguments on an empty database restores the rows, in about a tenth of the time. If the database has
rows, or if an argument is a record, the data is built again. So what a test gets never depends on other tests.

Rows keep their original keys. No later row can get these keys, because sequences only go forward.
"""

import pickle
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from functools import wraps

from django.db import connection, transaction

from calloff.documents.models import StoredFile
from calloff.documents.storage import path_of_digest, write_bytes

PLAIN = (str, int, Decimal, date, time, type(None))
tables = []
copies = {}


@dataclass
class WorldCopy:
    """The rows in each table, the content of each file by its digest, and the pickled result."""

    rows: dict[str, bytes]
    files: dict[str, bytes]
    result: bytes


def built_once(build):
    """Build the data of a function once for each set of arguments, and copy it after that."""

    @wraps(build)
    def world(*args, **changes):
        if not (_is_plain(args) and _is_plain(changes)) or not tables or connection.needs_rollback or filled_tables():
            return build(*args, **changes)
        key = (f"{build.__module__}.{build.__qualname__}", repr((args, sorted(changes.items()))))
        if key in copies:
            return put_back(copies[key])
        result = build(*args, **changes)
        copies[key] = copy_of(result)
        return result

    return world


def _is_plain(value):
    """Return whether a value is not a record, and is equal to every value with the same `repr`."""
    if isinstance(value, dict):
        return _is_plain(list(value.values()))
    if isinstance(value, list | tuple):
        return all(_is_plain(item) for item in value)
    return isinstance(value, PLAIN)


def learn_tables():
    """Find out which tables the tests fill. These are the tables that are empty once the database has been built.

    Call this before any test.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT quote_ident(relname) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        )
        names = sorted(name for (name,) in cursor.fetchall())
        cursor.execute(_question_of_rows(names))
        filled = {name for (name,) in cursor.fetchall()}
    tables[:] = [name for name in names if name not in filled]


def filled_tables():
    """Return the names of the tables that have rows, without those that have rows in a new database."""
    with connection.cursor() as cursor:
        cursor.execute(_question_of_rows(tables))
        return [name for (name,) in cursor.fetchall()]


def _question_of_rows(names):
    return " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT FROM {name})" for name in names)


def copy_of(result):
    """Return a copy of all current rows and files, together with the result."""
    rows = {}
    with connection.cursor() as cursor:
        for name in filled_tables():
            with cursor.copy(f"COPY {name} TO STDOUT (FORMAT binary)") as out:
                rows[name] = b"".join(bytes(part) for part in out)
    paths = [path_of_digest(sha256) for sha256 in StoredFile.objects.values_list("sha256", flat=True).distinct()]
    files = {path.name: path.read_bytes() for path in paths if path.exists()}
    return WorldCopy(rows, files, pickle.dumps(result))


def put_back(world):
    """Restore the rows and files of a copy, and return the result.

    Triggers do not fire, because they have already run.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for name, rows in world.rows.items():
            with cursor.copy(f"COPY {name} FROM STDIN (FORMAT binary)") as into:
                into.write(rows)
        cursor.execute("SET LOCAL session_replication_role = origin")
    for content in world.files.values():
        write_bytes(content)
    return pickle.loads(world.result)
