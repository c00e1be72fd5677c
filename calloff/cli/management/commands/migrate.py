import os
from contextlib import nullcontext
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser
from django.core.management.commands.migrate import Command as Migrate
from django.db import connection, connections
from django.db.migrations.recorder import MigrationRecorder

from calloff.accounts import encryption_key
from calloff.accounts.models import EncryptionKey
from calloff.cli import database_grants, upgrade
from calloff.kernel import clock


class Command(Migrate):
    help = "Update the database tables, then reset what each database role can do."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--while-running",
            action="store_true",
            help="continue even if the web server or the worker is connected. Use it only if the version’s "
            "notes say that its migrations only add to the tables.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        upgrade.check_version(MigrationRecorder(connections[options["database"]]).applied_migrations())
        if options["plan"] or options["check_unapplied"]:
            super().handle(*args, **options)
            return
        is_new = not MigrationRecorder(connections[options["database"]]).applied_migrations()
        changes = is_new or (not options["while_running"] and upgrade.has_pending_migrations())
        with upgrade.alone(is_new=is_new) if changes else nullcontext(), upgrade.explain_failures():
            super().handle(*args, **options)
            _remember_key()
            parted = database_grants.run_grants()
        if not parted and options["verbosity"]:
            self.stderr.write(
                "One database role does everything here. To use separate roles, run database-roles to print the SQL."
            )


def _remember_key() -> None:
    """Record the fingerprint of the encryption key, if the table for it exists and the key is not temporary."""
    is_given = os.environ.get("CALLOFF_SECRET_KEY") == settings.SECRET_KEY
    if is_given and EncryptionKey._meta.db_table in connection.introspection.table_names():
        encryption_key.record_key_fingerprint(clock.now())
