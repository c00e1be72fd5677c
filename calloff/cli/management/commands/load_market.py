from pathlib import Path
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.management.base import CommandError, CommandParser

from calloff.cli.management.acting_officer import OfficerCommand, add_by_argument, find_person
from calloff.cli.management.error_output import format_refusal
from calloff.directory.commands import load_pack
from calloff.kernel import clock
from calloff.kernel.lifecycles import Refused
from calloff.markets.packs import loader
from calloff.markets.packs.schema import MarketPack
from calloff.people import queries
from calloff.people.models import Organisation


class Command(OfficerCommand):
    help = "Load a market from its pack folder, as a draft, with the providers and the search words the pack lists."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="for example packs/west-sussex-iap")
        parser.add_argument("--dry-run", action="store_true", help="say what would be loaded, and load nothing")
        add_by_argument(parser)

    def handle(self, *, folder: Path, by: str, dry_run: bool, **options: Any) -> None:
        officer = find_person(by)
        try:
            pack = loader.read_pack(folder)
            loaded = load_pack(pack, find_authority(pack), by=officer, at=clock.now(), preview=dry_run)
        except Refused as refusal:
            raise CommandError(f"{format_refusal(refusal)}\nNothing was loaded.") from None
        except PermissionDenied:
            raise CommandError(
                f"{officer.name} cannot load markets for {pack.authority.name}. Ask one of its contracts officers."
            ) from None
        to_open = [f"To open it: open-market {loaded.market.code} --by EMAIL"] if loaded.changed else []
        for line in [*loaded.lines, *to_open]:
            self.stdout.write(line)
        if dry_run:
            self.stdout.write("This was a dry run. Nothing was loaded.")


def find_authority(pack: MarketPack) -> Organisation:
    """Return the authority that runs a market.

    Raises CommandError if the authority is not in the database. The error explains how to add it.
    """
    authority = queries.find_authority(pack.authority.slug)
    if authority is None:
        raise CommandError(
            f"{pack.authority.name} is not on Calloff yet. Create it first:\n"
            f"  create-authority '{pack.authority.name}' --slug {pack.authority.slug} "
            "--officer-email EMAIL --officer-name NAME"
        )
    return authority
