"""Where the audiences, which do not know each other, add to pages that belong to all of them.

`find_by(function)` lets “Go to” find a kind of reference; `brings_due(function)` adds to the work due on /account/.
Register at the foot of an audience's urls.py: that is read once, when the addresses are.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from calloff.people.models import User


@dataclass(frozen=True)
class Due:
    """One piece of work that waits for a person."""

    what: str  # “Score IAP-A-0042”
    href: str
    organisation: str  # for whom the person would do it
    by: datetime | None = None  # the instant before which it is due; nothing: when they can
    reference: str = ""
    danger: str = field(default="", kw_only=True)  # a child may be in danger: what to do now, before all other work
    urgent: str = field(default="", kw_only=True)  # what to do now, after that: nobody has said that a child has come
    when: str = field(default="", kw_only=True)  # instead of the instant: “From 12:30pm today”

    @property
    def is_now(self) -> bool:
        return bool(self.danger or self.urgent)

    @property
    def place(self) -> tuple[bool, bool, bool]:
        """Say what comes first, before days are compared: danger, what is urgent, what has a day."""
        return not self.danger, not self.urgent, self.by is None


Finder = Callable[[Any, str], str | None]  # (request, what was typed) -> a path the person may see, or nothing
DueFinder = Callable[[User, datetime], list[Due]]

_finders: list[Finder] = []
_due: list[DueFinder] = []


def find_by(finder: Finder) -> Finder:
    if finder not in _finders:
        _finders.append(finder)
    return finder


def brings_due(finder: DueFinder) -> DueFinder:
    if finder not in _due:
        _due.append(finder)
    return finder


def place_of(request: Any, words: str) -> str | None:
    """Return the path of what a person typed into “Go to”, if some audience knows it and they may see it."""
    return next((path for finder in _finders if (path := finder(request, words))), None)


def due_for(person: User, at: datetime) -> list[Due]:
    """Gather the work that waits for a person everywhere: what to do now first, then by day, then what has no date."""
    everything = [due for finder in _due for due in finder(person, at)]
    return sorted(everything, key=lambda due: (*due.place, due.by or at, due.what))
