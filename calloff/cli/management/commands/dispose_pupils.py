from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from calloff.cli.management import acting
from calloff.kernel import clock
from calloff.kernel.words import plural
from calloff.pupils.commands import dispose


class Command(BaseCommand):
    help = "Dispose of children's records whose time is over, at the buyers for which an officer answers."

    def add_arguments(self, parser: CommandParser) -> None:
        acting.add_by(parser)
        parser.add_argument("--dry-run", action="store_true", help="say what is due, and change nothing")

    def handle(self, *, by: str, dry_run: bool, **options: Any) -> None:
        done = dispose(by=acting.person(by), at=clock.now(), dry_run=dry_run)
        for buyer, retention, references, _ in done:
            count = plural(len(references), "record")
            self.stdout.write(f"{buyer}: {count} of {retention.words} ({', '.join(references)}).")
        if not done:
            self.stdout.write("Nothing is due.")
        elif dry_run:
            self.stdout.write("Nothing has been changed: this was a dry run.")
