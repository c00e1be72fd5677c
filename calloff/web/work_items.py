"""Work that is due, which a home page shows first. Each audience finds its own work, and `layouts/home.html` shows it.

work = work_due.provider_work_for(request.organisation, request.user, request.now)
page = {"groups": work_items.group_work(work, request.now), "counts": [("Live services", 3, href), …], "now": …}
"""

from collections.abc import Iterable, Sequence
from dataclasses import KW_ONLY, dataclass, replace
from datetime import date, datetime, timedelta
from typing import TypeVar

from calloff.kernel.clock import day_after, local_day, midnight
from calloff.kernel.formatting import format_short_date, format_time_left, last_day_of_deadline
from calloff.web.audience_hooks import DueItem

NOW_HEADING = "Now"
WORK_GROUP_HEADINGS = (NOW_HEADING, "Overdue", "Today", "This week", "Later", "When you can")
# the words at the start of a task, and its button's words. A task that starts differently has “View”
BUTTON_WORDS = (
    ("Accept or decline", "Reply"),
    ("Agree or decline", "Reply"),
    ("Agree scores", "Agree scores"),
    ("Allocate", "Allocate"),
    ("Answer", "Answer"),
    ("Approve or refuse", "Decide"),
    ("Approve", "Approve"),
    ("Check", "Check"),
    ("Choose a provider", "Choose"),
    ("Complete the checks", "Do checks"),
    ("Confirm or withdraw", "Decide"),
    ("Confirm the place", "Reply"),
    ("Confirm", "Confirm"),
    ("Countersign", "Countersign"),
    ("Decide", "Decide"),
    ("Declare", "Declare interests"),
    ("Find out", "Record"),
    ("Finish", "Continue"),
    ("Follow up", "Follow up"),
    ("Look into", "Look into"),
    ("Mark the", "Take register"),
    ("Mark", "Mark"),
    ("Meet a condition", "Answer"),
    ("Prepare the agreement", "Prepare"),
    ("Read", "Read"),
    ("Remind", "Remind"),
    ("Renew", "Renew"),
    ("Reply", "Reply"),
    ("Respond", "Respond"),
    ("Review", "Review"),
    ("Send", "Send"),
    ("Sign", "Sign"),
    ("Take the", "Take register"),
    ("Tell the council", "Answer"),
    ("Update places", "Update"),
    ("Upload", "Upload"),
)
BUTTON_WORDS_FOR_FACTS = ((" has asked to join ", "Answer"), (" no one who can reply", "Invite"))
AnyWork = TypeVar("AnyWork", bound=DueItem)


@dataclass(frozen=True)
class WorkItem(DueItem):
    """A piece of work at one organisation, with what happens if no one does it."""

    _: KW_ONLY
    otherwise: str = ""  # the end of the sentence “If you do nothing: …”, for example “it stays a member”
    why: str = ""  # shown instead of that sentence: why the work cannot be done now
    # the child's name if the child is in danger, and the initials and year group. Only the home page of people who are
    # allowed to see the child shows them
    who: str = ""
    initials: str = ""
    year: str = ""


def sort_work(work: Iterable[AnyWork], at: datetime) -> list[AnyWork]:
    """Sort work: a child in danger first, then urgent work, then by deadline, then work without one."""
    return sorted(work, key=lambda item: (*item.place, item.by or at, item.what))


def group_work(work: Sequence[AnyWork], at: datetime) -> list[tuple[str, list[AnyWork]]]:
    """Group sorted work under the headings in WORK_GROUP_HEADINGS.

    “Now” contains children in danger, and children for whom no one has recorded whether they arrived.
    """
    today = local_day(at)
    named: dict[str, list[AnyWork]] = {name: [] for name in WORK_GROUP_HEADINGS}
    for item in work:
        named[_when(item, at, today)].append(item)
    return [(name, rows) for name, rows in named.items() if rows]


def split_work(
    groups: Sequence[tuple[str, Sequence[AnyWork]]], shown: int
) -> tuple[list[tuple[str, Sequence[AnyWork]]], list[tuple[str, Sequence[AnyWork]]]]:
    """Split grouped work into the first rows and the others, both grouped. A single row is never left over."""
    if sum(len(rows) for _, rows in groups) <= shown + 1:
        return list(groups), []
    first, rest, left = [], [], shown
    for name, rows in groups:
        if rows[:left]:
            first.append((name, rows[:left]))
        if rows[left:]:
            rest.append((name, rows[left:]))
        left = max(0, left - len(rows))
    return first, rest


def end_of_last_day(last: date | None) -> datetime | None:
    """Return the time by which something must be done, given its last day."""
    return midnight(day_after(last)) if last else None


def pause_work(work: WorkItem, provider: object) -> WorkItem:
    """Return the work as paused while a provider cannot take placements: without a deadline and with the reason.

    This is for a suspended or removed provider. The reason is true in both cases.
    """
    task = f"Paused: {work.what[:1].lower()}{work.what[1:]}"
    why = f"You cannot do this now because {provider} is not taking placements"
    return replace(work, what=task, by=None, otherwise="", why=why)


def due_chip(item: DueItem, at: datetime) -> tuple[str, str]:
    """Return the colour and words of a task's chip: “Now”, “Overdue”, “Today”, “7 working days left”.

    Both are empty for a task without a date.
    """
    if item.is_now:
        return "red", NOW_HEADING
    if item.by is None:
        return "", ""
    if item.by <= at:
        return "red", "Overdue"
    days = (last_day_of_deadline(item.by) - local_day(at)).days
    if days <= 1:
        return "orange", ("Today", "Tomorrow")[days]
    return "blue", format_time_left(item.by, at) or f"By {format_short_date(last_day_of_deadline(item.by))}"


def button_words(item: DueItem) -> str:
    """Return a task's button words: its verb, the verb for the fact that it states, or “View”.

    People who must look for a child in danger, and people whose task is paused, can only read about it.
    """
    if item.danger:
        return "View"
    for beginning, words in BUTTON_WORDS:
        if item.what.startswith(beginning):
            return words
    return next((words for part, words in BUTTON_WORDS_FOR_FACTS if part in item.what), "View")


def _when(item: DueItem, at: datetime, today: date) -> str:
    if item.is_now:
        return NOW_HEADING
    if item.by is None:
        return "When you can"
    if item.by <= at:
        return "Overdue"
    final = last_day_of_deadline(item.by)
    if final == today:
        return "Today"
    return "This week" if final <= today + timedelta(days=6 - today.weekday()) else "Later"
