from pathlib import Path
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.management.base import CommandError, CommandParser
from django.db import transaction

from calloff.cli.management.acting_officer import OfficerCommand, add_by_argument, find_person
from calloff.cli.management.error_output import format_refusal
from calloff.directory.commands import load_synonyms
from calloff.directory.models import Synonym
from calloff.directory.synonyms import synonym_rows
from calloff.kernel import clock
from calloff.kernel.formatting import pluralise
from calloff.kernel.lifecycles import Refused
from calloff.markets.packs import loader
from calloff.markets.packs.schema import MarketPack
from calloff.members.commands import PackLoadReport, load
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
            with transaction.atomic():
                authority, at = find_authority(pack), clock.now()
                report = load(pack, authority=authority, by=officer, at=at)
                synonyms = load_synonyms(authority, synonym_rows(pack), by=officer, at=at)
                transaction.set_rollback(dry_run)
        except Refused as refusal:
            raise CommandError(f"{format_refusal(refusal)}\nNothing was loaded.") from None
        except PermissionDenied:
            raise CommandError(
                f"{officer.name} cannot load markets for {pack.authority.name}. Ask one of its contracts officers."
            ) from None
        for line in [*describe_load(pack, report), *describe_synonyms(synonyms, each=dry_run)]:
            self.stdout.write(line)
        if dry_run:
            self.stdout.write("This was a dry run. Nothing was loaded.")


def find_authority(pack: MarketPack) -> Organisation:
    """Return the authority that runs a market.

    Raises CommandError, with how to add the authority, if it is not in the database.
    """
    authority = queries.find_authority(pack.authority.slug)
    if authority is None:
        raise CommandError(
            f"{pack.authority.name} is not on Calloff yet. Create it first:\n"
            f"  create-authority '{pack.authority.name}' --slug {pack.authority.slug} "
            "--officer-email EMAIL --officer-name NAME"
        )
    return authority


def describe_synonyms(synonyms: list[Synonym], *, each: bool) -> list[str]:
    """Return how many rows of search words were added or, for a dry run, would be, and which."""
    if not synonyms:
        return []
    rows = [f"  {row}" + (f" -> {', '.join(row.finds)}" if row.finds else "") for row in synonyms] if each else []
    return [f"{pluralise(len(synonyms), 'row')} of search words added to the council’s directory.", *rows]


def describe_load(pack: MarketPack, report: PackLoadReport) -> list[str]:
    """Describe what was loaded, and what an officer still has to find out about the market."""
    market = report.market
    if not report.changed:
        return [
            f"{market.code}: {market.title} has already been loaded and is the same as in this pack. Nothing changed."
        ]
    lots = pluralise(len(pack.lots), pack.lot_word, {"category": "categories"}.get(pack.lot_word, ""))
    lines = [f"{market.code}: {market.title} loaded for {market.authority}, as a draft with {lots}."]
    if pack.providers:
        named = pluralise(len(pack.providers), "provider")
        lines.append(f"{named} loaded with only a name, a {pack.lot_word} and an agreement on paper.")
    if market.demonstration_term:
        lines.append(
            "No document gives the market's dates, so it has the pack's demonstration dates. The market's "
            "pages show this."
        )
    return [*lines, *report.lines, f"To open it: open-market {market.code} --by EMAIL"]
