from typing import Any

from django.core.management.base import CommandParser

from calloff.applications.commands import dispose_drafts
from calloff.cli.management import acting_officer
from calloff.kernel import clock


class Command(acting_officer.OfficerCommand):
    help = "Delete applications that were never submitted, a year after their market closed."

    def add_arguments(self, parser: CommandParser) -> None:
        acting_officer.add_by_argument(parser)

    def handle(self, *, by: str, **options: Any) -> None:
        made = dispose_drafts(by=acting_officer.find_person(by), at=clock.now())
        for certificate in made:
            self.stdout.write(f"{certificate.market}: {certificate} ({', '.join(certificate.references)}).")
        if not made:
            self.stdout.write("No applications are due to be deleted.")
