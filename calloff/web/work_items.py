"""Work due: what a home shows first. Each audience finds its own work, and `parts/work.html` draws it.

found = work.in_order(work_at(request.organisation, request.user, request.now), request.now)
page = {"groups": work.groups(found, request.now), "counts": [("Live services", 3, href), …], "now": request.now}
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TypeVar

from calloff.kernel.clock import day_after, local_day, midnight
from calloff.kernel.formatting import last_day_of_deadline
from calloff.web.audience_hooks import DueItem

NOW_HEADING = "Now"
WORK_GROUP_HEADINGS = (NOW_HEADING, "Overdue", "Today", "This week", "Later", "When you can")
AnyWork = TypeVar("AnyWork", bound=DueItem)


@dataclass(frozen=True)
class WorkItem(DueItem):
    """A piece of work at one organisation: who holds it, and what comes of doing nothing."""

    holder: str = ""  # “Contracts officers”, “You”
    otherwise: str = ""  # how “If you do nothing: …” ends: “it stays a member”
    why: str = ""  # instead of that: why no one can do it now
    who: str = ""  # the child, on the home of those who may know: above the words


def sort_work(found: Iterable[AnyWork], at: datetime) -> list[AnyWork]:
    """Put a child in danger first, then who is not marked, then what is due soonest, and what has no date last."""
    return sorted(found, key=lambda one: (*one.place, one.by or at, one.what))


def group_work(several: Sequence[AnyWork], at: datetime) -> list[tuple[str, list[AnyWork]]]:
    """Sort work that is in order into now (a child may be in danger, or is not marked), overdue, today, and later."""
    today = local_day(at)
    named: dict[str, list[AnyWork]] = {name: [] for name in WORK_GROUP_HEADINGS}
    for one in several:
        named[_when(one, at, today)].append(one)
    return [(name, rows) for name, rows in named.items() if rows]


def end_of_last_day(last: date | None) -> datetime | None:
    """Return the instant before which something is due that has a last day."""
    return midnight(day_after(last)) if last else None


def pause_work(work: WorkItem, provider: object) -> WorkItem:
    """Return work that no one can do while a provider takes no placements: it has no day, and the words say why.

    That is while it is suspended, and once it is removed: the words are true of both.
    """
    what = f"Paused: {work.what[:1].lower()}{work.what[1:]}"
    why = f"You cannot do this now because {provider} is not taking placements"
    return replace(work, what=what, by=None, otherwise="", why=why)


def _when(one: DueItem, at: datetime, today: date) -> str:
    if one.is_now:
        return NOW_HEADING
    if one.by is None:
        return "When you can"
    if one.by <= at:
        return "Overdue"
    final = last_day_of_deadline(one.by)
    if final == today:
        return "Today"
    return "This week" if final <= today + timedelta(days=6 - today.weekday()) else "Later"
