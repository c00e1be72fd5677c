from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from calloff.cli.imports import run_import
from calloff.kernel import clock
from calloff.registers.commands import import_terms


class Command(BaseCommand):
    help = (
        "Import term dates from a CSV file. The columns are la_code, urn (only for a school with its own dates), name, "
        "starts_on, ends_on and closed_days (separated by semicolons). Every row is imported, or none."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="for example term-dates-938.csv")
        parser.add_argument("--preview", action="store_true", help="show what would change, without importing anything")

    def handle(self, *, file: Path, preview: bool, **options: Any) -> None:
        run_import(
            lambda progress: [import_terms(file, at=clock.now(), preview=preview, progress=progress)],
            preview=preview,
            out=self.stdout,
        )
