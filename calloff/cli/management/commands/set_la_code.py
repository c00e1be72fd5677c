from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.management.base import CommandError, CommandParser

from calloff.cli.management.acting_officer import OfficerCommand, add_by_argument, find_organisation, find_person
from calloff.cli.management.error_output import format_refusal
from calloff.kernel import clock
from calloff.kernel.lifecycles import Refused
from calloff.people.commands import set_la_code
from calloff.people.models import Organisation


class Command(OfficerCommand):
    help = "Say which code the register of schools has for an authority: who joins its schools is answered there."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("authority", help="the council’s part of every web address, for example borchester")
        parser.add_argument("code", help="the council’s code in the register of schools, for example 938")
        add_by_argument(parser)

    def handle(self, *, authority: str, code: str, by: str, **options: Any) -> None:
        somebody, council = find_person(by), find_organisation(Organisation.Kind.AUTHORITY, authority)
        try:
            set_la_code(council, la_code=code, by=somebody, at=clock.now())
        except Refused as refusal:
            raise CommandError(format_refusal(refusal)) from None
        except PermissionDenied:
            raise CommandError(f"{somebody.name} may not: that is for the administrators of {council}.") from None
        self.stdout.write(f"{council} has the code {code} in the register of schools.")
