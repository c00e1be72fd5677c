"""Answers as people read them, in summaries, comparisons and exports."""

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
EXPORT_HEADER = ("Section", "Question", "For", "Key", "Part", "Answer")

_FORMULA = re.compile(r"^[\s\x00]*[=+\-@|%]|^[\t\r\n]")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


class AnswerRow(NamedTuple):
    """A question and its answer, as plain text.

    Templates must escape the text and keep its line breaks.
    """

    question: str
    lot: str  # the name of the category, or empty
    text: str
    key: str
    answered: bool


class SectionSummary(NamedTuple):
    title: str
    rows: list[AnswerRow]
    key: str


class ChangedAnswer(NamedTuple):
    """An answer that is different in two versions."""

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
    """Return each question that is asked, with its answer, for a summary list or a printed copy.

    `evidence` contains the names of documents by reference. Sections without questions are left out.
    """
    summaries = [
        SectionSummary(
            section.title,
            [
                AnswerRow(
                    asked.question.text,
                    format_lot(asked.lot, lots),
                    format_answer(asked.question, answers.get(asked.key), schedule=schedule, evidence=evidence),
                    asked.key,
                    not is_empty(answers.get(asked.key)),
                )
                for asked in asked_questions(section, answers, lots)
            ],
            section.key,
        )
        for section in whole.sections
    ]
    return [section for section in summaries if section.rows]


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
    """Return the answers that are different in two versions, in the order of the questions.

    These include answers to questions that only one of the versions asks.
    """
    keys_before = {asked.key for asked in asked_questions(whole, before, lots_before)}
    keys_after = {asked.key for asked in asked_questions(whole, after, lots_after)}
    names = {lot: format_lot(lot, lots_before) for lot in lots_before} | {
        lot: format_lot(lot, lots_after) for lot in lots_after
    }

    def describe(asked: AskedQuestion, answers: AnswersByKey, asked_keys: set[str]) -> tuple[bool, str]:
        if asked.key not in asked_keys:
            return False, NOT_ASKED
        value = answers.get(asked.key)
        return not is_empty(value), format_answer(asked.question, value, schedule=schedule, evidence=evidence)

    rows = []
    for asked in possible_questions(whole, names):
        (was_answered, old), (is_answered, new) = (
            describe(asked, before, keys_before),
            describe(asked, after, keys_after),
        )
        if (was_answered or is_answered) and old != new:
            rows.append(ChangedAnswer(asked.question.text, format_lot(asked.lot, names), old, new, asked.key))
    return rows


def format_answer(
    question: QuestionDefinition,
    value: Any,
    *,
    schedule: Collection[PriceScheduleLine] = (),
    evidence: Mapping[str, str] | None = None,
) -> str:
    """Return an answer as people read it, for example £1,250.50, 27 November 2026 or Yes.

    If there are several values, each of them is on its own line.
    """
    if is_empty(value):
        return NOT_ANSWERED
    return "\n".join(kind_of(question).display(question, value, AnswerNames(schedule, evidence or {})))


def export_rows(
    whole: QuestionSet, answers: AnswersByKey, lots: LotNumbers, *, evidence: Mapping[str, str] | None = None
) -> list[tuple[str, ...]]:
    """Return the answers as flat rows with the columns of EXPORT_HEADER.

    There is a row for each part of an answer, and one row for a question without an answer.
    """
    names = AnswerNames(documents=evidence or {})
    return [
        (section.title, asked.question.text, format_lot(asked.lot, lots), asked.key, part, text)
        for section in whole.sections
        for asked in asked_questions(section, answers, lots)
        for part, text in (
            [("", "")]
            if is_empty(answers.get(asked.key))
            else kind_of(asked.question).export(asked.question, answers[asked.key], names)
        )
    ]


def write_csv(rows: Iterable[Iterable[str]]) -> str:
    """Return rows as CSV. No cell is a formula, whatever people typed."""
    sheet = io.StringIO()
    csv.writer(sheet).writerows([neutralise_formula(cell) for cell in row] for row in (EXPORT_HEADER, *rows))
    return sheet.getvalue()


def neutralise_formula(cell: str) -> str:
    """Return a cell, with a quotation mark in front if a spreadsheet would treat it as a formula.

    Numbers do not change.
    """
    return f"'{cell}" if _FORMULA.search(cell) and not _NUMBER.fullmatch(cell) else cell
