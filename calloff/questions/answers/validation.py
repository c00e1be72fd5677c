"""Check answers, and work out how complete a section is."""

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
    """The result of reading one page of a section."""

    # The changed answers by key. None means that the answer was removed. Use `with_changes` to combine them with the
    # other answers.
    answers: dict[str, Any]
    problems: list[Problem]  # In each problem, `where` is the key of an answer or of one of its boxes.
    # questions that these answers reveal. They were not on the page and have no answer yet
    revealed: list[AskedQuestion]


def find_answer_problems(
    part: QuestionSet | SectionDefinition,
    answers: AnswersByKey,
    lots: LotNumbers,
    *,
    section: str | None = None,
    schedule: Collection[PriceScheduleLine] = (),
    today: date | None = None,
) -> list[Problem]:
    """Return everything that makes the answers incomplete, in a whole set or in one section.

    `section` is the key of the section. In each problem, `where` is the key of the answer. If `today` (in London) is
    given, the date of a declaration must not be later than that.
    """
    if section is not None and isinstance(part, QuestionSet):
        definition = part.section(section)
        return find_answer_problems(definition, answers, lots, schedule=schedule, today=today) if definition else []
    return [
        Problem(sentence, asked.key)
        for asked in asked_questions(part, answers, lots)
        for sentence in _find_problems(asked, answers.get(asked.key), lots, schedule, today)
    ]


def find_problems_of_one(question: QuestionDefinition, value: Any) -> list[Problem]:
    """Return the problems with the answer to a single question that is not part of a question set."""
    asked = AskedQuestion(question, question.key, None)
    return [Problem(sentence, question.key) for sentence in _find_problems(asked, value, (), (), None)]


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
    """Read what a person entered on a page of a section, using only the rules of the section.

    `raw` contains the page's boxes by key, and `kept` contains the stored answers from all sections. If the new
    answers hide a question, it is not checked, and its stored answer does not change. If `later` is true, the person
    intends to come back, so missing answers are not problems yet.
    """
    answers: dict[str, Any] = {}
    problems: list[Problem] = []
    revealed: list[AskedQuestion] = []
    questions = section.known()
    for asked in possible_questions(section, lots):
        current_answers = {**kept, **answers}
        shown = is_question_shown(asked, current_answers, lots, questions)
        if asked.key not in raw:
            if shown and is_empty(kept.get(asked.key)):
                revealed.append(asked)
            continue
        try:
            value = parse_answer(asked.question, raw[asked.key], key=asked.key, schedule=schedule)
        except Refused as refusal:
            problems += refusal.problems if shown else ()
            continue
        if not shown:
            answers |= {} if value is None else {asked.key: value}
            continue
        answers[asked.key] = value
        if value is not None or not later:
            problems += [
                Problem(sentence, asked.key)
                for sentence in _find_problems(asked, value, lots, schedule, today, later=later)
            ]
    return SectionReading(answers, problems, revealed)


def section_state(
    section: SectionDefinition,
    answers: AnswersByKey,
    lots: LotNumbers,
    *,
    schedule: Collection[PriceScheduleLine] = (),
    today: date | None = None,
) -> SectionState:
    """Return how complete a section is, in the words that the task list uses."""
    asked_list = asked_questions(section, answers, lots)
    if not asked_list:
        return "Cannot start yet" if section_waits(section, answers, lots) else "Completed"
    if all(is_empty(answers.get(asked.key)) for asked in asked_list):
        return "Not yet started"
    return (
        "In progress" if find_answer_problems(section, answers, lots, schedule=schedule, today=today) else "Completed"
    )


def _find_problems(
    asked: AskedQuestion,
    value: Any,
    lots: LotNumbers,
    schedule: Collection[PriceScheduleLine],
    today: date | None,
    *,
    later: bool = False,
) -> Iterator[str]:
    """Yield a sentence for each problem with one answer."""
    question, kind = asked.question, kind_of(asked.question)
    rules = AnswerRules(schedule, price_lines_of(schedule, asked.lot, lots), today, later)
    lot = format_lot(asked.lot, lots)
    if kind.is_missing(value, rules):
        if question.required and kind.is_asked(rules):
            yield " for ".join(filter(None, (kind.missing(question), lot)))
        return
    try:
        answer = kind.parse(question, value, asked.key, schedule)
    except Refused as refusal:
        yield from (problem.sentence for problem in refusal.problems)
        return
    yield from kind.validate(question, answer, " for ".join(filter(None, (format_subject(question), lot))), rules)
