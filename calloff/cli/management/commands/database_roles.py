from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import connection

from calloff.cli import database_grants


class Command(BaseCommand):
    help = "Print the SQL that makes the three database roles, or with --grants what each may do."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--grants",
            action="store_true",
            help="the grants, which `migrate` runs by itself where it connects as the owner",
        )

    def handle(self, *, grants: bool, **options: Any) -> None:
        name = connection.settings_dict["NAME"]
        lines = database_grants.grant_statements() if grants else database_grants.role_creation_sql(name)
        about = "In the database, as its owner" if grants else "Once, as the server's superuser"
        self.stdout.write(f"-- {about}:")
        for line in lines:
            self.stdout.write(f"{line};")
