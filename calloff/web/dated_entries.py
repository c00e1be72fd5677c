"""Dated entries for a person at an organisation (sessions, reviews, deadlines, expiries, starts and ends).

Home pages show this week's entries, and a calendar shows them all. At the end of its urls.py, an audience registers
functions that find its work and its entries, with `register_entry_finders`. The functions check what the person can see
at that moment. A later capability adds its entries to these functions, or registers another one.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from calloff.kernel.clock import local_day, midnight
from calloff.kernel.formatting import last_day_of_deadline, pluralise
from calloff.people.models import Organisation, User
from calloff.placements.models import Attendance, PlacementQuerySet
from calloff.placements.planned_days import (
    PlannedSession,
    count_sessions_of_week,
    planned_reviews,
    planned_sessions,
    planned_starts_and_ends,
)
from calloff.web.audience_hooks import DueItem


class EntryKind(StrEnum):
    """The kinds of entry. A calendar shows only these words and references."""

    SESSION = "Session"
    REVIEW = "Review"
    DEADLINE = "Deadline"
    EXPIRY = "Expiry"
    START = "Start"
    END = "End"


@dataclass(frozen=True)
class DatedEntry:
    """One thing on one day. The text never says who a child is, but can name an organisation."""

    kind: EntryKind
    day: date
    text: str  # “Placement ends”, for pages
    href: str
    references: tuple[str, ...] = ()
    starts_at: datetime | None = None  # empty if it lasts all day
    ends_at: datetime | None = None
    key: str = ""  # distinguishes entries with the same kind and references, and stays the same if the day changes
    is_cancelled: bool = False
    half: str = ""  # “Morning”, if only the number of children at the session is known, which is then `children`
    children: int = 0
    # each child's session, because a calendar can show only some of them
    sessions: tuple[PlannedSession, ...] = ()

    @property
    def reference(self) -> str:
        """Return the reference, if the entry is about one record."""
        return self.references[0] if len(self.references) == 1 else ""


@dataclass(frozen=True)
class EntryPeriod:
    """The days for which entries are needed. Sessions are needed for fewer days, because there are so many."""

    first: date
    last: date
    last_session: date
    counts_sessions: bool = False  # only the number of children at each session is wanted, for one week


FRIDAY = 4
MAX_ENTRIES_A_DAY = 4  # more would make a home page's columns too long
EntryFinder = Callable[[Organisation, User, EntryPeriod, datetime], Iterable[DatedEntry]]
WorkFinder = Callable[[Organisation, User, datetime], Iterable[DueItem]]
_entries: dict[str, list[EntryFinder]] = {}
_work: dict[str, list[WorkFinder]] = {}
SESSION_KINDS = {str(kind.value): str(kind.label) for kind in Attendance.Session}


def register_entry_finders(
    kinds: Iterable[str], *, entries: EntryFinder | None = None, work: WorkFinder | None = None
) -> None:
    """Add functions that find entries, or work with deadlines, at organisations of these kinds."""
    for kind in kinds:
        if entries and entries not in _entries.setdefault(kind, []):
            _entries[kind].append(entries)
        if work and work not in _work.setdefault(kind, []):
            _work[kind].append(work)


def dated_entries(
    organisation: Organisation,
    person: User,
    period: EntryPeriod,
    at: datetime,
    *,
    work: Iterable[DueItem] | None = None,
) -> list[DatedEntry]:
    """Return a person's entries at an organisation, by day and time. All-day entries come first.

    A home page has already found the person's work there, and passes it as `work`. Deadlines become entries, unless
    another entry is about the same record and day.
    """
    if not person.roles_at(organisation, at):
        return []
    if work is None:
        work = [item for finder in _work.get(organisation.kind, ()) for item in finder(organisation, person, at)]
    finders = _entries.get(organisation.kind, ())
    found = [entry for finder in finders for entry in finder(organisation, person, period, at)]
    taken = {(reference, entry.day) for entry in found for reference in entry.references}
    found += [entry for entry in _deadlines(work, period) if (entry.reference, entry.day) not in taken]
    return sorted(found, key=lambda entry: (entry.day, entry.starts_at or midnight(entry.day), entry.text))


@dataclass(frozen=True)
class WeekDay:
    """One day of the week on a home page, with its first entries."""

    day: date
    is_today: bool
    entries: tuple[DatedEntry, ...]
    left_out: int  # the number of entries that are not shown
    sessions: tuple[DatedEntry, ...]  # all sessions, by time


def entries_of_week(
    organisation: Organisation, person: User, at: datetime, *, work: Iterable[DueItem]
) -> list[WeekDay]:
    """Return the days from Monday to Friday with their entries, and a day of the weekend only if it has entries.

    At the weekend, these are the days of the next week. Deadlines that have passed are left out, because the page
    already shows them as overdue.
    """
    today = local_day(at)
    monday = today - timedelta(days=today.weekday())
    if today.weekday() > FRIDAY:
        monday += timedelta(days=7)
    sunday = monday + timedelta(days=6)
    found: dict[date, list[DatedEntry]] = {monday + timedelta(days=number): [] for number in range(7)}
    period = EntryPeriod(monday, sunday, last_session=sunday, counts_sessions=True)
    not_overdue = [item for item in work if item.by is None or item.by > at]
    for entry in dated_entries(organisation, person, period, at, work=not_overdue):
        found[entry.day].append(entry)
    return [
        _week_day(day, entries, today=today) for day, entries in found.items() if entries or day.weekday() <= FRIDAY
    ]


def _week_day(day: date, entries: list[DatedEntry], *, today: date) -> WeekDay:
    """Return a day of the week. If both halves have as many children, they are one entry."""
    sessions = [entry for entry in entries if entry.half]
    shown = entries
    if len(sessions) > 1 and len({entry.children for entry in sessions}) == 1:
        first, last = sessions[0], sessions[-1]
        whole = replace(first, text=first.text.partition(", ")[2], ends_at=last.ends_at)
        shown = [whole if entry is first else entry for entry in entries if entry is first or not entry.half]
    left_out = max(0, len(shown) - MAX_ENTRIES_A_DAY)
    return WeekDay(day, day == today, tuple(shown[:MAX_ENTRIES_A_DAY]), left_out, tuple(sessions))


def placement_entries(
    found: PlacementQuerySet,
    period: EntryPeriod,
    *,
    record: Callable[[str], str],
    register: Callable[[date, str], str],
    child: tuple[str, str],
) -> Iterator[DatedEntry]:
    """Yield the entries for placements that a person can see.

    `record` returns a placement's path, and `register` the path of a day's session. `child` is the word for one child
    and for several.
    """
    first, last = period.first, period.last
    for planned in planned_starts_and_ends(found, first, last):
        is_start = planned.key == "start"
        yield DatedEntry(
            EntryKind.START if is_start else EntryKind.END,
            planned.day,
            "Placement starts" if is_start else "Placement ends",
            record(planned.reference),
            (planned.reference,),
            key=planned.key,
        )
    for planned in planned_reviews(found, first, last):
        yield DatedEntry(
            EntryKind.REVIEW,
            planned.day,
            "Review due",
            record(planned.reference),
            (planned.reference,),
            key=planned.key,
        )
    if period.counts_sessions:
        for count in count_sessions_of_week(found, first):
            yield DatedEntry(
                EntryKind.SESSION,
                count.day,
                f"{SESSION_KINDS[count.session]} session, {pluralise(count.children, *child)}",
                register(count.day, count.session),
                (),
                count.starts_at,
                count.ends_at,
                half=SESSION_KINDS[count.session],
                children=count.children,
            )
    elif period.last_session >= first:
        yield from _grouped(planned_sessions(found, first, period.last_session), register, child)


def _grouped(
    sessions: Iterable[PlannedSession], register: Callable[[date, str], str], child: tuple[str, str]
) -> Iterator[DatedEntry]:
    """Yield one entry for each half day, however many children it has.

    Cancelled sessions are a separate entry.
    """
    groups: dict[tuple[date, str, bool], list[PlannedSession]] = {}
    for session in sessions:
        key = session.day, session.session, session.is_cancelled
        groups.setdefault(key, []).append(session)
    for (day, half, is_cancelled), several in groups.items():
        what = f"{SESSION_KINDS[half]} session, {pluralise(len(several), *child)}"
        yield DatedEntry(
            EntryKind.SESSION,
            day,
            f"{what}, cancelled" if is_cancelled else what,
            register(day, half),
            tuple(session.reference for session in several),
            min(session.starts_at for session in several),
            max(session.ends_at for session in several),
            key=f"{day:%Y-%m-%d} {half}",
            is_cancelled=is_cancelled,
            sessions=tuple(several),
        )


def _deadlines(work: Iterable[DueItem], period: EntryPeriod) -> Iterator[DatedEntry]:
    """Yield the deadlines of work.

    Work to do now, and registers that start later today, are left out, because home pages show them first.
    """
    for item in work:
        if item.by is None or item.is_now or item.when:
            continue
        day = last_day_of_deadline(item.by)
        if period.first <= day <= period.last:
            starts_at = item.by if day == local_day(item.by) else None
            references = (item.reference,) if item.reference else ()
            yield DatedEntry(EntryKind.DEADLINE, day, item.what, item.href, references, starts_at, key=item.href)
