"""Suggest the words that a person meant, if a search finds nothing because of a misspelt word."""

from functools import lru_cache
from typing import Any

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db import connection, transaction

from calloff.directory.models import ServiceQuerySet
from calloff.directory.search_criteria import SearchCriteria
from calloff.directory.search_text import NEED_WORDS
from calloff.directory.synonyms import Synonyms, national_synonyms
from calloff.kernel.search_words import typed_words, words_in

MIN_SIMILARITY = 0.4  # the minimum trigram similarity of texts that are compared. We chose the number
MAX_CORRECTED_WORDS = 6
MAX_TEXTS = 30  # the number of texts that are searched for each misspelt word
MIN_WORD_LENGTH = 4  # shorter words are never corrected
LONG_WORD = 7  # words with at least this many letters can have two wrong letters


@lru_cache(maxsize=64)
def _field_words(synonyms: Synonyms) -> frozenset[str]:
    """Return the terms of this field itself, which count as spelt correctly even if no service contains them."""
    phrases = [*synonyms.others, *(words_in(text) for text in NEED_WORDS.values())]
    return frozenset(word for phrase in phrases for word in phrase if len(word) >= MIN_WORD_LENGTH)


def corrected_words(services: ServiceQuerySet, search: SearchCriteria) -> str:
    """Return the words of a search with each unknown word replaced by a similar one, or "" if no word is similar.

    A word is known if it is in the text of one of `services`, which are the services that the search looks through.
    """
    typed = typed_words(search.words)[:MAX_CORRECTED_WORDS]
    field_words = _field_words(search.synonyms or national_synonyms())
    corrected = [_corrected(services, word, field_words) for word in typed]
    return " ".join(corrected) if corrected != typed else ""


def _corrected(services: ServiceQuerySet, word: str, field_words: frozenset[str]) -> str:
    if len(word) < MIN_WORD_LENGTH or word in field_words:
        return word
    known = set(field_words)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pg_trgm.word_similarity_threshold', %s, true)", [str(MIN_SIMILARITY)])
        similar: Any = services.filter(spelling__trigram_word_similar=word)
        similar = similar.annotate(likeness=TrigramWordSimilarity(word, "spelling")).order_by("-likeness", "pk")
        for text in similar.values_list("spelling", flat=True)[:MAX_TEXTS]:
            known.update(candidate for candidate in words_in(text) if len(candidate) >= MIN_WORD_LENGTH)
    if word in known:
        return word
    ranked = sorted(
        (distance, candidate) for candidate in known if (distance := _mistakes(word, candidate)) is not None
    )
    return ranked[0][1] if ranked else word


def _mistakes(typed: str, meant: str) -> int | None:
    """Return the number of wrong letters in a word, or None if there are too many for a suggestion.

    One letter can be wrong, or two in a long word whose first letter is right.
    """
    allowed = 2 if len(typed) >= LONG_WORD and len(meant) >= LONG_WORD - 1 and typed[0] == meant[0] else 1
    if abs(len(typed) - len(meant)) > allowed:
        return None
    distance = _edit_distance(typed, meant)
    return distance if distance <= allowed else None


def _edit_distance(one: str, other: str) -> int:
    """Return the edit distance of two words: how many letters to add, remove, replace or swap with a neighbour."""
    before: list[int] = []
    current = list(range(len(other) + 1))
    for row, letter in enumerate(one, start=1):
        earlier, before, current = before, current, [row]
        for column, match in enumerate(other, start=1):
            cost = min(before[column] + 1, current[-1] + 1, before[column - 1] + (letter != match))
            if row > 1 and column > 1 and letter == other[column - 2] and one[row - 2] == match:
                cost = min(cost, earlier[column - 2] + 1)
            current.append(cost)
    return current[-1]
