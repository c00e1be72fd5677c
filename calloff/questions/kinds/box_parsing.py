"""Convert what a person entered in one box into a value.

The `validate` method of each kind checks more than the type.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Never

from calloff.kernel.formatting import format_date
from calloff.kernel.lifecycles import Problem, Refused
from calloff.kernel.money import format_pounds
from calloff.questions.kinds.question import Question, format_subject

EARLIEST_YEAR, LATEST_YEAR = 1900, 2100  # A year outside this range is treated as a typing error.

_UNSEEN = re.compile("[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff]")  # characters that cannot be stored or shown
_WHOLE = re.compile(r"-?(?:[0-9]{1,15}|[0-9]{1,3}(?:,[0-9]{3}){1,4})")
_POUNDS = re.compile(r"-?£?(?:[0-9]{1,10}|[0-9]{1,3}(?:,[0-9]{3}){1,2}|[0-9](?:,[0-9]{3}){3})(?:\.[0-9]{1,2})?")
_ISO = re.compile(r"([0-9]{1,4})-([0-9]{1,2})-([0-9]{1,2})")


def parse_pounds(typed: str) -> Decimal | None:
    """Parse an amount in pounds, for example 45, £45.50 or 1,250.50. Returns None for anything else, such as 1,25."""
    spaced = typed.replace(" ", "")
    return Decimal(re.sub("[£,]", "", spaced)) if _POUNDS.fullmatch(spaced) else None


def parse_day(question: Question, raw: Any, place: str, name: str) -> str | None:
    """Parse a date, from three boxes or from text, and return it in ISO format, or None if it is empty.

    `name` is the subject of the error. Raises Refused.
    """
    if isinstance(raw, Mapping):
        parts = {part: parse_text(question, raw.get(part), place) for part in ("day", "month", "year")}
        if not any(parts.values()):
            return None
        if missing_parts := [part for part, typed in parts.items() if not typed]:
            refuse(f"{name} must include a {' and '.join(missing_parts)}", place)
        if re.fullmatch("[0-9]{1,3}", parts["year"]):
            refuse(f"{name} must have a 4-digit year, like 2026", place)
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
    """Parse a whole number, or return None if it is empty.

    `name` is the subject of the error. Raises Refused.
    """
    if not typed:
        return None
    if not _WHOLE.fullmatch(typed):
        refuse(f"{name} must be a whole number, like 12", place)
    return int(typed.replace(",", ""))


def parse_text(question: Question, raw: Any, place: str) -> str:
    """Return the text in one box. An answer that has already been parsed might be a number. Raises Refused."""
    if raw is None:
        return ""
    if isinstance(raw, int) and not isinstance(raw, bool) and abs(raw) < 10**15:
        return str(raw)
    if not isinstance(raw, str):
        refuse(f"{format_subject(question)} must be text", place)
    text = raw.replace("\r\n", "\n").replace("\r", "\n").replace("\x0b", "\n").replace("\x0c", "\n")
    return _UNSEEN.sub("", text).strip()


def parse_boxes(question: Question, raw: Any, place: str) -> Mapping[Any, Any]:
    """Return the boxes of an answer that has several boxes. Raises Refused."""
    if raw is None or raw == "":
        return {}
    if not isinstance(raw, Mapping):
        refuse(f"{format_subject(question)} must be answered in its own boxes", place)
    return raw


def collect(problems: list[Problem], attempt: Callable[[], Any]) -> Any:
    """Return the result of a function. If it raises Refused, add the problems to `problems` and return None.

    The caller then continues with the next box, so that it can list all problems together.
    """
    try:
        return attempt()
    except Refused as refusal:
        problems += refusal.problems
        return None


def refuse(sentence: str, place: str) -> Never:
    """Raise Refused with one sentence. `place` is the key of the answer or of one of its boxes."""
    raise Refused(sentence, place)


def check_bounds(question: Question, amount: Decimal, name: str, write: Callable[[Decimal], str]) -> Iterator[str]:
    """Yield a sentence if an amount is outside the question's minimum or maximum.

    `write` formats the minimum and maximum.
    """
    minimum, maximum = (_exactly(bound) for bound in (question.minimum, question.maximum))
    if minimum is not None and amount < minimum:
        yield f"{name} must be {write(minimum)} or more"
    if maximum is not None and amount > maximum:
        yield f"{name} must be {write(maximum)} or less"


def check_year(on: date, name: str, *, latest: date | None) -> Iterator[str]:
    """Yield a sentence if a date is after the latest day, or in a year that must be a typing error."""
    if not EARLIEST_YEAR <= on.year < LATEST_YEAR:
        yield f"{name} must be between {EARLIEST_YEAR} and {LATEST_YEAR - 1}"
    elif latest is not None and on > latest:
        yield f"{name} must be today or in the past"


def write_number(amount: Decimal) -> str:
    return f"{amount.normalize():,f}"


def write_pounds(text: str) -> str:
    """Return a stored amount as people read it, or the text itself if it is not an amount."""
    amount = parse_pounds(text)
    return text if amount is None else format_pounds(amount)


def write_day(text: str) -> str:
    """Return a stored ISO date as people read it, or the text itself if it is not a date."""
    try:
        return format_date(date.fromisoformat(text))
    except ValueError:
        return text


def _exactly(bound: float | None) -> Decimal | None:
    return None if bound is None else Decimal(str(bound))
