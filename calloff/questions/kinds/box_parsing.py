"""From what was typed in one box to a value. What an answer may be beyond its type, its kind says in `validate`."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Never

from calloff.kernel.formatting import format_date
from calloff.kernel.lifecycles import Problem, Refused
from calloff.kernel.money import format_pounds
from calloff.questions.kinds.question import Question, format_subject

EARLIEST_YEAR, LATEST_YEAR = 1900, 2100  # years beyond which a date is taken for a slip

_UNSEEN = re.compile("[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff]")  # characters that no database or page can keep
_WHOLE = re.compile(r"-?(?:[0-9]{1,15}|[0-9]{1,3}(?:,[0-9]{3}){1,4})")
_POUNDS = re.compile(r"-?£?(?:[0-9]{1,10}|[0-9]{1,3}(?:,[0-9]{3}){1,2}|[0-9](?:,[0-9]{3}){3})(?:\.[0-9]{1,2})?")
_ISO = re.compile(r"([0-9]{1,4})-([0-9]{1,2})-([0-9]{1,2})")


def parse_pounds(typed: str) -> Decimal | None:
    """Read an amount in pounds: 45, £45.50, 1,250.50. Nothing else is one: 1,25 is neither 1.25 nor 125."""
    spaced = typed.replace(" ", "")
    return Decimal(re.sub("[£,]", "", spaced)) if _POUNDS.fullmatch(spaced) else None


def parse_day(question: Question, raw: Any, place: str, name: str) -> str | None:
    """Read a day, from three boxes or as a date, and return it as ISO. `name` begins a sentence about it."""
    if isinstance(raw, Mapping):
        parts = {part: parse_text(question, raw.get(part), place) for part in ("day", "month", "year")}
        if not any(parts.values()):
            return None
        if absent := [part for part, typed in parts.items() if not typed]:
            refuse(f"{name} must include a {' and '.join(absent)}", place)
        if re.fullmatch("[0-9]{1,3}", parts["year"]):
            refuse(f"{name} must have a year of 4 numbers, like 2026", place)
        typed = f"{parts['year']}-{parts['month']}-{parts['day']}"
    elif isinstance(raw, date):
        return raw.isoformat()
    elif not (typed := parse_text(question, raw, place)):
        return None
    try:
        year, month, day = map(int, _ISO.fullmatch(typed).groups())  # type: ignore[union-attr]
        return date(year, month, day).isoformat()
    except (AttributeError, ValueError):
        refuse(f"{name} must be a real date, like 27 11 2026", place)


def parse_whole_number(typed: str, name: str, place: str) -> int | None:
    """Read a whole number. `name` begins a sentence about it."""
    if not typed:
        return None
    if not _WHOLE.fullmatch(typed):
        refuse(f"{name} must be a whole number, like 12", place)
    return int(typed.replace(",", ""))


def parse_text(question: Question, raw: Any, place: str) -> str:
    """Return what was typed in one box. Numbers come as such from an answer that is clean already."""
    if raw is None:
        return ""
    if isinstance(raw, int) and not isinstance(raw, bool) and abs(raw) < 10**15:
        return str(raw)
    if not isinstance(raw, str):
        refuse(f"{format_subject(question)} must be written as text", place)
    lines = raw.replace("\r\n", "\n").replace("\r", "\n").replace("\x0b", "\n").replace("\x0c", "\n")
    return _UNSEEN.sub("", lines).strip()


def parse_boxes(question: Question, raw: Any, place: str) -> Mapping[Any, Any]:
    """Return the boxes of an answer that has several."""
    if raw is None or raw == "":
        return {}
    if not isinstance(raw, Mapping):
        refuse(f"{format_subject(question)} must be answered in its own boxes", place)
    return raw


def collect(wrong: list[Problem], attempt: Callable[[], Any]) -> Any:
    """Go on to the next box where one is refused, so that every problem is named at once."""
    try:
        return attempt()
    except Refused as refusal:
        wrong += refusal.problems
        return None


def refuse(sentence: str, place: str) -> Never:
    raise Refused(sentence, place)


def check_bounds(question: Question, amount: Decimal, name: str, write: Callable[[Decimal], str]) -> Iterator[str]:
    """Say where an amount is beyond the question's minimum or maximum, which `write` writes."""
    low, high = (_exactly(bound) for bound in (question.minimum, question.maximum))
    if low is not None and amount < low:
        yield f"{name} must be {write(low)} or more"
    if high is not None and amount > high:
        yield f"{name} must be {write(high)} or less"


def check_year(on: date, name: str, *, latest: date | None) -> Iterator[str]:
    """Say where a date is in another century, which is a slip, or after the latest day."""
    if not EARLIEST_YEAR <= on.year < LATEST_YEAR:
        yield f"{name} must be between {EARLIEST_YEAR} and {LATEST_YEAR - 1}"
    elif latest is not None and on > latest:
        yield f"{name} must be today or in the past"


def write_number(amount: Decimal) -> str:
    return f"{amount.normalize():,f}"


def write_pounds(text: str) -> str:
    """Write an amount that was kept as text; what is none, as it is."""
    amount = parse_pounds(text)
    return text if amount is None else format_pounds(amount)


def write_day(text: str) -> str:
    """Write a day that was kept as ISO; what is none, as it is."""
    try:
        return format_date(date.fromisoformat(text))
    except ValueError:
        return text


def _exactly(bound: float | None) -> Decimal | None:
    return None if bound is None else Decimal(str(bound))
