"""Keep migrations and the running service apart with a lock, which the service shares and `migrate` holds alone.

Counting connections is not enough, because a service that starts after the count would find half-changed tables.
`migrate` takes the lock before it counts. So a service cannot start during a migration, and a running service prevents
one. It is a PostgreSQL session-level advisory lock, which ends with the process.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psycopg
from django.db import DatabaseError, connection

KEY = 0x43616C6C6F6666  # "Calloff" as a number. Advisory locks apply to one database
SHARED, OWN = "pg_try_advisory_lock_shared", "pg_try_advisory_lock"
WITHIN = 5  # seconds to connect


class Migrating(Exception):
    """Raised while the tables are being changed. The message says what to do instead."""


@contextmanager
def in_service(address: str) -> Iterator[None]:
    """Keep a connection that shows that the tables are in use while the block runs.

    A forked process inherits the connection but does not use it, because psycopg closes a connection only in the
    process that opened it. A restart of PostgreSQL ends the connection, but the service's other sessions then show that
    it is running. If the database does not respond, the service reports that itself later. Raises Migrating.
    """
    try:
        there: Any = psycopg.connect(address, autocommit=True, connect_timeout=WITHIN)
    except psycopg.Error:
        yield
        return
    try:
        if not there.execute(f"SELECT {SHARED}(%s)", [KEY]).fetchone()[0]:
            raise Migrating("calloff migrate is updating the tables. Start this again when it has finished.")
        yield
    finally:
        with suppress(psycopg.Error):
            there.close()


def take_for_migrating() -> bool:
    """Take the lock for this session, unless the service or another migration is running.

    Return whether the lock was taken.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {OWN}(%s)", [KEY])
        return bool(cursor.fetchone()[0])


def give_back() -> None:
    """Release the lock, if this session still has it."""
    with suppress(DatabaseError), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s)", [KEY])
