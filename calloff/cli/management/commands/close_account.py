from typing import Any

from django.core.management.base import CommandError, CommandParser

from calloff.accounts import commands
from calloff.cli.management import acting_officer
from calloff.kernel import clock
from calloff.kernel.lifecycles import Refused


class Command(acting_officer.OfficerCommand):
    help = "Close an account for someone who cannot do it themselves. End their roles and sign them out."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        acting_officer.add_by_argument(parser)

    def handle(self, *, email: str, by: str, **options: Any) -> None:
        officer, person = acting_officer.find_person(by), acting_officer.find_person(email)
        try:
            commands.close_account_for(person, by=officer, at=clock.now())
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{person.name}’s account has been closed.")
