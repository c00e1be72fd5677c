from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import connection

from calloff.cli import database_grants


class Command(BaseCommand):
    help = "Print the SQL that creates the three database roles. With --grants, print what each role can do."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--grants",
            action="store_true",
            help="print the grants (`migrate` runs them itself if it connects as the owner)",
        )

    def handle(self, *, grants: bool, **options: Any) -> None:
        name = connection.settings_dict["NAME"]
        lines = database_grants.grant_statements() if grants else database_grants.role_creation_sql(name)
        about = "Run in the database, as its owner" if grants else "Run once, as the server's superuser"
        self.stdout.write(f"-- {about}:")
        for line in lines:
            self.stdout.write(f"{line};")
