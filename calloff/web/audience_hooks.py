"""Hooks through which audiences, which do not import each other, add to shared pages.

`register_path_finder(function)` lets “Go to” find one kind of reference. `register_due_finder(function)` adds work to
/account/. Register at the end of an audience's urls.py, which is imported once, when Django loads the URLs.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from calloff.people.models import User


@dataclass(frozen=True)
class DueItem:
    """One piece of work for a person to do."""

    what: str  # for example, “Score IAP-A-0042”
    href: str
    organisation: str  # the organisation for which the person would do the work
    by: datetime | None = None  # the time by which it must be done, or None for any time
    reference: str = ""
    # why a child might be in danger. This work comes before everything else
    danger: str = field(default="", kw_only=True)
    # set if no one has recorded whether a child has arrived. This work comes after `danger`
    urgent: str = field(default="", kw_only=True)
    when: str = field(default="", kw_only=True)  # shown instead of the time, for example “From 12:30pm today”

    @property
    def is_now(self) -> bool:
        return bool(self.danger or self.urgent)

    @property
    def place(self) -> tuple[bool, bool, bool]:
        """Return the sort key before the deadline: danger first, then urgent work, then work with a deadline."""
        return not self.danger, not self.urgent, self.by is None


# (request, what the person typed) -> the path of a page that they can see, or None
PathFinder = Callable[[Any, str], str | None]
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
    """Return the path for what a person typed into “Go to”.

    Returns None unless an audience recognises the words and the person can see the page.
    """
    return next((path for finder in _finders if (path := finder(request, words))), None)


def due_items_for(person: User, at: datetime) -> list[DueItem]:
    """Return all a person's work: urgent first, then by deadline, then work without a deadline."""
    everything = [due for finder in _due for due in finder(person, at)]
    return sorted(everything, key=lambda due: (*due.place, due.by or at, due.what))
