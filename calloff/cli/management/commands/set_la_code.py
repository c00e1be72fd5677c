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
    help = (
        "Set an authority's code in the register of schools. Requests to join those schools then go to the authority."
    )

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
            raise CommandError(f"{somebody.name} cannot do this. Ask an administrator of {council}.") from None
        self.stdout.write(f"{council} now has the code {code} in the register of schools.")
