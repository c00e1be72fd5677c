"""From what was typed to an answer: types only. What an answer may be beyond its type is in checking.py."""

import re
from collections.abc import Callable, Collection, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple, Never

from calloff.kernel.lifecycles import Problem, Refused
from calloff.kernel.registration_numbers import CLEAN_BY_REGISTRY
from calloff.questions.answers.error_messages import format_subject
from calloff.questions.schema import QuestionDefinition

VAT_TREATMENTS = {
    "exempt": "Exempt from VAT",
    "zero": "Zero rated",
    "standard": "Standard rated, plus VAT",
    "outside": "Outside the scope of VAT",
}
MAX_LINE_LENGTH, MAX_TEXT_LENGTH, MAX_REFERENCE_LENGTH = 500, 50_000, 50  # characters
EARLIEST_YEAR, LATEST_YEAR = 1900, 2100  # years beyond which a date is taken for a slip: see checking.py

_UNSEEN = re.compile("[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff]")  # characters that no database or page can keep
_WHOLE = re.compile(r"-?(?:[0-9]{1,15}|[0-9]{1,3}(?:,[0-9]{3}){1,4})")
_POUNDS = re.compile(r"-?£?(?:[0-9]{1,10}|[0-9]{1,3}(?:,[0-9]{3}){1,2})(?:\.[0-9]{1,2})?")
_ISO = re.compile(r"([0-9]{1,4})-([0-9]{1,2})-([0-9]{1,2})")


class PriceScheduleLine(NamedTuple):
    """A line of a market's price schedule. One that is not required may be left without a price."""

    key: str
    label: str
    unit: str
    lots: Collection[int] = ()  # a line of some lots only; empty: of all
    required: bool = False


def parse_answer(
    question: QuestionDefinition, raw: Any, *, key: str = "", schedule: Collection[PriceScheduleLine] = ()
) -> Any:
    """Return the answer that was meant, or None if nothing was typed.

    Takes what a form's boxes hold as well as an answer that is clean already. Raises Refused, and nothing else: each
    problem's `where` is the answer's key, or names one of its boxes: `key-count`, `key-on`, `key-LINE-amount`.
    """
    place = key or question.key
    if question.kind == "prices":
        return _prices(raw, place, question, schedule)
    return _CLEAN[question.kind](question, raw, place)


def price_lines_of(
    schedule: Collection[PriceScheduleLine], lot: int | None, lots: Collection[int] | None = None
) -> list[PriceScheduleLine]:
    """Return the lines a price question asks for: its own lot's, or those of the `lots` applied for.

    Without either, all lines: what may stand in an answer, whatever lots it was given for.
    """
    wanted = lots if lot is None else {lot}
    return [line for line in schedule if wanted is None or not line.lots or set(line.lots) & set(wanted)]


def lot_of_key(key: str) -> int | None:
    """Read the lot from an answer's key."""
    lot = key.partition("@")[2]
    return int(lot) if re.fullmatch("[0-9]{1,6}", lot) else None


def parse_pounds(typed: str) -> Decimal | None:
    """Read an amount in pounds: 45, £45.50, 1,250.50. Nothing else is one: 1,25 is neither 1.25 nor 125."""
    spaced = typed.replace(" ", "")
    return Decimal(re.sub("[£,]", "", spaced)) if _POUNDS.fullmatch(spaced) else None


def _line(question: QuestionDefinition, raw: Any, place: str) -> str | None:
    text = " ".join(_typed(question, raw, place).splitlines())
    if len(text) > MAX_LINE_LENGTH:
        _no(f"{format_subject(question)} must be {MAX_LINE_LENGTH} characters or fewer", place)
    if text and question.registry:
        return CLEAN_BY_REGISTRY[question.registry](text, field=place)
    return text or None


def _paragraphs(question: QuestionDefinition, raw: Any, place: str) -> str | None:
    text = _typed(question, raw, place)
    if len(text) > MAX_TEXT_LENGTH:
        _no(f"{format_subject(question)} must be {MAX_TEXT_LENGTH:,} characters or fewer", place)
    return text or None


def _yes_no(question: QuestionDefinition, raw: Any, place: str) -> str | None:
    if isinstance(raw, bool):
        return "yes" if raw else "no"
    typed = _typed(question, raw, place)
    if typed not in {"", "yes", "no"}:
        _no(f"{format_subject(question)} must be yes or no", place)
    return typed or None


def _choice(question: QuestionDefinition, raw: Any, place: str) -> str | None:
    typed = _typed(question, raw, place)
    if typed and typed not in {option.value for option in question.options}:
        _no(f"{format_subject(question)} must be one of the answers listed", place)
    return typed or None


def _choices(question: QuestionDefinition, raw: Any, place: str) -> list[str] | None:
    several = list(raw) if isinstance(raw, list | tuple) else [raw]
    chosen = {_choice(question, one, place) for one in several} - {None}
    return [option.value for option in question.options if option.value in chosen] or None


def _number(question: QuestionDefinition, raw: Any, place: str) -> int | None:
    return _whole(_typed(question, raw, place), format_subject(question), place)


def _money(question: QuestionDefinition, raw: Any, place: str) -> str | None:
    if not (typed := _typed(question, raw, place)):
        return None
    amount = parse_pounds(typed)
    if amount is None:
        _no(f"{format_subject(question)} must be an amount in pounds, like 45 or 1,250.50", place)
    return f"{amount:.2f}"


def _date(question: QuestionDefinition, raw: Any, place: str) -> str | None:
    return _day(question, raw, place, format_subject(question))


def _declaration(question: QuestionDefinition, raw: Any, place: str) -> dict[str, Any] | None:
    boxes = _boxes(question, raw, place)
    wrong: list[Problem] = []
    on = _gather(wrong, lambda: _day(question, boxes.get("on"), f"{place}-on", "The date"))
    typed = _gather(wrong, lambda: _typed(question, boxes.get("count"), f"{place}-count"))
    count = _gather(wrong, lambda: _whole(typed or "", question.counts or "The number", f"{place}-count"))
    text = _gather(wrong, lambda: _paragraphs(question, boxes.get("text"), f"{place}-text"))
    if not wrong and not typed and on is None and text is None:
        return None
    about = question.name or question.text
    if on is None and not any(problem.where == f"{place}-on" for problem in wrong):
        wrong.append(Problem(f"Enter the date: {about}", f"{place}-on"))
    if not typed and not any(problem.where == f"{place}-count" for problem in wrong):
        wrong.append(Problem(f"Enter the number: {about}", f"{place}-count"))
    if count is not None and count < 0:
        wrong.append(Problem(f"{question.counts or 'The number'} must be 0 or more", f"{place}-count"))
    if wrong:
        raise Refused.because(sorted(wrong, key=lambda problem: not problem.where.endswith("-on")))  # as they stand
    return {"on": on, "count": count} | ({"text": text} if text else {})


def _evidence(question: QuestionDefinition, raw: Any, place: str) -> str | dict[str, str] | None:
    """Read a document's reference or a promise: {"by": the day, "cover": pounds, if given}.

    Whether a promise is allowed, and how much cover is enough, is for the market to say.
    """
    if isinstance(raw, Mapping):
        return _promise(question, raw, place)
    reference = _typed(question, raw, place)
    if len(reference) > MAX_REFERENCE_LENGTH:
        _no(f"{format_subject(question)} must be a reference of a document, like EV-7K3QX", place)
    return reference or None


def _promise(question: QuestionDefinition, boxes: Mapping[Any, Any], place: str) -> dict[str, str]:
    wrong: list[Problem] = []
    by = _gather(wrong, lambda: _day(question, boxes.get("by"), f"{place}-by", "The date you will have it by"))
    if by is None and not wrong:
        wrong.append(Problem("Enter the date you will have it by", f"{place}-by"))
    typed = _gather(wrong, lambda: _typed(question, boxes.get("cover"), f"{place}-cover")) or ""
    amount = parse_pounds(typed)
    if typed and (amount is None or amount <= 0):
        wrong.append(Problem("The cover you promise must be an amount in pounds, like 5,000,000", f"{place}-cover"))
    if wrong:
        raise Refused.because(wrong)
    return {"by": by} | ({"cover": f"{amount:.2f}"} if typed else {})


def _prices(
    raw: Any, place: str, question: QuestionDefinition, schedule: Collection[PriceScheduleLine]
) -> dict[str, Any] | None:
    boxes = _boxes(question, raw, place)
    known = {line.key: line for line in price_lines_of(schedule, lot_of_key(place))}
    wrong: list[Problem] = []
    prices: dict[str, Any] = {}
    for key, cell in boxes.items():
        if key in known:
            if price := _gather(wrong, lambda key=key, cell=cell: _price(question, cell, place, known[key])):  # type: ignore[misc]
                prices[key] = price
        elif not are_boxes_blank(cell):
            wrong.append(Problem("The price schedule has no such line. Take the price out", place))
    if wrong:
        raise Refused.because(wrong)
    return {key: prices[key] for key in known if key in prices} or None


def _price(question: QuestionDefinition, cell: Any, place: str, line: PriceScheduleLine) -> dict[str, str] | None:
    boxes = _boxes(question, cell, f"{place}-{line.key}-amount")
    typed = _typed(question, boxes.get("amount"), f"{place}-{line.key}-amount")
    vat = _typed(question, boxes.get("vat"), f"{place}-{line.key}-vat")
    if not typed and not vat:
        return None
    amount = parse_pounds(typed)
    if not typed:
        _no(f"Enter the price: {line.label}", f"{place}-{line.key}-amount")
    if amount is None or amount < 0:
        _no(f"The price of {line.label} must be an amount in pounds, like 45 or 45.50", f"{place}-{line.key}-amount")
    if vat not in VAT_TREATMENTS:
        _no(f"Select how VAT applies: {line.label}", f"{place}-{line.key}-vat")
    return {"amount": f"{amount:.2f}", "vat": vat}


def _day(question: QuestionDefinition, raw: Any, place: str, name: str) -> str | None:
    if isinstance(raw, Mapping):
        parts = {part: _typed(question, raw.get(part), place) for part in ("day", "month", "year")}
        if not any(parts.values()):
            return None
        if absent := [part for part, typed in parts.items() if not typed]:
            _no(f"{name} must include a {' and '.join(absent)}", place)
        if re.fullmatch("[0-9]{1,3}", parts["year"]):
            _no(f"{name} must have a year of 4 numbers, like 2026", place)
        typed = f"{parts['year']}-{parts['month']}-{parts['day']}"
    elif not (typed := _typed(question, raw, place)):
        return None
    try:
        year, month, day = map(int, _ISO.fullmatch(typed).groups())  # type: ignore[union-attr]
        return date(year, month, day).isoformat()
    except (AttributeError, ValueError):
        _no(f"{name} must be a real date, like 27 11 2026", place)


def _whole(typed: str, name: str, place: str) -> int | None:
    if not typed:
        return None
    if not _WHOLE.fullmatch(typed):
        _no(f"{name} must be a whole number, like 12", place)
    return int(typed.replace(",", ""))


def _typed(question: QuestionDefinition, raw: Any, place: str) -> str:
    """Return what stands in one box. Numbers come as such from an answer that is clean already."""
    if raw is None:
        return ""
    if isinstance(raw, int) and not isinstance(raw, bool) and abs(raw) < 10**15:
        return str(raw)
    if not isinstance(raw, str):
        _no(f"{format_subject(question)} must be written as text", place)
    lines = raw.replace("\r\n", "\n").replace("\r", "\n").replace("\x0b", "\n").replace("\x0c", "\n")
    return _UNSEEN.sub("", lines).strip()


def _boxes(question: QuestionDefinition, raw: Any, place: str) -> Mapping[Any, Any]:
    if raw is None or raw == "":
        return {}
    if not isinstance(raw, Mapping):
        _no(f"{format_subject(question)} must be answered in its own boxes", place)
    return raw


def are_boxes_blank(cell: Any) -> bool:
    return not any(cell.values()) if isinstance(cell, Mapping) else not cell


def _gather(wrong: list[Problem], attempt: Callable[[], Any]) -> Any:
    """Go on to the next box where one is refused, so that every problem is named at once."""
    try:
        return attempt()
    except Refused as refusal:
        wrong += refusal.problems
        return None


def _no(sentence: str, place: str) -> Never:
    raise Refused(sentence, place)


_CLEAN: dict[str, Callable[[QuestionDefinition, Any, str], Any]] = {
    "text": _line,
    "long_text": _paragraphs,
    "yes_no": _yes_no,
    "choice": _choice,
    "choices": _choices,
    "number": _number,
    "money": _money,
    "date": _date,
    "declaration": _declaration,
    "evidence": _evidence,
}
