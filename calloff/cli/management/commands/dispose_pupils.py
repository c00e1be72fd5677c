from typing import Any

from django.core.management.base import CommandParser

from calloff.cli.management import acting_officer
from calloff.kernel import clock
from calloff.kernel.formatting import plural
from calloff.placements.commands import dispose_entries
from calloff.pupils.commands import dispose


class Command(acting_officer.OfficerCommand):
    help = "Dispose of children's records, and of registers' entries, whose time is over, at the buyers of an officer."

    def add_arguments(self, parser: CommandParser) -> None:
        acting_officer.add_by(parser)
        parser.add_argument("--dry-run", action="store_true", help="say what is due, and change nothing")

    def handle(self, *, by: str, dry_run: bool, **options: Any) -> None:
        officer, at = acting_officer.person(by), clock.now()
        done = dispose(by=officer, at=at, dry_run=dry_run)
        for buyer, retention, references, _ in done:
            count = plural(len(references), "record")
            self.stdout.write(f"{buyer}: {count} of {retention.words} ({', '.join(references)}).")
        entries = dispose_entries(by=officer, at=at, dry_run=dry_run)
        for one in entries:
            self.stdout.write(f"{one.buyer}: {one.entries:,} {one.retention.words} ({', '.join(one.references)}).")
        if not done and not entries:
            self.stdout.write("Nothing is due.")
        elif dry_run:
            self.stdout.write("Nothing has been changed: this was a dry run.")
