"""Commands that are run on behalf of a named officer, because the command line itself has no permissions."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from calloff.people.models import Organisation, User
from calloff.rate_limits.counts import without_rate_limits


class OfficerCommand(BaseCommand):
    """A command that is run on behalf of a named officer.

    Rate limits do not apply, because only people with access to the server can run commands.
    """

    def execute(self, *args: Any, **options: Any) -> str | None:
        with without_rate_limits():
            return super().execute(*args, **options)


def add_by_argument(parser: CommandParser) -> None:
    parser.add_argument(
        "--by", required=True, metavar="EMAIL", help="the email address of the officer who authorises this command"
    )


def find_person(email: str) -> User:
    person = User.objects.filter(email__iexact=email, is_active=True).first()
    if person is None:
        raise CommandError(
            f"No one has an account with the email address {email}. The person must create an account first."
        )
    return person


def find_organisation(kind: str, slug: str) -> Organisation:
    organisation = Organisation.objects.filter(kind=kind, slug=slug).first()
    if organisation is None:
        raise CommandError(f"There is no {kind} with the slug {slug}.")
    return organisation
