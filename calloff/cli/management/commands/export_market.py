from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from calloff.directory.synonyms import with_own_synonyms
from calloff.markets import queries
from calloff.markets.models import Market
from calloff.markets.packs import exporter


class Command(BaseCommand):
    help = "Export a market and its modifications as a pack, which load-market can read."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("code", help="for example IAP")
        parser.add_argument("folder", type=Path, help="folder to write to, which must be new or empty")

    def handle(self, *, code: str, folder: Path, **options: Any) -> None:
        market = find_market(code)
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise CommandError(f"{folder} is not empty. Choose a new folder, so that nothing is overwritten.")
        files = exporter.write_pack(with_own_synonyms(queries.with_drawings(market), market.authority), folder)
        self.stdout.write(
            f"{market.code}: {market.title} has been exported to {folder}: {', '.join(f.name for f in files)}."
        )


def find_market(code: str) -> Market:
    market = Market.objects.select_related("authority", "terms").filter(code=code.upper()).first()
    if market is None:
        known = ", ".join(Market.objects.order_by("code").values_list("code", flat=True))
        raise CommandError(
            f"There is no market with the code {code}. "
            + (f"The markets here are: {known}." if known else "Load a market with load-market.")
        )
    return market
