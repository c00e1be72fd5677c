"""Hooks with which audiences, which do not import each other, add to pages that they share.

`register_path_finder(function)` lets “Go to” find a kind of reference. `register_due_finder(function)` adds to the work
due on /account/. Register at the end of an audience's urls.py, which is imported once, when the addresses are loaded.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from calloff.people.models import User


@dataclass(frozen=True)
class DueItem:
    """One piece of work that a person can do."""

    what: str  # “Score IAP-A-0042”
    href: str
    organisation: str  # that the person would do it for
    by: datetime | None = None  # the instant before which it is due; None: at any time
    reference: str = ""
    danger: str = field(default="", kw_only=True)  # a child may be in danger: what to do now, before anything else
    # what to do now if no one has recorded whether a child has arrived; comes after `danger`
    urgent: str = field(default="", kw_only=True)
    when: str = field(default="", kw_only=True)  # shown instead of the instant: “From 12:30pm today”

    @property
    def is_now(self) -> bool:
        return bool(self.danger or self.urgent)

    @property
    def place(self) -> tuple[bool, bool, bool]:
        """Return the sort key before the deadline: danger first, then urgent work, then work with a deadline."""
        return not self.danger, not self.urgent, self.by is None


PathFinder = Callable[[Any, str], str | None]  # (request, what the person typed) -> a path they may see, or None
DueItemFinder = Callable[[User, datetime], list[DueItem]]

_finders: list[PathFinder] = []
_due: list[DueItemFinder] = []


def register_path_finder(finder: PathFinder) -> PathFinder:
    if finder not in _finders:
        _finders.append(finder)
    return finder


def register_due_finder(finder: DueItemFinder) -> DueItemFinder:
    if finder not in _due:
        _due.append(finder)
    return finder


def path_of_typed_words(request: Any, words: str) -> str | None:
    """Return the path for what a person typed into “Go to”, if an audience recognises it and the person may see it."""
    return next((path for finder in _finders if (path := finder(request, words))), None)


def due_items_for(person: User, at: datetime) -> list[DueItem]:
    """Return all of a person's work: what to do now, then by deadline, then work with no deadline."""
    everything = [due for finder in _due for due in finder(person, at)]
    return sorted(everything, key=lambda due: (*due.place, due.by or at, due.what))
