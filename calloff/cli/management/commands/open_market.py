from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.management.base import CommandError, CommandParser

from calloff.cli.management.acting_officer import OfficerCommand, add_by_argument, find_person
from calloff.cli.management.commands.export_market import find_market
from calloff.cli.management.error_output import format_refusal
from calloff.kernel import clock
from calloff.kernel.formatting import format_at_time, format_start
from calloff.kernel.lifecycles import Refused
from calloff.markets import commands


class Command(OfficerCommand):
    help = "Open a market. After that, its text can no longer be changed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("code", help="the market's code, for example IAP")
        parser.add_argument("--justification", default="", help="why the term is longer than the rules allow")
        add_by_argument(parser)

    def handle(self, *, code: str, justification: str, by: str, **options: Any) -> None:
        officer, market = find_person(by), find_market(code)
        try:
            opened = commands.open(
                market, seen=market.terms.fingerprint, by=officer, at=clock.now(), justification=justification
            )
        except Refused as refusal:
            raise CommandError(f"{format_refusal(refusal)}\nThe market was not opened.") from None
        except PermissionDenied:
            raise CommandError(
                f"{officer.name} cannot open markets for {market.authority}. Ask one of its contracts officers."
            ) from None
        self.stdout.write(
            f"{opened.code}: {opened.title} is open. Applications open {format_start(opened.opens_at)} "
            f"and close {format_at_time(opened.closes_at)}."
        )
