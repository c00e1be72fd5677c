"""Migrate a database that might be in use: which sessions must end first, and what to report.

A migration can lock two tables that every page reads. If the service were running, the migration and the pages could
wait for each other, and PostgreSQL would then cancel one of them.
"""

import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager

from django.core.management.base import CommandError
from django.db import DatabaseError, connection
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from psycopg.conninfo import conninfo_to_dict
from psycopg.errors import LockNotAvailable

from calloff.kernel import service_lock
from calloff.kernel.database_roles import APPLICATION_ROLE, DISPOSAL_ROLE
from calloff.kernel.formatting import pluralise

# how many seconds a migration waits for a table. During this time, it blocks all sessions that come after it
LOCK_TIMEOUT_SECONDS = 10
DATA_EXCEPTION = "22"  # the class of errors whose messages contain values from rows
SESSIONS_SQL = """
    SELECT usename, count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND usename = ANY(%s) AND pid <> pg_backend_pid()
    GROUP BY usename ORDER BY usename
"""
RUN_AGAIN_SENTENCE = (
    "Run migrate again when you have removed the cause: it continues from there. Until it has finished, do not start "
    "calloff-web and calloff-work. To go back to the version before, restore the backup that you made before migrate."
)


def check_version(applied: Collection[tuple[str, str]]) -> None:
    """Raise CommandError if the database is from a version whose tables this version cannot migrate.

    Version 0.2.0 was the last version with the migrations before `0100_squashed`. `applied` contains each applied
    migration as (app, name).
    """
    if ("people", "0001_initial") in applied and ("people", "0100_squashed") not in applied:
        raise CommandError(
            "This database is from version 0.1.0. Upgrade it to version 0.2.0 first, and then to this version. "
            "Nothing was changed."
        )


def count_other_sessions() -> dict[str, int]:
    """Count the other connections to this database by the roles for the web, worker and disposal processes.

    Migrations run as the owner. If a single role does everything, all its other sessions are counted. If the roles are
    separate, the owner's sessions are not counted, because they do not belong to the service.
    """
    asked = conninfo_to_dict(os.environ.get("DATABASE_URL", "")).get("user")
    with connection.cursor() as cursor:
        cursor.execute(SESSIONS_SQL, [sorted({APPLICATION_ROLE, DISPOSAL_ROLE, str(asked or APPLICATION_ROLE)})])
        return dict(cursor.fetchall())


@contextmanager
def alone(*, is_new: bool) -> Iterator[None]:
    """Refuse to migrate while the service is running, and keep the service from starting during the migration.

    The lock is taken before the sessions are counted, so a process that started earlier already has either a session
    or the lock. A new database does not have a service yet. Raises CommandError.
    """
    had = service_lock.take_for_migrating()
    try:
        if not is_new and (others := count_other_sessions()):
            connected = " and ".join(f"{pluralise(count, 'session')} of {role}" for role, count in others.items())
            raise CommandError(
                f"Calloff is still running: {connected} in this database. Stop calloff-web and calloff-work, then run "
                "migrate again. Nothing was changed."
            )
        if not had:
            raise CommandError(
                "Calloff is starting, or another migrate is running. Stop calloff-web and calloff-work and wait until "
                "the other migrate has finished, then run migrate again. Nothing was changed."
            )
        yield
    finally:
        if had:
            service_lock.give_back()


@contextmanager
def explain_failures() -> Iterator[None]:
    """Limit how long a migration waits for locks, and explain any failure.

    The explanation says what failed, which migrations were applied and what to do next. It is raised as a CommandError
    instead of the original error.
    """
    before = len(_pending())
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, false)", [f"{LOCK_TIMEOUT_SECONDS}s"])
    try:
        yield
    except CommandError:
        raise
    except Exception as problem:
        connection.close()  # This ends whatever the session was doing.
        left = _pending()
        applied = before - len(left)
        raise CommandError(f"{_failed(problem, left)} {_standing(applied)} {RUN_AGAIN_SENTENCE}") from problem
    finally:
        if connection.connection is not None and not connection.connection.closed:
            with connection.cursor() as cursor:
                cursor.execute("RESET lock_timeout")


def has_pending_migrations() -> bool:
    """Return whether any migration still has to be applied."""
    return bool(_pending())


def _pending() -> list[Migration]:
    executor = MigrationExecutor(connection)
    return [migration for migration, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())]


def _failed(problem: Exception, left: list[Migration]) -> str:
    if not left:
        return f"The tables are up to date, but the last step failed: {_reason(problem)}."
    undone = " The migration was undone." if left[0].atomic else " Part of the migration might have been applied."
    return f"{left[0].app_label}.{left[0].name} could not be applied: {_reason(problem)}.{undone}"


def _standing(applied: int) -> str:
    if not applied:
        return "No other migration was applied."
    were = "was" if applied == 1 else "were"
    return (
        f"{pluralise(applied, 'migration')} before it {were} applied. You do not need to apply "
        f"{'it' if applied == 1 else 'them'} again."
    )


def _reason(problem: Exception) -> str:
    """Return PostgreSQL's error without the values of rows or, for any other error, its type."""
    cause = problem.__cause__ if isinstance(problem, DatabaseError) else None
    if isinstance(cause, LockNotAvailable):
        return f"another program locked a table for {LOCK_TIMEOUT_SECONDS} seconds"
    diagnostics = getattr(cause, "diag", None)
    if diagnostics is None or not diagnostics.message_primary:
        return f"{type(problem).__name__} (migrate --traceback shows where)"
    return (
        type(cause).__name__
        if str(diagnostics.sqlstate).startswith(DATA_EXCEPTION)
        else str(diagnostics.message_primary)
    )
