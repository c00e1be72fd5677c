from typing import Any

from django.core.management.commands.migrate import Command as Migrate

from calloff.cli import roles


class Command(Migrate):
    help = "Bring the tables of the database up to date, then say anew what each database role may do."

    def handle(self, *args: Any, **options: Any) -> None:
        super().handle(*args, **options)
        if options["plan"] or options["check_unapplied"]:
            return
        if not roles.grant() and options["verbosity"]:
            self.stderr.write("One database role does everything here. To part them: database-roles prints the SQL.")
