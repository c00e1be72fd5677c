import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from calloff.cli import demo
from calloff.cli.demo.marker import NotADemonstration
from calloff.cli.terminal_tables import format_table


class Command(BaseCommand):
    help = "List the people in the demonstration, with their passwords."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--json", action="store_true", help="print a JSON list of email, password, name, organisation and role"
        )

    def handle(self, *, json: bool, **options: Any) -> None:
        try:
            people = demo.accounts()
        except NotADemonstration as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(
            accounts_as_json(people)
            if json
            else format_table([name.capitalize() for name in demo.DemoAccount._fields], people)
        )


def accounts_as_json(people: list[demo.DemoAccount]) -> str:
    return json.dumps([person._asdict() for person in people], indent=2)
