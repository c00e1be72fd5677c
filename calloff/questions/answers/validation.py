"""What is wrong with answers, and how far a section has come."""

import re
from collections.abc import Collection, Iterator
from datetime import date
from decimal import Decimal
from typing import Any, Literal, NamedTuple

from calloff.kernel.lifecycles import Problem, Refused
from calloff.kernel.money import pounds
from calloff.questions.answers.error_messages import missing, subject
from calloff.questions.answers.parsing import EARLIEST, LATEST, Line, clean, lines_of
from calloff.questions.answers.visibility import (
    Answers,
    Asked,
    Lots,
    asked,
    blank,
    could_be_asked,
    is_shown,
    lot_name,
    waits,
)
from calloff.questions.schema import Question, QuestionSet, Section

WORD = re.compile(r"[^\s\ufeff]+")  # as a browser counts them: to it, a mark of no width is a space

State = Literal["Cannot start yet", "Not yet started", "In progress", "Completed"]


class Reading(NamedTuple):
    """What came of reading one page of a section."""

    answers: dict[str, Any]  # what was answered, by key; None: what was taken away. Lay it over the rest with `merged`
    problems: list[Problem]  # `where` names an answer or one of its boxes
    revealed: list[Asked]  # what these answers bring up that the page did not ask, and that is not answered yet


def problems(
    part: QuestionSet | Section,
    answers: Answers,
    lots: Lots,
    *,
    section: str | None = None,
    schedule: Collection[Line] = (),
    today: date | None = None,
) -> list[Problem]:
    """Name each thing that keeps answers from being complete: of everything, or of the section with a key.

    `where` is the answer's key. With `today` (in London) a declaration may not be dated in the future.
    """
    if section is not None and isinstance(part, QuestionSet):
        found = part.section(section)
        return problems(found, answers, lots, schedule=schedule, today=today) if found else []
    return [
        Problem(sentence, one.key)
        for one in asked(part, answers, lots)
        for sentence in _wrong_with(one, answers.get(one.key), lots, schedule, today)
    ]


def read(
    section: Section,
    raw: Answers,
    kept: Answers,
    lots: Lots,
    *,
    schedule: Collection[Line] = (),
    today: date | None = None,
    later: bool = False,
) -> Reading:
    """Read what was typed on a page of a section, by the rules of that section only.

    `raw` holds the boxes that were on the page, by key; `kept` is what had been saved, of every section. A question
    that the new answers hide is not checked, and what is kept for it stays. With `later`, the person means to come
    back, and what is missing is no problem yet.
    """
    taken: dict[str, Any] = {}
    wrong: list[Problem] = []
    revealed: list[Asked] = []
    known = section.known()
    for one in could_be_asked(section, lots):
        now = {**kept, **taken}
        shown = is_shown(one, now, lots, known)
        if one.key not in raw:
            if shown and blank(kept.get(one.key)):
                revealed.append(one)
            continue
        try:
            value = clean(one.question, raw[one.key], key=one.key, schedule=schedule)
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
    return Reading(taken, wrong, revealed)


def state(
    section: Section,
    answers: Answers,
    lots: Lots,
    *,
    schedule: Collection[Line] = (),
    today: date | None = None,
) -> State:
    """Say how far a section has come, in the words of a task list."""
    put = asked(section, answers, lots)
    if not put:
        return "Cannot start yet" if waits(section, answers, lots) else "Completed"
    if all(blank(answers.get(one.key)) for one in put):
        return "Not yet started"
    return "In progress" if problems(section, answers, lots, schedule=schedule, today=today) else "Completed"


def _wrong_with(
    one: Asked, value: Any, lots: Lots, schedule: Collection[Line], today: date | None, *, later: bool = False
) -> Iterator[str]:
    question = one.question
    lines = lines_of(schedule, one.lot, lots) if question.kind == "prices" else []
    priced = isinstance(value, dict) and any(line.key in value for line in lines)
    if blank(value) or (lines and isinstance(value, dict) and not priced):
        if question.required and (lines or question.kind != "prices" or not schedule):
            yield missing(question, lot_name(one.lot, lots))
        return
    try:
        answer = clean(question, value, key=one.key, schedule=schedule)
    except Refused as refusal:
        yield from (problem.sentence for problem in refusal.problems)
        return
    name = " for ".join(filter(None, (subject(question), lot_name(one.lot, lots))))
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


def _too_long(question: Question, text: str, name: str) -> Iterator[str]:
    words = len(WORD.findall(text))
    if question.max_words is not None and words > question.max_words:
        over = words - question.max_words
        yield (
            f"{name} must be {question.max_words:,} words or fewer: "
            f"take out {over:,} {'word' if over == 1 else 'words'}"
        )


def _out_of_bounds(question: Question, amount: Decimal, name: str) -> Iterator[str]:
    low, high = (_exactly(bound) for bound in (question.minimum, question.maximum))
    if low is not None and amount < low:
        yield f"{name} must be {_written(question, low)} or more"
    if high is not None and amount > high:
        yield f"{name} must be {_written(question, high)} or less"


def _unlikely(on: date, name: str, *, latest: date | None) -> Iterator[str]:
    if not EARLIEST <= on.year < LATEST:
        yield f"{name} must be between {EARLIEST} and {LATEST - 1}"
    elif latest is not None and on > latest:
        yield f"{name} must be today or in the past"


def _exactly(bound: float | None) -> Decimal | None:
    return None if bound is None else Decimal(str(bound))


def _written(question: Question, bound: Decimal) -> str:
    return pounds(bound) if question.kind == "money" else f"{bound.normalize():,f}"
