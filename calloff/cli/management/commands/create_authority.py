import secrets
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_slug
from django.db import transaction
from django.urls import reverse

from calloff.cli.management.error_output import format_refusal
from calloff.kernel import clock
from calloff.kernel.lifecycles import Refused
from calloff.kernel.names import MAX_PERSON_NAME_LENGTH, clean_email, clean_name
from calloff.people import commands, queries
from calloff.people.models import Organisation, User
from calloff.people.permissions import Role


class Command(BaseCommand):
    help = "Create an authority and its first officer, who can then invite everyone else."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="for example 'Borchester County Council'")
        parser.add_argument(
            "--slug", required=True, help="the council’s part of every web address, for example borchester"
        )
        parser.add_argument(
            "--la-code", default="", help="the council’s code in the register of schools, for example 938"
        )
        parser.add_argument("--officer-email", required=True)
        parser.add_argument("--officer-name", required=True)

    @transaction.atomic
    def handle(
        self, *, name: str, slug: str, la_code: str, officer_email: str, officer_name: str, **options: Any
    ) -> None:
        try:
            validate_slug(slug)
        except ValidationError as problem:
            raise CommandError(f"{' '.join(problem.messages)} Correct this, and run the command again.") from problem
        if queries.find_authority(slug):
            raise CommandError(f"There is already an authority with the slug {slug}. Choose another --slug.")
        try:
            officer_email = clean_email(officer_email)
            officer_name = clean_name(officer_name, noun="Officer’s name", longest=MAX_PERSON_NAME_LENGTH)
        except Refused as refusal:
            raise CommandError(format_refusal(refusal)) from None
        officer = User.objects.filter(email__iexact=officer_email).first()
        password = "" if officer else secrets.token_urlsafe(12)
        officer = officer or User.objects.create_user(officer_email, name=officer_name, password=password)
        try:
            commands.found(
                kind=Organisation.Kind.AUTHORITY,
                name=name,
                slug=slug,
                by=officer,
                at=clock.now(),
                roles=(Role.ADMINISTRATOR, Role.CONTRACTS_OFFICER),
                la_code=la_code,
            )
        except Refused as refusal:
            raise CommandError(format_refusal(refusal)) from None
        address = f"{settings.ADDRESS}{reverse('public:authority', args=[slug])}"
        self.stdout.write(f"Created {name}. {officer.name} is its administrator and contracts officer.")
        self.stdout.write(f"Public page: {address}")
        if password:
            self.stdout.write(
                f"First password for {officer.email} (shown only once, so change it straight away): {password}"
            )
        else:
            self.stdout.write(f"{officer.email} can sign in as before.")
