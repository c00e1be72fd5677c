"""Answers as people read them: in summaries, comparisons and exports."""

import csv
import io
import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple

from calloff.questions.answers.visibility import (
    AnswersByKey,
    AskedQuestion,
    LotNumbers,
    asked_questions,
    format_lot,
    possible_questions,
)
from calloff.questions.kinds import kind_of
from calloff.questions.kinds.question import PriceScheduleLine, is_empty
from calloff.questions.kinds.question_kind import AnswerNames
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
    return "\n".join(kind_of(question).display(question, value, AnswerNames(schedule, evidence or {})))


def export_rows(
    whole: QuestionSet, answers: AnswersByKey, lots: LotNumbers, *, evidence: Mapping[str, str] | None = None
) -> list[tuple[str, ...]]:
    """Return flat rows, as HEADER names their columns: a row for each part of an answer, or one for none."""
    names = AnswerNames(documents=evidence or {})
    return [
        (section.title, one.question.text, format_lot(one.lot, lots), one.key, part, text)
        for section in whole.sections
        for one in asked_questions(section, answers, lots)
        for part, text in (
            [("", "")]
            if is_empty(answers.get(one.key))
            else kind_of(one.question).export(one.question, answers[one.key], names)
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
