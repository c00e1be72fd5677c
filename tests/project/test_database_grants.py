"""Tests for what the database refuses to each of its three roles, whatever the code tries to do."""

from contextlib import contextmanager

import pgtrigger
import psycopg
import pytest
from django.apps import apps
from django.db import connection
from psycopg import sql

from calloff.cli import database_grants
from calloff.history import disposal
from calloff.history.models import IS_APPEND_ONLY, Event, EventSubject
from calloff.kernel.database_roles import APPLICATION_ROLE, DISPOSAL_ROLE, OWNER_ROLE
from calloff.people.permissions import Role
from calloff.project.cli import OWNER_COMMANDS, database_role_of
from tests.factories import NOW, AuthorityFactory, person
from tests.factories_placements import SuspensionFactory
from tests.settings import SERVER

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres15]

HISTORY = ["history_event", "history_subject"]


@contextmanager
def connected_as(role):
    """Connect to the test database as a role: directly on our own server, or with SET ROLE on any other server."""
    place = {part: connection.get_connection_params()[part] for part in connection.get_connection_params()
             if part in {"dbname", "user", "password", "host", "port"}}  # fmt: skip
    with psycopg.connect(**place | ({"user": role} if SERVER else {})) as there:
        there.execute("SET calloff.allow_truncate = off")
        if not SERVER and role != OWNER_ROLE:
            try:
                there.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(role)))
            except psycopg.errors.InsufficientPrivilege:
                pytest.skip(f"the tests' role may not act as {role} on this server")
        yield there


@pytest.fixture(autouse=True)
def _three_roles(transactional_db):
    """Create the roles if the tests' server does not have them, and grant them their permissions."""
    with connection.cursor() as cursor:
        for role in database_grants.missing_roles():
            try:
                cursor.execute(f"CREATE ROLE {role}")
            except Exception as refusal:
                pytest.skip(f"the tests' role may not create {role} on this server: {refusal}")
    assert database_grants.run_grants()


@pytest.fixture
def event():
    borchester = AuthorityFactory()
    act = Event.objects.create(verb="load", by=person(Role.CONTRACTS_OFFICER, at=borchester), at=NOW)
    EventSubject.objects.create(event=act, record_type="x.Record", record_id=1, verb="load", target="loaded")
    return act


def refused(role, statement):
    with connected_as(role) as there, pytest.raises(psycopg.Error) as refusal:
        there.execute(statement)
    assert isinstance(refusal.value, psycopg.errors.InsufficientPrivilege | psycopg.errors.RaiseException)
    return True


@pytest.mark.parametrize("role", [APPLICATION_ROLE, OWNER_ROLE])
@pytest.mark.parametrize("table", HISTORY)
@pytest.mark.parametrize("act", ["UPDATE {} SET verb = 'x'", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_neither_the_application_nor_the_owner_can_change_the_history(event, role, table, act):
    assert refused(role, act.format(table))
    assert (Event.objects.count(), EventSubject.objects.count()) == (1, 1)


@pytest.mark.parametrize("table", HISTORY)
@pytest.mark.parametrize("act", ["UPDATE {} SET verb = 'x'", "TRUNCATE {} CASCADE"])
def test_the_disposal_role_cannot_change_or_truncate_the_history(event, table, act):
    assert refused(DISPOSAL_ROLE, act.format(table))


def test_the_disposal_role_can_delete_records_and_their_history_and_add_its_own_events(event):
    with connected_as(DISPOSAL_ROLE) as disposal:
        disposal.execute("DELETE FROM history_subject")
        disposal.execute("DELETE FROM history_event")
        disposal.execute(
            "INSERT INTO history_event (verb, by_id, acting_for, at, reason_type, changes, told) "
            "VALUES ('dispose', %s, '', %s, '', '{}', '{}')",
            [event.by_id, NOW],
        )
    assert list(Event.objects.values_list("verb", flat=True)) == ["dispose"]


def test_the_disposal_role_cannot_change_tables_that_are_not_in_its_list(event):
    assert refused(DISPOSAL_ROLE, "DELETE FROM people_grant")
    assert refused(DISPOSAL_ROLE, "UPDATE people_user SET name = ''")
    assert refused(DISPOSAL_ROLE, "INSERT INTO django_session VALUES ('a', 'b', now())")


def test_the_application_can_read_the_history_and_add_to_it(event):
    with connected_as(APPLICATION_ROLE) as web:
        web.execute(
            "INSERT INTO history_event (verb, by_id, acting_for, at, reason_type, changes, told) "
            "VALUES ('open', %s, '', %s, '', '{}', '{}')",
            [event.by_id, NOW],
        )
        assert web.execute("SELECT count(*) FROM history_event").fetchone() == (2,)


@pytest.mark.parametrize(
    "act",
    [
        "TRUNCATE people_grant",
        "ALTER TABLE history_event DISABLE TRIGGER ALL",
        "DROP TABLE outbox_message",
        "CREATE TABLE aside (id int)",
        "DELETE FROM django_migrations",
        "SET ROLE calloff_disposal",
        "SET session_replication_role = replica",
    ],
)
def test_the_application_cannot_exceed_the_limits_of_its_database_role(act):
    if not SERVER and "ROLE calloff_disposal" in act:
        pytest.skip("on this server the tests act as the application by SET ROLE, which may be set again")
    assert refused(APPLICATION_ROLE, act)


def test_the_application_can_make_all_the_changes_it_normally_makes(event):
    with connected_as(APPLICATION_ROLE) as web:
        web.execute("UPDATE people_user SET name = 'Ada Lovelace'")
        web.execute("UPDATE outbox_message SET sent_at = now()")
        web.execute("DELETE FROM django_session")


def test_the_application_can_delete_only_from_the_listed_tables():
    """Every table can be tried, because the database checks the permission to delete even if there are no rows."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
    allowed = set()
    with connected_as(APPLICATION_ROLE) as web:
        for table in tables:
            try:
                with web.transaction():
                    web.execute(sql.SQL("DELETE FROM {} WHERE false").format(sql.Identifier(table)))
                allowed.add(table)
            except psycopg.errors.InsufficientPrivilege:
                pass
    assert allowed == set(database_grants.deletable_tables()) & set(tables)
    # An account can be deleted because a trigger allows this only if its address was never confirmed (see
    # tests/accounts/test_unconfirmed_accounts.py).
    assert not {"pupils_pupil", "placements_placement", "history_event", "outbox_message"} & allowed


def test_the_application_cannot_change_rows_of_an_append_only_table():
    """In each table, a column that is not a key is tried, because permission is checked even if there are no rows."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
    fixed = {"django_migrations", *database_grants.immutable_tables()}
    assert {"history_event", "members_decision", "agreements_signature", "applications_version"} < fixed
    assert not {"people_user", "placements_placement", "outbox_message", "pupils_pupil"} & fixed
    changeable = set()
    with connected_as(APPLICATION_ROLE) as web:
        for table in tables:
            column = web.execute(
                "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND attgenerated = '' "
                "AND attidentity = '' AND NOT attisdropped LIMIT 1", [f'"{table}"'],
            ).fetchone()[0]  # fmt: skip
            name = sql.Identifier(column)
            try:
                with web.transaction():
                    web.execute(sql.SQL("UPDATE {} SET {} = {} WHERE false").format(sql.Identifier(table), name, name))
                changeable.add(table)
            except psycopg.errors.InsufficientPrivilege:
                pass
    assert set(tables) - changeable == fixed & set(tables)


def test_the_application_can_lock_append_only_rows_only_in_tables_where_a_command_needs_it():
    with connection.cursor() as cursor:
        fixed = set(connection.introspection.table_names(cursor)) & set(database_grants.immutable_tables())
    lockable = set()
    with connected_as(APPLICATION_ROLE) as web:
        for table in fixed:
            try:
                with web.transaction():
                    web.execute(sql.SQL("SELECT FROM {} FOR UPDATE").format(sql.Identifier(table)))
                lockable.add(table)
            except psycopg.errors.InsufficientPrivilege:
                pass
    assert lockable == set(database_grants.lockable_tables()) == {"applications_version", "members_suspension"}


def test_the_application_cannot_change_the_key_of_a_row_that_it_can_lock():
    suspension = SuspensionFactory()
    assert refused(APPLICATION_ROLE, f"UPDATE members_suspension SET id = id + 1 WHERE id = {suspension.pk}")
    with connected_as(APPLICATION_ROLE) as web:
        assert web.execute("SELECT id FROM members_suspension FOR UPDATE").fetchone() == (suspension.pk,)


def test_every_table_that_has_a_trigger_that_refuses_changes_is_listed():
    """The application does not need permission for a change that a trigger refuses for every role."""
    named = {model._meta.label for model in apps.get_models() if _refuses_each_change(model)} - {
        model._meta.label for model in database_grants._row_history()
    }
    assert len(named) > 20
    assert not named - database_grants.IMMUTABLE_MODELS


def test_every_table_named_in_the_lists_of_grants_exists():
    there = {model._meta.label for model in apps.get_models()}
    assert (
        not (
            database_grants.IMMUTABLE_MODELS
            | database_grants.DELETABLE_MODELS
            | database_grants.DISPOSABLE_MODELS
            | database_grants.DISPOSAL_CERTIFICATES
        )
        - there
    )
    assert database_grants.LOCKABLE_MODELS <= database_grants.IMMUTABLE_MODELS


def test_applying_grants_removes_permissions_left_from_an_earlier_release():
    """When an existing database is upgraded, `migrate` grants the permissions again and removes wider ones."""
    with connection.cursor() as cursor:
        cursor.execute(f"GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA public TO {APPLICATION_ROLE}")
        cursor.execute(f"GRANT UPDATE (letter) ON members_decision TO {APPLICATION_ROLE}")
    with connected_as(APPLICATION_ROLE) as web:
        web.execute("UPDATE members_decision SET letter = '{}' WHERE false")
    assert database_grants.run_grants()
    assert refused(APPLICATION_ROLE, "UPDATE members_decision SET letter = '{}' WHERE false")
    assert refused(APPLICATION_ROLE, "SELECT FROM members_decision FOR UPDATE")


def _refuses_each_change(model):
    """Return whether a trigger on the table of a model refuses every UPDATE."""
    return any(
        pgtrigger.Update in disposal._operations(one)
        and one.condition is None
        and (isinstance(one, pgtrigger.Protect) or one.name == IS_APPEND_ONLY)
        and not isinstance(one, pgtrigger.ReadOnly)
        for one in getattr(model._meta, "triggers", ())
    )


def test_applying_the_grants_twice_gives_the_same_permissions():
    assert database_grants.run_grants()
    assert database_grants.run_grants()


def test_every_command_runs_in_the_database_role_it_needs():
    assert {database_role_of(command) for command in OWNER_COMMANDS} == {"owner"}
    assert database_role_of("serve") == database_role_of("work") == database_role_of("demo") == "application"
    assert database_role_of("dispose_drafts") == "disposal"


def test_the_sql_for_setting_up_a_real_server_includes_all_three_roles():
    printed = "\n".join([*database_grants.role_creation_sql("calloff"), *database_grants.grant_statements()])
    assert all(role in printed for role in (OWNER_ROLE, APPLICATION_ROLE, DISPOSAL_ROLE))
    assert "TRUNCATE" not in printed
