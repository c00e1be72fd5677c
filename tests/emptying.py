"""Delete all rows quickly after a test with several transactions, only in tables that have rows.

Django would truncate every table, for which PostgreSQL creates about 900 files, and then add the content types and
permissions again. That takes two fifths of a second of processor time. This module deletes the few rows without firing
triggers, and does not delete the content types and permissions. For this, the owner can disable triggers on the tests'
own server.
"""

import psycopg
from django.apps import apps
from django.core.management.commands import flush
from django.db.backends.postgresql.operations import DatabaseOperations

from calloff.kernel.database_roles import OWNER_ROLE
from calloff.project.embedded_postgres import SUPERUSER

MADE_BY_MIGRATE = {"django_content_type", "auth_permission"}
usual_flush = DatabaseOperations.sql_flush


def let_owner_switch_triggers_off(server):
    """Grant the owner the right to disable triggers, on the tests' own server."""
    with psycopg.connect(host=str(server.socket), user=SUPERUSER, dbname="postgres", autocommit=True) as superuser:
        superuser.execute(f"GRANT SET ON PARAMETER session_replication_role TO {OWNER_ROLE}")


def install():
    """Make Django's `flush` delete rows instead of truncating tables.

    Django calls it after each test with several transactions.
    """
    DatabaseOperations.sql_flush = _delete_rows
    flush.emit_post_migrate_signal = lambda *args, **kwargs: None


def _queue_tables():
    """Return the tables for background jobs.

    Django does not list these tables, because a library creates them.
    """
    return [model._meta.db_table for model in apps.get_app_config("procrastinate").get_models()]


def _delete_rows(self, style, tables, *, reset_sequences=False, allow_cascade=False):
    if reset_sequences:
        return usual_flush(self, style, tables, reset_sequences=True, allow_cascade=allow_cascade)
    names = [name for name in (*tables, *_queue_tables()) if name not in MADE_BY_MIGRATE]
    asked = " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT FROM {self.quote_name(name)})" for name in names)
    with self.connection.cursor() as cursor:
        cursor.execute(asked)
        filled = [name for (name,) in cursor.fetchall()]
    deleted = [f"DELETE FROM {self.quote_name(name)}" for name in filled]
    return ["SET LOCAL session_replication_role = replica", *deleted] if deleted else []
