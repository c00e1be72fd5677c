"""The lock that keeps migrations and the service apart: shared by what serves, and had by `migrate` for itself.

To count who is connected is not enough: a service that starts after the count would meet tables half changed. So
`migrate` takes the lock before it counts, and what starts meanwhile is refused; what started before it is met by the
lock. It is PostgreSQL's advisory lock of a session: it ends with the process, however that ends.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psycopg
from django.db import DatabaseError, connection

KEY = 0x43616C6C6F6666  # "Calloff" as a number: advisory locks are of one database, and this is ours in it
SHARED, OWN = "pg_try_advisory_lock_shared", "pg_try_advisory_lock"
WITHIN = 5  # seconds to connect


class Migrating(Exception):
    """The tables are being changed. The message says what to do."""


@contextmanager
def in_service(address: str) -> Iterator[None]:
    """Have a connection of our own that says, for as long as the block lasts, that the tables are in use.

    What is forked from us inherits it and leaves it alone: psycopg closes a connection only where it was opened. After
    PostgreSQL was started again it is gone, and the sessions of those that serve tell of them. A database that does
    not answer is not refused here: what serves checks it next, and says why. Raises Migrating.
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
    """Take the lock for the session of this connection, unless anything serves or migrates. Say whether we have it."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {OWN}(%s)", [KEY])
        return bool(cursor.fetchone()[0])


def give_back() -> None:
    """Let go of the lock. A session that has started since it was taken has nothing to let go of."""
    with suppress(DatabaseError), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s)", [KEY])
