"""Load a market pack with its providers and search words, from the command line or from a page."""

from datetime import datetime
from typing import NamedTuple

from django.db import transaction

from calloff.directory.commands.synonyms import load_synonyms
from calloff.directory.models import Synonym
from calloff.directory.synonyms import synonym_rows
from calloff.kernel.formatting import pluralise
from calloff.kernel.lifecycles import Refused
from calloff.markets.models import Market
from calloff.markets.packs.schema import MarketPack
from calloff.members.commands import PackLoadReport, load
from calloff.people.models import Organisation, User

__all__ = ["LoadedPack", "load_pack"]


class LoadedPack(NamedTuple):
    """What loading a pack changed or, for a preview, would change."""

    market: Market
    changed: bool
    lines: list[str]


@transaction.atomic
def load_pack(
    pack: MarketPack, authority: Organisation, *, by: User, at: datetime, preview: bool = False
) -> LoadedPack:
    """Load a pack as a draft market, with the providers and the search words that it lists.

    A preview changes nothing. Loading the same pack again changes nothing. Raises Refused if the pack is for another
    authority, and in the same cases as `members.commands.load`.
    """
    if pack.authority.slug != authority.slug:
        raise Refused(f"This pack is for {pack.authority.name}. Choose a pack for {authority}.", "file")
    report = load(pack, authority=authority, by=by, at=at)
    synonyms = load_synonyms(authority, synonym_rows(pack), by=by, at=at)
    lines = [*_describe_load(pack, report), *_describe_synonyms(synonyms, each=preview)]
    transaction.set_rollback(preview)
    return LoadedPack(report.market, report.changed or bool(synonyms), lines)


def _describe_synonyms(synonyms: list[Synonym], *, each: bool) -> list[str]:
    """Return how many rows of search words were added or, for a preview, would be added, and which rows."""
    if not synonyms:
        return []
    rows = [f"  {row}" + (f" -> {', '.join(row.finds)}" if row.finds else "") for row in synonyms] if each else []
    return [f"{pluralise(len(synonyms), 'row')} of search words added to the council’s directory.", *rows]


def _describe_load(pack: MarketPack, report: PackLoadReport) -> list[str]:
    """Describe what was loaded, and what an officer must still find out about the market."""
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
    return [*lines, *report.lines]
