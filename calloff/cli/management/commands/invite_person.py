from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.management.base import CommandError, CommandParser

from calloff.cli.management import acting_officer
from calloff.kernel import clock
from calloff.kernel.lifecycles import Refused
from calloff.people import commands
from calloff.people.models import Organisation
from calloff.people.permissions import Role


class Command(acting_officer.OfficerCommand):
    help = (
        "Invite someone to a role at an organisation, on behalf of an officer with permission to invite them. This "
        "does the same as the People page."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("role", choices=[role.value for role in Role])
        parser.add_argument("--at", required=True, metavar="SLUG", help="the organisation's part of the web address")
        parser.add_argument("--kind", default=Organisation.Kind.AUTHORITY, choices=list(Organisation.Kind.values))
        acting_officer.add_by_argument(parser)

    def handle(self, *, email: str, role: str, at: str, kind: str, by: str, **options: Any) -> None:
        officer, place = acting_officer.find_person(by), acting_officer.find_organisation(kind, at)
        try:
            invitation = commands.invite_person(place, email=email, roles=[role], by=officer, at=clock.now())
        except PermissionDenied as denied:
            raise CommandError(f"{officer.name} cannot invite people at {place}. Nothing was changed.") from denied
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        done = "saved. A second person must confirm it" if invitation.sent_at is None else "sent"
        self.stdout.write(f"Invitation for {invitation.email} to join {place} {done}.")
