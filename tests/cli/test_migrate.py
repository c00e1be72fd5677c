"""Tests for `calloff migrate` while the service runs: it refuses, waits a few seconds, or explains what to do."""

import contextlib
import os
import subprocess
import sys

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.core.management.commands import migrate as of_django
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader

from calloff.cli import upgrade
from calloff.kernel import service_lock
from calloff.kernel.database_roles import APPLICATION_ROLE
from calloff.project import cli
from tests.project.test_database_grants import connected_as

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def behind():
    """Create a database without the last migration of one app, as after downloading a new version."""
    (last,) = MigrationLoader(None).graph.leaf_nodes("cli")
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = %s AND name = %s RETURNING app, name, applied", last)
        row = cursor.fetchone()
    yield f"{row[0]}.{row[1]}"
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = %s AND name = %s", row[:2])
        cursor.execute("INSERT INTO django_migrations (app, name, applied) VALUES (%s, %s, %s)", row)


@pytest.fixture
def does(monkeypatch):
    """Replace the part that Django does, so that no table changes."""

    def put(act):
        monkeypatch.setattr(of_django.Command, "handle", lambda self, *args, **options: act())

    return put


def refusal(**options):
    with pytest.raises(CommandError) as refused:
        call_command("migrate", verbosity=0, **options)
    return str(refused.value)


def connected_to_this_database():
    place = {part: connection.get_connection_params().get(part) for part in ("host", "port", "dbname", "password")}
    return psycopg.connect(**place, user=APPLICATION_ROLE, autocommit=True)


@pytest.fixture
def web():
    try:
        there = connected_to_this_database()
    except psycopg.OperationalError as refused:
        pytest.skip(f"the tests may not connect as the application here: {refused}")
    with there:
        yield there


@pytest.fixture
def before_squashing():
    """Record the first migration of 0.1.0 as applied, instead of the one that replaced it."""
    rename = "UPDATE django_migrations SET name = %s WHERE app = 'people' AND name = %s"
    with connection.cursor() as cursor:
        cursor.execute(rename, ["0001_initial", "0100_squashed"])
    yield
    with connection.cursor() as cursor:
        cursor.execute(rename, ["0100_squashed", "0001_initial"])


@pytest.mark.parametrize("options", [{}, {"plan": True}, {"while_running": True}], ids=str)
def test_a_database_of_the_first_version_must_be_upgraded_in_two_steps(before_squashing, does, options):
    does(lambda: pytest.fail("migrated"))
    assert "Upgrade it to version 0.2.0 first" in refusal(**options)


def test_a_migration_is_refused_while_a_web_process_is_connected(behind, does, web):
    done = []
    does(lambda: done.append("migrated"))
    told = refusal()
    assert told.startswith("Calloff is still running: 1 session of calloff_app in this database. Stop calloff-web and")
    assert done == []
    call_command("migrate", verbosity=0, while_running=True)
    assert done == ["migrated"]


def test_a_migration_is_refused_while_a_service_with_only_one_database_role_is_running(behind, does, monkeypatch):
    done = []
    does(lambda: done.append("migrated"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        (role,) = cursor.fetchone()
    monkeypatch.setenv("DATABASE_URL", f"postgresql://{role}@/anything")
    with connected_as(role):
        assert refusal().startswith(f"Calloff is still running: 1 session of {role} in this database.")
    assert done == []


def test_a_migration_runs_if_services_are_stopped_or_no_migrations_are_pending(does, web):
    done = []
    does(lambda: done.append("migrated"))
    call_command("migrate", verbosity=0)
    assert done == ["migrated"]


def test_a_table_that_stays_locked_is_reported_after_a_few_seconds(behind, does, monkeypatch):
    monkeypatch.setattr(upgrade, "LOCK_TIMEOUT_SECONDS", 2)
    with connected_as("calloff_owner") as other:
        other.execute("LOCK TABLE monitoring_recall IN ACCESS EXCLUSIVE MODE")
        does(lambda: connection.cursor().execute("SELECT FROM monitoring_recall"))
        told = refusal(while_running=True)
    assert told == (
        f"{behind} could not be applied: another program locked a table for 2 seconds. The migration was undone. "
        f"No other migration was applied. {upgrade.RUN_AGAIN_SENTENCE}"
    )
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() == ("0",)


def test_the_message_about_a_failed_migration_does_not_show_the_values_in_a_row(behind, does):
    does(lambda: connection.cursor().execute("SELECT 'Jonty Farthingale'::int"))
    told = refusal()
    assert "Jonty" not in told
    assert f"{behind} could not be applied: InvalidTextRepresentation." in told


def test_the_error_message_counts_the_migrations_applied_before_the_failure(behind, does, monkeypatch):
    pending = upgrade._pending()
    counted = iter([pending * 3, pending])
    monkeypatch.setattr(upgrade, "_pending", lambda: next(counted))
    monkeypatch.setattr(upgrade, "alone", lambda **_: contextlib.nullcontext())
    monkeypatch.setattr(upgrade, "has_pending_migrations", lambda: True)

    def fail():
        raise DatabaseError("deadlock detected")

    does(fail)
    assert "2 migrations before it were applied. You do not need to apply them again." in refusal()


def test_the_lock_timeout_is_reset_after_migrating(does):
    does(lambda: None)
    with contextlib.suppress(CommandError):
        call_command("migrate", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() == ("0",)


def address():
    parts = connection.get_connection_params()
    named = {part: parts.get(part) for part in ("host", "port", "dbname", "user", "password")}
    return psycopg.conninfo.make_conninfo(**{part: value for part, value in named.items() if value})


def serves():
    """Return whether the web or worker process could start now."""
    try:
        with service_lock.in_service(address()):
            return True
    except service_lock.Migrating:
        return False


def test_a_migration_is_refused_if_a_service_has_just_started(behind, does, monkeypatch):
    monkeypatch.setattr(upgrade, "count_other_sessions", dict)
    done = []
    does(lambda: done.append("migrated"))
    # These are the web process and the worker.
    with service_lock.in_service(address()), service_lock.in_service(address()):
        assert refusal().startswith("Calloff is starting, or another migrate is running.")
    assert done == []
    call_command("migrate", verbosity=0)
    assert done == ["migrated"]


@pytest.mark.parametrize("fails", [False, True])
def test_a_service_cannot_start_during_a_migration_but_can_start_afterwards(behind, does, monkeypatch, fails):
    started = []

    def count():
        started.append(serves())
        return {}

    def migrates():
        started.append(serves())
        if fails:
            raise DatabaseError("deadlock detected")

    monkeypatch.setattr(upgrade, "count_other_sessions", count)
    does(migrates)
    with contextlib.suppress(CommandError):
        call_command("migrate", verbosity=0)
    assert started == [False, False]
    assert serves()


def test_only_commands_that_serve_or_delete_take_the_service_lock(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", address())
    with connected_as("calloff_owner") as other:
        other.execute("SELECT pg_advisory_lock(%s)", [service_lock.KEY])
        for command in ("serve", "work", "dispose_pupils"):
            with pytest.raises(service_lock.Migrating), cli.while_in_service(command):
                pass
        with cli.while_in_service("health"):
            pass


def test_a_worker_started_during_a_migration_stops_with_an_explanation():
    with connected_as("calloff_owner") as other:
        other.execute("SELECT pg_advisory_lock(%s)", [service_lock.KEY])
        words = [sys.executable, "-m", "calloff.project.cli", "work"]
        completed = subprocess.run(
            words, env={**os.environ, "DATABASE_URL": address()}, capture_output=True, text=True, check=False
        )
    assert completed.returncode == 1
    assert completed.stderr == "calloff migrate is updating the tables. Start this again when it has finished.\n"
