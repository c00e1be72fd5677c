"""Prevent migrations while the service is running.

All processes of the service share one lock, which `migrate` needs exclusively. It is not enough to count
connections, because a service that starts after the count would find half-changed tables. `migrate` takes
the lock before it counts connections. So the service cannot start during a migration, and while the service
is running no migration can start. The lock is one of PostgreSQL's session-level advisory locks, which end
with the process.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psycopg
from django.db import DatabaseError, connection

KEY = 0x43616C6C6F6666  # “Calloff” as a number, which identifies the lock. Each database has its own advisory locks
SHARED, OWN = "pg_try_advisory_lock_shared", "pg_try_advisory_lock"
WITHIN = 5  # how many seconds to wait for a connection


class Migrating(Exception):
    """Raised while a migration is changing the tables. The message explains what to do."""


@contextmanager
def in_service(address: str) -> Iterator[None]:
    """Keep a connection open until the end of the block, to show that the tables are in use.

    A forked process inherits the connection but does not use it, because psycopg closes a connection only
    in the process that opened it. If PostgreSQL restarts, this connection ends, but the other sessions of
    the service still show that it is running. If the database does not respond, the service itself reports
    that later. Raises Migrating.
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

    Returns whether the lock was taken.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {OWN}(%s)", [KEY])
        return bool(cursor.fetchone()[0])


def give_back() -> None:
    """Release the lock, if this session still has the lock."""
    with suppress(DatabaseError), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s)", [KEY])
