"""Add, change and remove the synonyms that an authority's directory uses for searches."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction

from calloff.directory.models import Synonym
from calloff.directory.models.synonyms import MAX_PHRASE_LENGTH
from calloff.directory.synonyms import SynonymRow, national_rows
from calloff.history import transitions
from calloff.kernel.lifecycles import EditConflict, Problem, Refused
from calloff.kernel.search_words import typed_words
from calloff.people.models import Organisation, User
from calloff.people.permissions import Can

__all__ = ["add_synonym", "amend_synonym", "load_synonyms", "remove_synonym"]

MAX_PHRASES = 20  # in one row
MAX_SYNONYMS = 500  # rows of one authority


@transaction.atomic
def load_synonyms(authority: Organisation, rows: Iterable[SynonymRow], *, by: User, at: datetime) -> list[Synonym]:
    """Add the rows of a pack or of the national table to an authority's own. Returns the added rows.

    A row is left out if the authority has, or has removed, a row in the same direction with one of its phrases. So
    loading a pack again does not repeat rows, or restore rows that an officer changed or removed.
    """
    _lock(authority, by, at)
    known = {
        (bool(row.finds), tuple(typed_words(phrase)))
        for row in Synonym.objects.filter(authority=authority)
        for phrase in row.phrases
    }
    new = [
        Synonym(authority=authority, phrases=list(row.phrases), finds=list(row.finds))
        for row in rows
        if not any((bool(row.finds), tuple(typed_words(phrase))) in known for phrase in row.phrases)
    ]
    if Synonym.objects.in_use().filter(authority=authority).count() + len(new) > MAX_SYNONYMS:
        raise Refused(f"An authority can have {MAX_SYNONYMS} rows of synonyms or fewer")
    if new:
        with transitions.as_one_event("add_synonym", by=by, at=at, acting_for=str(authority)):
            for row in new:
                transitions.create(row, "add_synonym", by=by, at=at)
    return new


@transaction.atomic
def add_synonym(
    authority: Organisation, *, phrases: Sequence[str], finds: Sequence[str], by: User, at: datetime
) -> Synonym:
    """Add a row of phrases that mean the same, or that also find other phrases.

    When an authority adds its first row, the rows of the national table are added too, so that searches still use them.
    Raises Refused if the row has too few or too many phrases, if a phrase has no letters, or if the authority has too
    many rows.
    """
    cleaned = _clean(phrases, finds)
    _lock(authority, by, at)
    if not Synonym.objects.filter(authority=authority).exists():
        load_synonyms(authority, national_rows(), by=by, at=at)
    if Synonym.objects.in_use().filter(authority=authority).count() >= MAX_SYNONYMS:
        raise Refused(f"You already have {MAX_SYNONYMS} rows of synonyms. Remove one first.")
    return transitions.create(Synonym(authority=authority, **cleaned), "add_synonym", by=by, at=at)


def amend_synonym(row: Synonym, *, phrases: Sequence[str], finds: Sequence[str], by: User, at: datetime) -> Synonym:
    """Change a row of synonyms. `row` is the row as the person's page showed it.

    Raises EditConflict if someone else has changed the row since then, and Refused in the same cases as `add_synonym`.
    """
    cleaned = _clean(phrases, finds)
    with transitions.transition(row, "amend_synonym", by=by, at=at) as amended:
        if (amended.phrases, amended.finds) != (row.phrases, row.finds):
            raise EditConflict
        amended.phrases, amended.finds = cleaned["phrases"], cleaned["finds"]
    return amended


def remove_synonym(row: Synonym, *, by: User, at: datetime) -> Synonym:
    """Remove a row of synonyms, so that searches no longer use it."""
    with transitions.transition(row, "remove_synonym", by=by, at=at) as removed:
        pass
    return removed


def _lock(authority: Organisation, by: User, at: datetime) -> None:
    """Lock the authority, so that two people cannot load the same rows, or together add too many, at the same time."""
    if not by.can(Can.RUN_MARKETS, organisation=authority, at=at):
        raise PermissionDenied("You need permission to run markets to change synonyms.")
    Organisation.objects.select_for_update(no_key=True).get(pk=authority.pk)


def _clean(phrases: Sequence[str], finds: Sequence[str]) -> dict[str, list[str]]:
    problems: list[Problem] = []
    cleaned = {"phrases": _each(phrases, "phrases", problems), "finds": _each(finds, "finds", problems)}
    if not cleaned["phrases"]:
        problems.append(Problem("Enter the words that people type", "phrases"))
    elif len(cleaned["phrases"]) == 1 and not cleaned["finds"]:
        problems.append(Problem("Enter at least 2 words that mean the same, or the words to find", "phrases"))
    if problems:
        raise Refused.because(problems)
    return cleaned


def _each(phrases: Sequence[str], field: str, problems: list[Problem]) -> list[str]:
    """Return each phrase once, without extra spaces, and add a problem for each that cannot be searched for."""
    kept: dict[tuple[str, ...], str] = {}
    for phrase in (" ".join(phrase.split()) for phrase in phrases if phrase.strip()):
        words = tuple(typed_words(phrase))
        if not words:
            problems.append(Problem(f"“{phrase[:MAX_PHRASE_LENGTH]}” has no letters or numbers", field))
        elif len(phrase) > MAX_PHRASE_LENGTH:
            problems.append(Problem(f"Each word or phrase must be {MAX_PHRASE_LENGTH} characters or fewer", field))
        kept.setdefault(words or (phrase,), phrase)
    if len(kept) > MAX_PHRASES:
        problems.append(Problem(f"Enter {MAX_PHRASES} words or phrases or fewer", field))
    return list(kept.values())
