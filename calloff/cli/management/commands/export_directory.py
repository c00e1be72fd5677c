from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from calloff.cli.management.acting_officer import find_organisation
from calloff.cli.management.error_output import format_refusal
from calloff.directory.hsds_tabular.csv_writer import export_directory
from calloff.kernel import clock
from calloff.kernel.lifecycles import Refused
from calloff.people.models import Organisation


class Command(BaseCommand):
    help = (
        "Export an authority's directory, as the public sees it, in the tabular form of the Human Services Data "
        "Specification. The export has a CSV file for each kind of record, and a datapackage.json."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--authority", required=True, metavar="SLUG", help="whose directory")
        parser.add_argument("--to", required=True, type=Path, help="a new folder or a new .zip file")

    def handle(self, *, authority: str, to: Path, **options: Any) -> None:
        try:
            counts = export_directory(find_organisation(Organisation.Kind.AUTHORITY, authority), to, at=clock.now())
        except Refused as refusal:
            raise CommandError(format_refusal(refusal)) from None
        for path, rows in counts.items():
            self.stdout.write(f"{path}: {rows:,} rows")
