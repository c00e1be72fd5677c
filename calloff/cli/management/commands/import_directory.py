from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from calloff.cli.management.acting_officer import OfficerCommand, add_by_argument, find_organisation, find_person
from calloff.cli.management.error_output import format_refusal
from calloff.directory.hsds_tabular.importer import import_directory
from calloff.kernel import clock
from calloff.kernel.lifecycles import Refused
from calloff.people.models import Organisation


class Command(OfficerCommand):
    help = (
        "Import sites, services, places available and prices into an authority's directory from the tabular form of "
        "the Human Services Data Specification. Without --import it only shows what would be done. Every row is "
        "imported, or none."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", type=Path, help="a folder with the CSV files, or a .zip of them")
        parser.add_argument("--authority", required=True, metavar="SLUG", help="whose directory")
        parser.add_argument(
            "--import",
            action="store_true",
            dest="really",
            help="import the files, instead of only showing what would be done",
        )
        add_by_argument(parser)

    def handle(self, *, files: Path, authority: str, really: bool, by: str, **options: Any) -> None:
        council, somebody = find_organisation(Organisation.Kind.AUTHORITY, authority), find_person(by)
        try:
            report = import_directory(files, council, by=somebody, at=clock.now(), preview=not really)
        except Refused as refusal:
            raise CommandError(format_refusal(refusal)) from None
        for line in [*report.lines, report.sentence]:
            self.stdout.write(line)
        if not really and report.touched:
            self.stdout.write("Nothing was imported. To import the files, add --import.")
