from pathlib import Path
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.files import File
from django.core.management.base import CommandError, CommandParser

from calloff.cli.management.acting_officer import OfficerCommand, add_by_argument, find_person
from calloff.cli.management.error_output import format_refusal
from calloff.kernel import clock
from calloff.kernel.lifecycles import Refused
from calloff.markets.models import Market
from calloff.partners.commands import bring_in


class Command(OfficerCommand):
    help = (
        "Import Partnership Agreements that schools signed on paper, from a CSV file. The columns are URN, Signatory, "
        "Signed on, Version, Ends on and, if there is a copy, PDF. Every row is imported, or none."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("market", help="the code of the market, for example IAP")
        parser.add_argument("file", type=Path, help="the table, for example agreements.csv")
        parser.add_argument("--pdfs", type=Path, help="the folder with the copies listed in the table")
        parser.add_argument(
            "--preview", action="store_true", help="show what would be done, without importing anything"
        )
        add_by_argument(parser)

    def handle(self, *, market: str, file: Path, pdfs: Path | None, preview: bool, by: str, **options: Any) -> None:
        officer = find_person(by)
        chosen = Market.objects.filter(code=market.upper()).select_related("authority", "partnership").first()
        if chosen is None:
            raise CommandError(f"There is no market with the code {market}.")
        copies = {path.name: File(path.open("rb"), path.name) for path in sorted(pdfs.glob("*.pdf"))} if pdfs else {}
        try:
            content = file.read_bytes()
            # There is no time limit, because no one is waiting for a web page.
            given: dict[str, Any] = {"pdfs": copies, "preview": preview, "seconds": None}
            report = bring_in(chosen, content, name=file.name, by=officer, at=clock.now(), **given)
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}.") from None
        except Refused as refusal:
            raise CommandError(format_refusal(refusal)) from None
        except PermissionDenied:
            raise CommandError(f"{officer.name} cannot do this. Ask a contracts officer.") from None
        finally:
            for copy in copies.values():
                copy.close()
        for line in [*report.added, report.sentence]:
            self.stdout.write(line)
