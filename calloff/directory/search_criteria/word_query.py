"""Convert typed words to a full-text query, in which a term also finds its synonyms.

Quotes, operators and wildcards have no special meaning. Each typed word, or phrase in the table of synonyms, becomes
one group, and a service must match every group.
"""

from dataclasses import dataclass
from functools import lru_cache

from django.contrib.postgres.search import SearchQuery

from calloff.directory.synonyms import Phrase, Synonyms, national_synonyms
from calloff.kernel.search_words import typed_words

# These words say nothing about a service. They count only if nothing else was typed.
_EMPTY = """
child children kid kids pupil pupils student students young people person someone near nearby me my in for with and or
of the a an to at provider providers provision service services help support class classes course courses lesson lessons
who is has
"""
# PostgreSQL leaves these words out of the text that it searches.
_STOP = """
i me my myself we our ours ourselves you your yours yourself yourselves he him his himself she her hers herself it its
itself they them their theirs themselves what which who whom this that these those am is are was were be been being have
has had having do does did doing a an the and but if or because as until while of at by for with about against between
into through during before after above below to from up down in out on off over under again further then once here there
when where why how all any both each few more most other some such no nor not only own same so than too very s t can
will just don should now
"""
EMPTY_WORDS, STOP_WORDS = frozenset(_EMPTY.split()), frozenset(_STOP.split())
MAX_GROUPS = 16
CONFIG = "english"


@dataclass(frozen=True)
class WordGroup:
    """One typed word or phrase, and the phrases that mean the same."""

    typed: Phrase
    others: tuple[Phrase, ...] = ()

    def tsquery(self, *, with_others: bool, weights: str = "") -> str:
        phrases = [self.typed, *(self.others if with_others else ())]
        return "(" + " | ".join(_phrase(phrase, weights) for phrase in phrases) + ")"


@dataclass(frozen=True)
class WordQuery:
    """The words of a search."""

    groups: tuple[WordGroup, ...]

    @property
    def only_stop_words(self) -> bool:
        """Return whether none of the words is in the index, so that only names can be compared."""
        return all(word in STOP_WORDS for group in self.groups for word in group.typed)

    def search_query(self) -> SearchQuery:
        """Return the query that a service must match."""
        return self._joined(" & ", with_others=True)

    def as_typed(self, weights: str = "") -> SearchQuery:
        """Return the query for services that contain the words themselves, in the parts with these weights."""
        return self._joined(" & ", with_others=False, weights=weights)

    def any_group(self) -> SearchQuery | None:
        """Return the query for services that match some groups, or None if there is only one group."""
        return self._joined(" | ", with_others=True) if len(self.groups) > 1 else None

    def _joined(self, operator: str, *, with_others: bool, weights: str = "") -> SearchQuery:
        text = operator.join(group.tsquery(with_others=with_others, weights=weights) for group in self.groups)
        return SearchQuery(text, search_type="raw", config=CONFIG)


def _phrase(phrase: Phrase, weights: str) -> str:
    suffix = f":{weights}" if weights else ""
    return "(" + " <-> ".join(f"'{word}'{suffix}" for word in phrase) + ")"


def read_words(text: str, synonyms: Synonyms | None = None) -> WordQuery | None:
    """Read typed words, or return None if there are none. The longest phrase in the table is matched first.

    Without a council's table of synonyms, the national table is used.
    """
    return _read_words(text, synonyms or national_synonyms())


@lru_cache(maxsize=512)
def _read_words(text: str, synonyms: Synonyms) -> WordQuery | None:
    typed = typed_words(text)
    meaningful = [word for word in typed if word not in EMPTY_WORDS]
    if not meaningful:
        return WordQuery(tuple(WordGroup((word,)) for word in typed[:MAX_GROUPS])) if typed else None
    groups: list[WordGroup] = []
    place = 0
    while place < len(typed) and len(groups) < MAX_GROUPS:
        length = _phrase_length(typed, place, synonyms)
        phrase = tuple(typed[place : place + length])
        place += length
        others = synonyms.find(phrase)
        if others or phrase[0] not in EMPTY_WORDS:
            groups.append(WordGroup(phrase, tuple(other for other in others if other != phrase)))
    return WordQuery(tuple(groups))


def _phrase_length(typed: list[str], place: int, synonyms: Synonyms) -> int:
    """Return how many words, from this position on, make up a phrase in the table of synonyms."""
    for length in range(min(synonyms.longest, len(typed) - place), 1, -1):
        if synonyms.has(tuple(typed[place : place + length])):
            return length
    return 1
