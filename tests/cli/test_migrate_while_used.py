"""Tests for a migration that adds to a table while other connections use it (see docs/guides/migrations.md)."""

import threading
import time
from contextlib import contextmanager

import pytest
from django.contrib.postgres.operations import AddConstraintNotValid, AddIndexConcurrently, ValidateConstraint
from django.db import OperationalError, connection, migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.models import F, Q

from calloff.cli import upgrade
from calloff.people.models import Organisation
from tests.factories import ProviderFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.postgres15]

ROWS, BATCH = 300, 50
# the longest time in seconds that a page or command can wait for a migration, on a machine that also runs other
# programs
LONGEST_WAIT = 3.0
TABLE = "people_organisation"
SHOWN_NAME_IS_FILLED = models.CheckConstraint(name="shown_name_is_filled", condition=~Q(shown_name=""))


def fill(apps, schema_editor):
    """Copy the names in batches, each in its own transaction."""
    rows = apps.get_model("people", "Organisation").objects.filter(shown_name=None)
    while keys := list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH]):
        rows.filter(pk__in=keys).update(shown_name=F("name"))


class Expand(migrations.Migration):
    operations = [migrations.AddField("organisation", "shown_name", models.CharField(max_length=200, null=True))]


class Fill(migrations.Migration):
    atomic = False
    operations = [migrations.RunPython(fill)]


class Limit(migrations.Migration):
    operations = [AddConstraintNotValid("organisation", SHOWN_NAME_IS_FILLED)]


class Validate(migrations.Migration):
    operations = [ValidateConstraint("organisation", "shown_name_is_filled")]


class Index(migrations.Migration):
    atomic = False
    operations = [AddIndexConcurrently("organisation", models.Index(fields=["shown_name"], name="shown_name"))]


class TooMuchAtOnce(migrations.Migration):
    """An example that breaks the rules.

    One transaction adds the column, fills all rows, and keeps its lock until the end.
    """

    operations = [*Expand.operations, *Fill.operations, migrations.RunSQL("SELECT pg_sleep(2)")]


class Contract(migrations.Migration):
    contracts = "0.3: nothing reads it since 0.2"
    operations = [migrations.RemoveField("organisation", "shown_name")]


STEPS = (Expand, Fill, Limit, Validate, Index)


class Client(threading.Thread):
    """A page or command that repeats the same work and records its longest wait."""

    def __init__(self, act):
        super().__init__()
        self.act, self.ended, self.times, self.longest, self.error = act, threading.Event(), 0, 0.0, None

    def run(self):
        try:
            while not self.ended.is_set():
                began = time.monotonic()
                self.act(self.times)
                self.longest = max(self.longest, time.monotonic() - began)
                self.times += 1
        except Exception as error:
            self.error = error
        finally:
            connection.close()


@contextmanager
def in_use(*acts):
    clients = [Client(act) for act in acts]
    for client in clients:
        client.start()
    try:
        yield clients
    finally:
        for client in clients:
            client.ended.set()
            client.join()


def read(_):
    assert Organisation.objects.filter(name__startswith="Provider").count() >= 0


def add(number):
    ProviderFactory(name=f"Added meanwhile {number}")


def change(number):
    Organisation.objects.filter(pk=Organisation.objects.order_by("pk")[number % ROWS].pk).update(address=str(number))


def apply(migration, state):
    made = migration(f"0999_{migration.__name__.lower()}", "people")
    with connection.schema_editor(atomic=made.atomic) as editor:
        return made.apply(state, editor)


@pytest.fixture
def state():
    """Return the models in the form that migrations use.

    The column that a test adds is deleted at the end, together with everything that uses it.
    """
    loaded = MigrationLoader(connection).project_state()
    assert loaded.apps
    yield loaded
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {TABLE} DROP COLUMN IF EXISTS shown_name")


def columns():
    with connection.cursor() as cursor:
        return {column.name for column in connection.introspection.get_table_description(cursor, TABLE)}


def test_reading_and_writing_continue_while_columns_are_added_and_removed(state, record_property):
    ProviderFactory.create_batch(ROWS)
    with in_use(read, add, change) as clients, upgrade.explain_failures():
        for step in STEPS:
            state = apply(step, state)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(shown_name) FROM {TABLE}")
            (filled,) = cursor.fetchone()
        apply(Contract, state)
        assert "shown_name" not in columns()
    assert [client.error for client in clients] == [None] * 3
    assert all(client.times > 1 for client in clients)
    assert max(client.longest for client in clients) < LONGEST_WAIT
    assert filled >= ROWS
    assert Organisation.objects.count() == ROWS + clients[1].times
    record_property("told", f"the longest wait was {max(client.longest for client in clients):.2f} s")


def test_a_migration_that_does_too_much_in_one_step_makes_readers_wait(state):
    ProviderFactory.create_batch(BATCH)
    with in_use(read) as (reader,):
        apply(TooMuchAtOnce, state)
    assert reader.error is None
    assert reader.longest > 2


def test_a_migration_blocked_by_an_open_transaction_gives_up_and_changes_nothing(state, monkeypatch):
    monkeypatch.setattr(upgrade, "LOCK_TIMEOUT_SECONDS", 1)
    ProviderFactory()
    opened, done = threading.Event(), threading.Event()

    def read_for_long(_):
        with connection.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute(f"SELECT FROM {TABLE}")
            opened.set()
            done.wait(20)
            cursor.execute("COMMIT")

    with in_use(read_for_long) as (reader,):
        reader.ended.set()  # The reader needs to run only once.
        opened.wait(20)
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '1s'")
        with pytest.raises(OperationalError, match="lock timeout"):
            apply(Expand, state)
        read(0)
        done.set()
    assert reader.error is None
    assert "shown_name" not in columns()
    with connection.cursor() as cursor:
        cursor.execute("RESET lock_timeout")
