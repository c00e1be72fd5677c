from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from calloff.cli.imports import run_import
from calloff.kernel import clock
from calloff.registers.commands import import_postcodes


class Command(BaseCommand):
    help = "Import postcodes from OS Code-Point Open, from a file (.csv, .csv.gz, .zip) or from the installed package."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "file",
            type=Path,
            nargs="?",
            help="the file (leave out to import the 1.7 million postcodes in the installed package)",
        )
        parser.add_argument("--areas", default="", help="only these postcode areas, for example BN,RH,PO")
        parser.add_argument("--preview", action="store_true", help="show what would change, without importing anything")

    def handle(self, *, file: Path | None, areas: str, preview: bool, **options: Any) -> None:
        wanted = areas.split(",")
        run_import(
            lambda progress: [import_postcodes(file, at=clock.now(), areas=wanted, preview=preview, progress=progress)],
            preview=preview,
            out=self.stdout,
        )
