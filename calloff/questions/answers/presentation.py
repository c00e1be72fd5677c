"""Answers as people read them: in summaries, comparisons and exports."""

import csv
import io
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple

from calloff.kernel.formatting import format_date
from calloff.kernel.money import format_pounds
from calloff.questions.answers.eligibility import format_option
from calloff.questions.answers.parsing import VAT_TREATMENTS, PriceScheduleLine, parse_pounds
from calloff.questions.answers.visibility import (
    AnswersByKey,
    AskedQuestion,
    LotNumbers,
    asked_questions,
    format_lot,
    is_empty,
    possible_questions,
)
from calloff.questions.schema import QuestionDefinition, QuestionSet

NOT_ANSWERED, NOT_ASKED = "Not answered", "Not asked"
EXPORT_HEADER = ("Section", "Question", "For", "Key", "Part", "Answer")  # of an export

_FORMULA = re.compile(r"^[\s\x00]*[=+\-@|%]|^[\t\r\n]")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


class AnswerRow(NamedTuple):
    """One question and its answer, as plain text: lines are to be kept, and everything is to be escaped."""

    question: str
    lot: str  # its name, or nothing
    text: str
    key: str
    answered: bool


class SectionSummary(NamedTuple):
    title: str
    rows: list[AnswerRow]
    key: str


class ChangedAnswer(NamedTuple):
    """An answer that is not what it was."""

    question: str
    lot: str
    before: str
    after: str
    key: str


def summarise_answers(
    whole: QuestionSet,
    answers: AnswersByKey,
    lots: LotNumbers,
    *,
    schedule: Collection[PriceScheduleLine] = (),
    evidence: Mapping[str, str] | None = None,
) -> list[SectionSummary]:
    """Return everything that is asked, with its answer, for a summary list or a printed copy.

    `evidence` names documents by reference. A section that asks nothing is left out.
    """
    told = [
        SectionSummary(
            section.title,
            [
                AnswerRow(
                    one.question.text,
                    format_lot(one.lot, lots),
                    format_answer(one.question, answers.get(one.key), schedule=schedule, evidence=evidence),
                    one.key,
                    not is_empty(answers.get(one.key)),
                )
                for one in asked_questions(section, answers, lots)
            ],
            section.key,
        )
        for section in whole.sections
    ]
    return [section for section in told if section.rows]


def compare_answers(
    whole: QuestionSet,
    before: AnswersByKey,
    after: AnswersByKey,
    lots_before: LotNumbers,
    lots_after: LotNumbers,
    *,
    schedule: Collection[PriceScheduleLine] = (),
    evidence: Mapping[str, str] | None = None,
) -> list[ChangedAnswer]:
    """Return what differs between two versions, in the order of the questions: what was no longer asked, too."""
    were = {one.key for one in asked_questions(whole, before, lots_before)}
    are = {one.key for one in asked_questions(whole, after, lots_after)}
    names = {lot: format_lot(lot, lots_before) for lot in lots_before} | {
        lot: format_lot(lot, lots_after) for lot in lots_after
    }

    def told(one: AskedQuestion, answers: AnswersByKey, put: set[str]) -> tuple[bool, str]:
        if one.key not in put:
            return False, NOT_ASKED
        value = answers.get(one.key)
        return not is_empty(value), format_answer(one.question, value, schedule=schedule, evidence=evidence)

    rows = []
    for one in possible_questions(whole, names):
        (was_answered, old), (is_answered, new) = told(one, before, were), told(one, after, are)
        if (was_answered or is_answered) and old != new:
            rows.append(ChangedAnswer(one.question.text, format_lot(one.lot, names), old, new, one.key))
    return rows


def format_answer(
    question: QuestionDefinition,
    value: Any,
    *,
    schedule: Collection[PriceScheduleLine] = (),
    evidence: Mapping[str, str] | None = None,
) -> str:
    """Write an answer as people read it: £1,250.50; 27 November 2026; Yes. Of several things, each has its own line."""
    if is_empty(value):
        return NOT_ANSWERED
    return "\n".join(_lines(question, value, schedule, evidence or {}))


def export_rows(
    whole: QuestionSet, answers: AnswersByKey, lots: LotNumbers, *, evidence: Mapping[str, str] | None = None
) -> list[tuple[str, ...]]:
    """Return flat rows, as HEADER names their columns: a row for each part of an answer, or one for none."""
    return [
        (section.title, one.question.text, format_lot(one.lot, lots), one.key, part, text)
        for section in whole.sections
        for one in asked_questions(section, answers, lots)
        for part, text in (
            [("", "")] if is_empty(answers.get(one.key)) else _flat(one.question, answers[one.key], evidence or {})
        )
    ]


def write_csv(rows: Iterable[Iterable[str]]) -> str:
    """Write rows as CSV in which no cell is a formula, whatever was typed into it."""
    sheet = io.StringIO()
    csv.writer(sheet).writerows([neutralise_formula(cell) for cell in row] for row in (EXPORT_HEADER, *rows))
    return sheet.getvalue()


def neutralise_formula(cell: str) -> str:
    """Mark as text what a spreadsheet would take for a formula. Plain numbers are left alone."""
    return f"'{cell}" if _FORMULA.search(cell) and not _NUMBER.fullmatch(cell) else cell


def _lines(
    question: QuestionDefinition, value: Any, schedule: Collection[PriceScheduleLine], evidence: Mapping[str, str]
) -> Iterator[str]:
    """Write an answer in lines. What is not of its kind's shape is written as it is: nothing is left out."""
    match question.kind, value:
        case "money", str():
            yield _pounds(value)
        case "date", str():
            yield _day(value)
        case "number", int():
            yield f"{value:,}"
        case (("yes_no" | "choice" | "choices"), (str() | list())):
            yield from (format_option(question, str(one)) for one in (value if isinstance(value, list) else [value]))
        case "evidence", str():
            yield f"{evidence[value]} ({value})" if value in evidence else value
        case "evidence", dict():
            cover = f"cover of {_pounds(str(value['cover']))} for any one claim, " if value.get("cover") else ""
            yield f"Promised: {cover}by {_day(str(value.get('by', '')))}"
        case "declaration", dict():
            names = {"on": "Date: ", "count": f"{question.counts or 'Number'}: ", "text": ""}
            for part, one in value.items():
                yield names.get(part, f"{part}: ") + (_day(str(one)) if part == "on" else str(one))
        case "prices", dict():
            yield from (_priced(str(key), price, schedule) for key, price in value.items())
        case _:
            yield str(value)


def _flat(question: QuestionDefinition, value: Any, evidence: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Write an answer as parts for a spreadsheet: amounts, numbers and dates plain, so that it can reckon with them."""
    match question.kind, value:
        case (("declaration" | "evidence"), dict()):
            yield from ((str(part), str(one)) for part, one in value.items())
        case "prices", dict():
            for key, price in value.items():
                cells = price if isinstance(price, dict) else {"": price}
                yield from ((f"{key} {part}".strip(), str(one)) for part, one in cells.items())
        case (("money" | "number" | "date"), _):
            yield "", str(value)
        case _:
            yield "", "\n".join(_lines(question, value, (), evidence))


def _priced(key: str, price: Any, schedule: Collection[PriceScheduleLine]) -> str:
    line = next((line for line in schedule if line.key == key), None)
    name = f"{line.label}, {line.unit}" if line else key
    if not isinstance(price, dict):
        return f"{name}: {price}"
    vat = str(price.get("vat", ""))
    return f"{name}: {_pounds(str(price.get('amount', '')))} ({VAT_TREATMENTS.get(vat, vat)})"


def _pounds(text: str) -> str:
    amount = parse_pounds(text)
    return text if amount is None else format_pounds(amount)


def _day(text: str) -> str:
    try:
        return format_date(date.fromisoformat(text))
    except ValueError:
        return text
