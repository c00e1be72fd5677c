"""What is wrong with answers, and how far a section has come."""

import re
from collections.abc import Collection, Iterator
from datetime import date
from decimal import Decimal
from typing import Any, Literal, NamedTuple

from calloff.kernel.lifecycles import Problem, Refused
from calloff.kernel.money import format_pounds
from calloff.questions.answers.error_messages import format_missing_answer, format_subject
from calloff.questions.answers.parsing import (
    EARLIEST_YEAR,
    LATEST_YEAR,
    PriceScheduleLine,
    parse_answer,
    price_lines_of,
)
from calloff.questions.answers.visibility import (
    AnswersByKey,
    AskedQuestion,
    LotNumbers,
    asked_questions,
    format_lot,
    is_empty,
    is_question_shown,
    possible_questions,
    section_waits,
)
from calloff.questions.schema import QuestionDefinition, QuestionSet, SectionDefinition

WORD_PATTERN = re.compile(r"[^\s\ufeff]+")  # as a browser counts them: to it, a mark of no width is a space

SectionState = Literal["Cannot start yet", "Not yet started", "In progress", "Completed"]


class SectionReading(NamedTuple):
    """What came of reading one page of a section."""

    answers: dict[str, Any]  # what was answered, by key; None: what was taken away. Lay it over the rest with `merged`
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
    question = one.question
    lines = price_lines_of(schedule, one.lot, lots) if question.kind == "prices" else []
    priced = isinstance(value, dict) and any(line.key in value for line in lines)
    if is_empty(value) or (lines and isinstance(value, dict) and not priced):
        if question.required and (lines or question.kind != "prices" or not schedule):
            yield format_missing_answer(question, format_lot(one.lot, lots))
        return
    try:
        answer = parse_answer(question, value, key=one.key, schedule=schedule)
    except Refused as refusal:
        yield from (problem.sentence for problem in refusal.problems)
        return
    name = " for ".join(filter(None, (format_subject(question), format_lot(one.lot, lots))))
    match question.kind:
        case "text" | "long_text":
            yield from _too_long(question, answer, name)
        case "number" | "money":
            yield from _out_of_bounds(question, Decimal(answer), name)
        case "declaration":
            yield from _out_of_bounds(question, Decimal(answer["count"]), question.counts or "The number")
            yield from _unlikely(date.fromisoformat(answer["on"]), "The date", latest=today)
        case "date":
            yield from _unlikely(date.fromisoformat(answer), name, latest=None)
        case "prices" if not later:
            required = (line for line in lines if line.required)
            yield from (f"Enter the price for {line.label}" for line in required if line.key not in answer)


def _too_long(question: QuestionDefinition, text: str, name: str) -> Iterator[str]:
    words = len(WORD_PATTERN.findall(text))
    if question.max_words is not None and words > question.max_words:
        over = words - question.max_words
        yield (
            f"{name} must be {question.max_words:,} words or fewer: "
            f"take out {over:,} {'word' if over == 1 else 'words'}"
        )


def _out_of_bounds(question: QuestionDefinition, amount: Decimal, name: str) -> Iterator[str]:
    low, high = (_exactly(bound) for bound in (question.minimum, question.maximum))
    if low is not None and amount < low:
        yield f"{name} must be {_written(question, low)} or more"
    if high is not None and amount > high:
        yield f"{name} must be {_written(question, high)} or less"


def _unlikely(on: date, name: str, *, latest: date | None) -> Iterator[str]:
    if not EARLIEST_YEAR <= on.year < LATEST_YEAR:
        yield f"{name} must be between {EARLIEST_YEAR} and {LATEST_YEAR - 1}"
    elif latest is not None and on > latest:
        yield f"{name} must be today or in the past"


def _exactly(bound: float | None) -> Decimal | None:
    return None if bound is None else Decimal(str(bound))


def _written(question: QuestionDefinition, bound: Decimal) -> str:
    return format_pounds(bound) if question.kind == "money" else f"{bound.normalize():,f}"
