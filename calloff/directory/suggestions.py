"""Suggest needs, categories, services, providers and towns as a person types a search."""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from calloff.directory.models import ServiceSite
from calloff.directory.queries import listed_services
from calloff.directory.result_cache import cached_until_change
from calloff.kernel.codes import NeedType
from calloff.kernel.search_words import typed_words, words_in
from calloff.people.models import Organisation

MAX_SUGGESTIONS = 8
MIN_TYPED_LENGTH = 2  # characters
UNSUGGESTED_NEEDS = {NeedType.OTH, NeedType.NSA}


class SuggestionKind(StrEnum):
    """The kinds of suggestion, in the order of the list."""

    NEED = "Need"
    CATEGORY = "Category"
    SERVICE = "Service"
    PROVIDER = "Provider"
    TOWN = "Town"


class Suggestion(NamedTuple):
    kind: SuggestionKind
    text: str


def suggest(authority: Organisation, typed: str, at: datetime) -> list[Suggestion]:
    """Return the suggestions in which each typed word is the start of a word.

    Suggestions whose first word starts with the first typed word come first.
    """
    wanted = typed_words(typed)
    if len("".join(wanted)) < MIN_TYPED_LENGTH:
        return []
    known = cached_until_change(f"suggestions {authority.pk}", at, lambda: _all_of(authority, at))
    matches = [
        (not words[0].startswith(wanted[0]), place, suggestion)
        for place, (suggestion, words) in enumerate(known)
        if words and all(any(word.startswith(start) for word in words) for start in wanted)
    ]
    return [suggestion for _, _, suggestion in sorted(matches)[:MAX_SUGGESTIONS]]


def _all_of(authority: Organisation, at: datetime) -> list[tuple[Suggestion, list[str]]]:
    """Return everything that can be suggested in a directory, each with its words in plain form."""
    services = listed_services(authority, at)
    rows = list(services.values_list("name", "provider__name", "lot__title", "needs").order_by("name", "pk"))
    towns = ServiceSite.objects.filter(service__in=services.values("pk")).values_list("site__town", flat=True)
    needs = {need for row in rows for need in row[3]}
    suggestions = [
        *(Suggestion(SuggestionKind.NEED, str(need.label)) for need in NeedType
          if need in needs and need not in UNSUGGESTED_NEEDS),
        *(Suggestion(SuggestionKind.CATEGORY, title) for title in sorted({row[2] for row in rows})),
        *(Suggestion(SuggestionKind.SERVICE, name) for name in dict.fromkeys(row[0] for row in rows)),
        *(Suggestion(SuggestionKind.PROVIDER, name) for name in sorted({row[1] for row in rows})),
        *(Suggestion(SuggestionKind.TOWN, town) for town in sorted(set(towns.order_by()))),
    ]  # fmt: skip
    return [(suggestion, _words_of(suggestion)) for suggestion in suggestions]


def _words_of(suggestion: Suggestion) -> list[str]:
    """Return the words by which a suggestion is found. A need is also found by its code."""
    words = words_in(suggestion.text)
    if suggestion.kind == SuggestionKind.NEED:
        words += [need.value.lower() for need in NeedType if need.label == suggestion.text]
    return words
