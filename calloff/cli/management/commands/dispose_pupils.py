from typing import Any

from django.core.management.base import CommandParser

from calloff.cli.management import acting_officer
from calloff.kernel import clock
from calloff.kernel.formatting import pluralise
from calloff.placements.commands import dispose_due_entries
from calloff.pupils.commands import dispose_due_records


class Command(acting_officer.OfficerCommand):
    help = (
        "Delete children's records and register entries that are past their retention period, for the "
        "organisations an officer is responsible for."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        acting_officer.add_by_argument(parser)
        parser.add_argument("--dry-run", action="store_true", help="show what is due, without deleting anything")

    def handle(self, *, by: str, dry_run: bool, **options: Any) -> None:
        officer, at = acting_officer.find_person(by), clock.now()
        done = dispose_due_records(by=officer, at=at, dry_run=dry_run)
        for buyer, retention, references, _ in done:
            count = pluralise(len(references), "record")
            self.stdout.write(f"{buyer}: {count} of {retention.words} ({', '.join(references)}).")
        entries = dispose_due_entries(by=officer, at=at, dry_run=dry_run)
        for entry in entries:
            self.stdout.write(
                f"{entry.buyer}: {entry.entries:,} {entry.retention.words} ({', '.join(entry.references)})."
            )
        if not done and not entries:
            self.stdout.write("No records are due to be deleted.")
        elif dry_run:
            self.stdout.write("This was a dry run. Nothing has been changed.")
