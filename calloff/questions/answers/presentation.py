"""Answers as people read them: in summaries, comparisons and exports."""

import csv
import io
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple

from calloff.kernel.formatting import day
from calloff.kernel.money import pounds
from calloff.questions.answers.eligibility import option_label
from calloff.questions.answers.parsing import VAT, Line, plain_pounds
from calloff.questions.answers.visibility import Answers, Asked, Lots, asked, blank, could_be_asked, lot_name
from calloff.questions.schema import Question, QuestionSet

NOT_ANSWERED, NOT_ASKED = "Not answered", "Not asked"
HEADER = ("Section", "Question", "For", "Key", "Part", "Answer")  # of an export

_FORMULA = re.compile(r"^[\s\x00]*[=+\-@|%]|^[\t\r\n]")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


class Row(NamedTuple):
    """One question and its answer, as plain text: lines are to be kept, and everything is to be escaped."""

    question: str
    lot: str  # its name, or nothing
    text: str
    key: str
    answered: bool


class SectionSummary(NamedTuple):
    title: str
    rows: list[Row]
    key: str


class Changed(NamedTuple):
    """An answer that is not what it was."""

    question: str
    lot: str
    before: str
    after: str
    key: str


def summary(
    whole: QuestionSet,
    answers: Answers,
    lots: Lots,
    *,
    schedule: Collection[Line] = (),
    evidence: Mapping[str, str] | None = None,
) -> list[SectionSummary]:
    """Return everything that is asked, with its answer, for a summary list or a printed copy.

    `evidence` names documents by reference. A section that asks nothing is left out.
    """
    told = [
        SectionSummary(
            section.title,
            [
                Row(
                    one.question.text,
                    lot_name(one.lot, lots),
                    display(one.question, answers.get(one.key), schedule=schedule, evidence=evidence),
                    one.key,
                    not blank(answers.get(one.key)),
                )
                for one in asked(section, answers, lots)
            ],
            section.key,
        )
        for section in whole.sections
    ]
    return [section for section in told if section.rows]


def compare(
    whole: QuestionSet,
    before: Answers,
    after: Answers,
    lots_before: Lots,
    lots_after: Lots,
    *,
    schedule: Collection[Line] = (),
    evidence: Mapping[str, str] | None = None,
) -> list[Changed]:
    """Return what differs between two versions, in the order of the questions: what was no longer asked, too."""
    were = {one.key for one in asked(whole, before, lots_before)}
    are = {one.key for one in asked(whole, after, lots_after)}
    names = {lot: lot_name(lot, lots_before) for lot in lots_before} | {
        lot: lot_name(lot, lots_after) for lot in lots_after
    }

    def told(one: Asked, answers: Answers, put: set[str]) -> tuple[bool, str]:
        if one.key not in put:
            return False, NOT_ASKED
        value = answers.get(one.key)
        return not blank(value), display(one.question, value, schedule=schedule, evidence=evidence)

    rows = []
    for one in could_be_asked(whole, names):
        (was_answered, old), (is_answered, new) = told(one, before, were), told(one, after, are)
        if (was_answered or is_answered) and old != new:
            rows.append(Changed(one.question.text, lot_name(one.lot, names), old, new, one.key))
    return rows


def display(
    question: Question,
    value: Any,
    *,
    schedule: Collection[Line] = (),
    evidence: Mapping[str, str] | None = None,
) -> str:
    """Write an answer as people read it: £1,250.50; 27 November 2026; Yes. Of several things, each has its own line."""
    if blank(value):
        return NOT_ANSWERED
    return "\n".join(_lines(question, value, schedule, evidence or {}))


def export(
    whole: QuestionSet, answers: Answers, lots: Lots, *, evidence: Mapping[str, str] | None = None
) -> list[tuple[str, ...]]:
    """Return flat rows, as HEADER names their columns: a row for each part of an answer, or one for none."""
    return [
        (section.title, one.question.text, lot_name(one.lot, lots), one.key, part, text)
        for section in whole.sections
        for one in asked(section, answers, lots)
        for part, text in (
            [("", "")] if blank(answers.get(one.key)) else _flat(one.question, answers[one.key], evidence or {})
        )
    ]


def as_csv(rows: Iterable[Iterable[str]]) -> str:
    """Write rows as CSV in which no cell is a formula, whatever was typed into it."""
    sheet = io.StringIO()
    csv.writer(sheet).writerows([neutral(cell) for cell in row] for row in (HEADER, *rows))
    return sheet.getvalue()


def neutral(cell: str) -> str:
    """Mark as text what a spreadsheet would take for a formula. Plain numbers are left alone."""
    return f"'{cell}" if _FORMULA.search(cell) and not _NUMBER.fullmatch(cell) else cell


def _lines(question: Question, value: Any, schedule: Collection[Line], evidence: Mapping[str, str]) -> Iterator[str]:
    """Write an answer in lines. What is not of its kind's shape is written as it is: nothing is left out."""
    match question.kind, value:
        case "money", str():
            yield _pounds(value)
        case "date", str():
            yield _day(value)
        case "number", int():
            yield f"{value:,}"
        case (("yes_no" | "choice" | "choices"), (str() | list())):
            yield from (option_label(question, str(one)) for one in (value if isinstance(value, list) else [value]))
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


def _flat(question: Question, value: Any, evidence: Mapping[str, str]) -> Iterator[tuple[str, str]]:
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


def _priced(key: str, price: Any, schedule: Collection[Line]) -> str:
    line = next((line for line in schedule if line.key == key), None)
    name = f"{line.label}, {line.unit}" if line else key
    if not isinstance(price, dict):
        return f"{name}: {price}"
    vat = str(price.get("vat", ""))
    return f"{name}: {_pounds(str(price.get('amount', '')))} ({VAT.get(vat, vat)})"


def _pounds(text: str) -> str:
    amount = plain_pounds(text)
    return text if amount is None else pounds(amount)


def _day(text: str) -> str:
    try:
        return day(date.fromisoformat(text))
    except ValueError:
        return text
