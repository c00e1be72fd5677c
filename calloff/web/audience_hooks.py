"""Where the audiences, which do not know each other, add to pages that belong to all of them.

`register_path_finder(function)` lets “Go to” find a kind of reference; `register_due_finder(function)` adds to the work
due on /account/. Register at the foot of an audience's urls.py: that is read once, when the addresses are.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from calloff.people.models import User


@dataclass(frozen=True)
class DueItem:
    """One piece of work that waits for a person."""

    what: str  # “Score IAP-A-0042”
    href: str
    organisation: str  # for whom the person would do it
    by: datetime | None = None  # the instant before which it is due; nothing: when they can
    reference: str = ""
    danger: str = field(default="", kw_only=True)  # a child may be in danger: what to do now, before all other work
    urgent: str = field(default="", kw_only=True)  # what to do now, after that: no one has said that a child has come
    when: str = field(default="", kw_only=True)  # instead of the instant: “From 12:30pm today”

    @property
    def is_now(self) -> bool:
        return bool(self.danger or self.urgent)

    @property
    def place(self) -> tuple[bool, bool, bool]:
        """Say what comes first, before days are compared: danger, what is urgent, what has a day."""
        return not self.danger, not self.urgent, self.by is None


PathFinder = Callable[[Any, str], str | None]  # (request, what was typed) -> a path the person may see, or nothing
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
    """Return the path of what a person typed into “Go to”, if some audience knows it and they may see it."""
    return next((path for finder in _finders if (path := finder(request, words))), None)


def due_items_for(person: User, at: datetime) -> list[DueItem]:
    """Gather the work that waits for a person everywhere: what to do now first, then by day, then what has no date."""
    everything = [due for finder in _due for due in finder(person, at)]
    return sorted(everything, key=lambda due: (*due.place, due.by or at, due.what))
