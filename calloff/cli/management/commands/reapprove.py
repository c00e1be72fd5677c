from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.management.base import CommandError, CommandParser

from calloff.cli.management import acting_officer
from calloff.kernel import clock
from calloff.kernel.lifecycles import Refused
from calloff.people import commands, queries


class Command(acting_officer.OfficerCommand):
    help = "Approve a person's roles again after their email address has changed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        acting_officer.add_by_argument(parser)

    def handle(self, *, email: str, by: str, **options: Any) -> None:
        officer, person = acting_officer.find_person(by), acting_officer.find_person(email)
        waiting = list(queries.waiting_for_approval(person))
        if not waiting:
            raise CommandError(f"{person} has no roles waiting for approval.")
        for grant in waiting:
            try:
                self.stdout.write(f"{commands.reapprove(grant, by=officer, at=clock.now())}: approved again.")
            except PermissionDenied:
                self.stderr.write(
                    f"{grant}: {officer.name} cannot approve this role. It is still waiting for approval."
                )
            except Refused as refusal:
                self.stderr.write(f"{grant}: {refusal}")
