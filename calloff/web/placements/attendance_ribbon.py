"""The attendance ribbon: one block for each of a placement's sessions, with the placement's main dates
below the blocks.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from calloff.kernel.clock import local_day
from calloff.kernel.formatting import format_list, format_short_date, pluralise
from calloff.placements.models import AbsenceCause, Attendance, Placement, PlacementReview
from calloff.placements.states import ReviewStatus
from calloff.placements.whole_register import RegisterSession, WholeRegister
from calloff.web.placements.placement_forms import describe_mark

UNEXPLAINED, CLOSED, UNMARKED, TO_COME = "unexplained", "closed", "unmarked", "to_come"
MARKED_KINDS = {
    "present": "present", "late": "late", "left_early": "left early", "absent": "absent with a reason",
    UNEXPLAINED: "absent without a reason",
}  # fmt: skip
KINDS = {**MARKED_KINDS, CLOSED: "closed without a mark", UNMARKED: "not marked", TO_COME: "to come"}
MAX_PAST, MAX_TO_COME = 60, 40  # numbers of blocks: six weeks of five days, and four weeks
# in pixels, for the narrowest page with the wide layout
RIBBON_WIDTH, CHARACTER_WIDTH, LABEL_GAP, MAX_BLOCK_WIDTH = 880, 7.5, 18, 92
RECENT_PERIOD = timedelta(weeks=2)  # the period that a list of placements shows
ABSENT_KINDS = ("absent", UNEXPLAINED)
BlockDate = tuple[int, str, str]  # the number of a block, the text below it, and the kind of date


class RibbonLabel(NamedTuple):
    """The text of a date below a block, with its kind, its line, and whether it ends at the block instead
    of starting there.
    """

    words: str
    kind: str
    line: int
    ends_here: bool


class RibbonBlock(NamedTuple):
    """One session in a ribbon."""

    kind: str
    words: str
    labels: tuple[RibbonLabel, ...]


class AttendanceRibbon(NamedTuple):
    """The blocks of a child's sessions, oldest first, the number of sessions of each kind, and a sentence
    that summarises them.
    """

    until_now: list[RibbonBlock]
    to_come: list[RibbonBlock]
    period: str
    rest: str  # the text above the sessions to come, on a phone
    key: list[tuple[str, str]]
    lines: int
    unmarked: int
    sentence: str


class RecentAttendance(NamedTuple):
    """The kinds of a child's recent marks, oldest first, and text that says how many of the marked sessions
    were attended.
    """

    kinds: list[str]
    words: str


def attendance_ribbon(
    register: WholeRegister, reviews: Sequence[PlacementReview], at: datetime
) -> AttendanceRibbon | None:
    """Return the attendance ribbon of a placement, or None if the placement has not started or has no
    sessions.
    """
    placement, sessions = register.placement, register.sessions
    if not placement.started_on or not sessions:
        return None
    kinds = [_kind(one, at) for one in sessions]
    now = sum(kind != TO_COME for kind in kinds)
    first, last = max(0, now - MAX_PAST), min(len(sessions), now + MAX_TO_COME)
    shown = sessions[first:last]
    dates = [
        *_first_and_today(placement, shown, at, now=now - first, is_start=first == 0),
        *_review_dates(placement, reviews, shown, is_end=last == len(sessions)),
        *_last_day(placement, reviews, shown, is_end=last == len(sessions)),
    ]
    labels = _place_labels(sorted(dates, key=lambda one: one[0]), len(shown))
    blocks = [
        RibbonBlock(kind, _words(one, kind), tuple(labels.get(number, ())))
        for number, (one, kind) in enumerate(zip(shown, kinds[first:last], strict=True))
    ]
    number = Counter(kinds)
    key = [(kind, f"{number[kind]} {words}") for kind, words in KINDS.items() if number[kind]]
    period = f"{_day(shown[0].day)} to {'now' if now < len(sessions) else _day(shown[-1].day)}"
    coming = f"Next {len(shown) - now + first} sessions" if last < len(sessions) else "To come"
    return AttendanceRibbon(
        blocks[: now - first], blocks[now - first :], period, f"{coming}, until {_day(shown[-1].day)}", key,
        1 + max(label.line for several in labels.values() for label in several), number[UNMARKED],
        _sentence(sessions, kinds, number),
    )  # fmt: skip


def recent_attendance(placements: Iterable[Placement], today: date) -> dict[int, RecentAttendance]:
    """Return the recent attendance of each placement that has marks from the last two weeks, by primary
    key.

    This makes one query for the whole list.
    """
    keys = [one.pk for one in placements if one.started_on]
    marks = Attendance.objects.filter(placement__in=keys, day__gt=today - RECENT_PERIOD, day__lte=today)
    kinds: dict[int, list[str]] = {}
    for key, mark, cause in marks.order_by("day", "session").values_list("placement", "mark", "cause"):
        kinds.setdefault(key, []).append(_marked_kind(mark, cause))
    return {
        key: RecentAttendance(several, f"{sum(kind not in ABSENT_KINDS for kind in several)} of "
                              f"{pluralise(len(several), 'marked session')} attended")
        for key, several in kinds.items()
    }  # fmt: skip


def _marked_kind(mark: str, cause: str) -> str:
    return UNEXPLAINED if cause == AbsenceCause.UNKNOWN else mark


def _kind(one: RegisterSession, at: datetime) -> str:
    if one.mark:
        return _marked_kind(one.mark, one.cause)
    if one.is_closed:
        return CLOSED
    is_past = one.day < local_day(at) if one.starts_at is None else one.starts_at <= at
    return UNMARKED if is_past else TO_COME


def _words(one: RegisterSession, kind: str) -> str:
    words = describe_mark(one.mark, one.minutes, one.cause).lower() if one.mark else KINDS[kind]
    return f"{format_short_date(one.day)}, {Attendance.Session(one.session).label.lower()}: {words}"


def _sentence(sessions: Sequence[RegisterSession], kinds: Sequence[str], number: Counter[str]) -> str:
    marked = [one.day for one in sessions if one.mark]
    parts = format_list([f"{number[kind]} {words}" for kind, words in MARKED_KINDS.items() if number[kind]])
    sentences = ["No session is marked."]
    if marked:
        period = f"{format_short_date(marked[0])} to {format_short_date(marked[-1])}"
        sentences = [f"{pluralise(len(marked), 'session')} marked, {period}: {parts}."]
    for kind in (UNMARKED, CLOSED):
        if number[kind]:
            are = "is" if number[kind] == 1 else "are"
            sentences.append(f"{pluralise(number[kind], 'session')} {are} {KINDS[kind]}.")
    if number[TO_COME]:
        last = format_short_date(sessions[-1].day)
        sentences.append(f"{pluralise(number[TO_COME], 'session')} to come, until {last}.")
    return " ".join(sentences)


def _first_and_today(
    placement: Placement, shown: Sequence[RegisterSession], at: datetime, *, now: int, is_start: bool
) -> Iterator[BlockDate]:
    if is_start and placement.started_on:
        yield 0, f"Started {_day(placement.started_on)}", "start"
    else:
        yield 0, f"From {_day(shown[0].day)}", "start"
    if not placement.is_over:
        yield min(now, len(shown) - 1), f"Today, {_day(local_day(at))}", "today"


def _review_dates(
    placement: Placement, reviews: Iterable[PlacementReview], shown: Sequence[RegisterSession], *, is_end: bool
) -> Iterator[BlockDate]:
    for review in reviews:
        day = review.held_on or review.due_on
        if day < shown[0].day or (day > shown[-1].day and not is_end):
            continue
        number = next((number for number, one in enumerate(shown) if one.day >= day), len(shown) - 1)
        if review.held_on:
            yield number, f"Review {_day(day)}", "review"
        elif review.status == ReviewStatus.PLANNED and not placement.is_over and day != placement.closes_on:
            yield number, f"Review due {_day(day)}", "due"


def _last_day(
    placement: Placement, reviews: Iterable[PlacementReview], shown: Sequence[RegisterSession], *, is_end: bool
) -> Iterator[BlockDate]:
    day = placement.ended_on or placement.closes_on
    if day is None:
        return
    is_reviewed = any(one.status == ReviewStatus.PLANNED and one.due_on == day for one in reviews)
    words = "Ended" if placement.ended_on else "Review and last day" if is_reviewed else "Last day"
    yield len(shown) - 1, f"{words if is_end else 'More until'} {_day(day)}", "end"


def _day(day: date) -> str:
    return f"{day.day} {day:%b}"


def _place_labels(dates: Sequence[BlockDate], blocks: int) -> dict[int, list[RibbonLabel]]:
    """Put each label on the first line where it does not overlap another label, and return the labels by
    block number.

    The widths of labels are estimates.
    """
    width = min(RIBBON_WIDTH / blocks, MAX_BLOCK_WIDTH)
    ends: list[float] = []  # the pixel at which the last label of each line ends
    labels: dict[int, list[RibbonLabel]] = {}
    for number, words, kind in dates:
        long = len(words) * CHARACTER_WIDTH + LABEL_GAP
        ends_here = kind == "end" or (number * width + long > blocks * width and number > 0)
        begin = max(0.0, (number + 1) * width - long) if ends_here else number * width
        line = next((line for line, end in enumerate(ends) if end <= begin), len(ends))
        ends[line : line + 1] = [begin + long]
        labels.setdefault(number, []).append(RibbonLabel(words, kind, line, ends_here))
    return labels
