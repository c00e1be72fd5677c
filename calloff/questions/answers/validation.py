"""What is wrong with answers, and how far a section has come."""

from collections.abc import Collection, Iterator
from datetime import date
from typing import Any, Literal, NamedTuple

from calloff.kernel.lifecycles import Problem, Refused
from calloff.questions.answers.parsing import parse_answer
from calloff.questions.answers.visibility import (
    AnswersByKey,
    AskedQuestion,
    LotNumbers,
    asked_questions,
    format_lot,
    is_question_shown,
    possible_questions,
    section_waits,
)
from calloff.questions.kinds import kind_of
from calloff.questions.kinds.price_schedule import price_lines_of
from calloff.questions.kinds.question import PriceScheduleLine, format_subject, is_empty
from calloff.questions.kinds.question_kind import AnswerRules
from calloff.questions.schema import QuestionDefinition, QuestionSet, SectionDefinition

SectionState = Literal["Cannot start yet", "Not yet started", "In progress", "Completed"]


class SectionReading(NamedTuple):
    """What came of reading one page of a section."""

    # what was answered, by key; None: what was taken away. Lay it over the rest with `with_changes`
    answers: dict[str, Any]
    problems: list[Problem]  # `where` names an answer or one of its boxes
    revealed: list[AskedQuestion]  # what these answers bring up that the page did not ask, and that is not answered yet


def find_answer_problems(
    part: QuestionSet | SectionDefinition,
    answers: AnswersByKey,
    lots: LotNumbers,
    *,
    section: str | None = None,
    schedule: Collection[PriceScheduleLine] = (),
    today: date | None = None,
) -> list[Problem]:
    """Name each thing that keeps answers from being complete: of everything, or of the section with a key.

    `where` is the answer's key. With `today` (in London) a declaration may not be dated in the future.
    """
    if section is not None and isinstance(part, QuestionSet):
        found = part.section(section)
        return find_answer_problems(found, answers, lots, schedule=schedule, today=today) if found else []
    return [
        Problem(sentence, one.key)
        for one in asked_questions(part, answers, lots)
        for sentence in _wrong_with(one, answers.get(one.key), lots, schedule, today)
    ]


def find_problems_of_one(question: QuestionDefinition, value: Any) -> list[Problem]:
    """Name what keeps the answer to a question from being complete, where it is asked outside a question set."""
    asked = AskedQuestion(question, question.key, None)
    return [Problem(sentence, question.key) for sentence in _wrong_with(asked, value, (), (), None)]


def read_section_page(
    section: SectionDefinition,
    raw: AnswersByKey,
    kept: AnswersByKey,
    lots: LotNumbers,
    *,
    schedule: Collection[PriceScheduleLine] = (),
    today: date | None = None,
    later: bool = False,
) -> SectionReading:
    """Read what was typed on a page of a section, by the rules of that section only.

    `raw` holds the boxes that were on the page, by key; `kept` is what had been saved, of every section. A question
    that the new answers hide is not checked, and what is kept for it stays. With `later`, the person means to come
    back, and what is missing is no problem yet.
    """
    taken: dict[str, Any] = {}
    wrong: list[Problem] = []
    revealed: list[AskedQuestion] = []
    known = section.known()
    for one in possible_questions(section, lots):
        now = {**kept, **taken}
        shown = is_question_shown(one, now, lots, known)
        if one.key not in raw:
            if shown and is_empty(kept.get(one.key)):
                revealed.append(one)
            continue
        try:
            value = parse_answer(one.question, raw[one.key], key=one.key, schedule=schedule)
        except Refused as refusal:
            wrong += refusal.problems if shown else ()
            continue
        if not shown:
            taken |= {} if value is None else {one.key: value}
            continue
        taken[one.key] = value
        if value is not None or not later:
            wrong += [
                Problem(sentence, one.key) for sentence in _wrong_with(one, value, lots, schedule, today, later=later)
            ]
    return SectionReading(taken, wrong, revealed)


def section_state(
    section: SectionDefinition,
    answers: AnswersByKey,
    lots: LotNumbers,
    *,
    schedule: Collection[PriceScheduleLine] = (),
    today: date | None = None,
) -> SectionState:
    """Say how far a section has come, in the words of a task list."""
    put = asked_questions(section, answers, lots)
    if not put:
        return "Cannot start yet" if section_waits(section, answers, lots) else "Completed"
    if all(is_empty(answers.get(one.key)) for one in put):
        return "Not yet started"
    return (
        "In progress" if find_answer_problems(section, answers, lots, schedule=schedule, today=today) else "Completed"
    )


def _wrong_with(
    one: AskedQuestion,
    value: Any,
    lots: LotNumbers,
    schedule: Collection[PriceScheduleLine],
    today: date | None,
    *,
    later: bool = False,
) -> Iterator[str]:
    question, kind = one.question, kind_of(one.question)
    rules = AnswerRules(schedule, price_lines_of(schedule, one.lot, lots), today, later)
    lot = format_lot(one.lot, lots)
    if kind.is_missing(value, rules):
        if question.required and kind.is_asked(rules):
            yield " for ".join(filter(None, (kind.missing(question), lot)))
        return
    try:
        answer = kind.parse(question, value, one.key, schedule)
    except Refused as refusal:
        yield from (problem.sentence for problem in refusal.problems)
        return
    yield from kind.validate(question, answer, " for ".join(filter(None, (format_subject(question), lot))), rules)
