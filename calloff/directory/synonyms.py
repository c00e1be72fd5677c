"""The words that mean the same in searches of a directory.

The rows of the national table are in `packs/shared/synonyms.yml`. A council's pack loads them as the council's own
rows, which its officers can change. A council that has never had rows of its own uses the national table.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

import yaml

from calloff.directory.models import Synonym
from calloff.directory.result_cache import cached_until_change
from calloff.directory.states import SynonymStatus
from calloff.kernel.search_words import typed_words
from calloff.markets.packs.schema import MarketPack, PackSynonym
from calloff.people.models import Organisation

NATIONAL_FILE = Path(__file__).resolve().parents[2] / "packs" / "shared" / "synonyms.yml"

Phrase = tuple[str, ...]


class SynonymRow(NamedTuple):
    """A row in a table of synonyms.

    Without `finds`, each phrase finds the other phrases. With `finds`, each phrase finds the phrases in it.
    """

    phrases: tuple[str, ...]
    finds: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Synonyms:
    """The other words that each phrase finds. The keys are phrases with their words in the singular."""

    others: dict[Phrase, tuple[Phrase, ...]]
    longest: int  # the number of words in the longest phrase

    def find(self, phrase: Phrase) -> tuple[Phrase, ...]:
        """Return the other phrases that a phrase finds."""
        return self.others.get(singular(phrase), ())

    def has(self, phrase: Phrase) -> bool:
        """Return whether the table has a phrase."""
        return singular(phrase) in self.others


def singular(phrase: Phrase) -> Phrase:
    """Return the form in which a phrase is looked up, without plural endings."""
    return tuple(word.removesuffix("s") if len(word) > 3 else word for word in phrase)  # noqa: PLR2004


@cache
def national_rows() -> tuple[SynonymRow, ...]:
    """Return the rows of the national table."""
    rows = yaml.safe_load(NATIONAL_FILE.read_text(encoding="utf-8"))
    return tuple(SynonymRow(tuple(row["words"]), tuple(row.get("finds", ()))) for row in rows)


def synonym_rows(pack: MarketPack) -> list[SynonymRow]:
    """Return the synonym rows in a council's pack."""
    return [SynonymRow(tuple(row.words), tuple(row.finds)) for row in pack.synonyms]


@lru_cache(maxsize=64)
def make_synonyms(rows: tuple[SynonymRow, ...]) -> Synonyms:
    """Make the table from its rows.

    A phrase finds what its own rows list. It never finds what those phrases find in turn.
    """
    others: dict[Phrase, dict[Phrase, None]] = {}
    for row in rows:
        phrases = _split(row.phrases)
        found = _split(row.finds) or phrases
        for phrase in phrases:
            others.setdefault(singular(phrase), {}).update((other, None) for other in found if other != phrase)
    longest = max((len(phrase) for phrase in others), default=1)
    return Synonyms({phrase: tuple(found) for phrase, found in others.items()}, longest)


def _split(phrases: Iterable[str]) -> list[Phrase]:
    return [words for phrase in phrases if (words := tuple(typed_words(phrase)))]


def national_synonyms() -> Synonyms:
    """Return the national table, for searches outside any one council's directory."""
    return make_synonyms(national_rows())


def rows_used_by(authority: Organisation) -> tuple[SynonymRow, ...]:
    """Return the rows that an authority's directory uses for searches: its own or the national ones."""
    rows = list(Synonym.objects.filter(authority=authority).order_by("pk").values_list("phrases", "finds", "status"))
    if not rows:
        return national_rows()
    in_use = (row for row in rows if row[2] == SynonymStatus.IN_USE)
    return tuple(SynonymRow(tuple(phrases), tuple(finds)) for phrases, finds, _ in in_use)


def synonyms_of(authority: Organisation, at: datetime) -> Synonyms:
    """Return the table of synonyms that an authority's directory uses for searches.

    The table is cached until the directory changes.
    """
    rows = cached_until_change(f"synonyms {authority.pk}", at, lambda: rows_used_by(authority))
    return make_synonyms(rows)


def with_own_synonyms(pack: MarketPack, authority: Organisation) -> MarketPack:
    """Return a stored pack with the authority's own synonym rows, if it has any."""
    if not Synonym.objects.filter(authority=authority).exists():
        return pack
    own = [PackSynonym(words=list(row.phrases), finds=list(row.finds)) for row in rows_used_by(authority)]
    return pack.model_copy(update={"synonyms": own})
