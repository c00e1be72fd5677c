from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from calloff.cli.imports import run_import
from calloff.kernel import clock
from calloff.registers.commands import import_schools


class Command(BaseCommand):
    help = (
        "Import schools from an extract of Get Information About Schools (111 columns or more). Every row is imported, "
        "or none."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="the extract, for example edubasealldata20260801.csv")
        parser.add_argument(
            "--links", type=Path, help="the extract of links, for example links_edubasealldata20260801.csv"
        )
        parser.add_argument("--preview", action="store_true", help="show what would change, without importing anything")

    def handle(self, *, file: Path, links: Path | None, preview: bool, **options: Any) -> None:
        run_import(
            lambda progress: import_schools(file, at=clock.now(), links=links, preview=preview, progress=progress),
            preview=preview,
            out=self.stdout,
        )
