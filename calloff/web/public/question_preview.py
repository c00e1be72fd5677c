"""A preview of a market's questions: the guidance, the conditions of each question, and how it is marked."""

from collections.abc import Mapping
from typing import NamedTuple

from calloff.kernel.formatting import format_list
from calloff.markets.packs.schema import MarketPack
from calloff.questions.kinds import kind_of
from calloff.questions.schema import QuestionDefinition, QuestionSet, ShowCondition

FAIL_EFFECT_WORDS = {
    "mandatory": "this answer means you cannot apply",
    "discretionary": "the council will consider this answer",
}
MARKING_WORDS = {"": "", "pass_fail": "Pass or fail, with the evaluator’s reason", "score": "Scored from 0 to 5"}
LOT_NOUN_PLURALS = {"category": "categories", "lot": "lots"}


class QuestionPreview(NamedTuple):
    """One question, as a provider sees it before applying."""

    number: str  # for example “2.4”, the fourth question in the second section
    question: QuestionDefinition
    answer: str
    options: list[str]
    conditions: list[str]  # when the question is asked, and which providers must answer it
    marked: str


class SectionPreview(NamedTuple):
    number: int
    title: str
    intro: str
    questions: list[QuestionPreview]


def preview_sections(asked: QuestionSet, pack: MarketPack) -> list[SectionPreview]:
    """Describe every question in a market, numbered in the order in which they are asked."""
    numbers = {
        question.key: f"{place}.{position}"
        for place, section in enumerate(asked.sections, 1)
        for position, question in enumerate(section.questions, 1)
    }
    known = asked.known()
    titles = {kind.key: kind.title for kind in pack.evidence}
    return [
        SectionPreview(
            place,
            section.title,
            section.intro,
            [
                QuestionPreview(
                    numbers[question.key], question, kind_of(question).preview(question, titles), _options(question),
                    _conditions(question, numbers, known, pack), _marked(question),
                )
                for question in section.questions
            ],
        )
        for place, section in enumerate(asked.sections, 1)
    ]  # fmt: skip


def _options(question: QuestionDefinition) -> list[str]:
    """List a question's choices. For a yes or no question, list only the answers that have a consequence."""
    return [
        f"{option.label} ({FAIL_EFFECT_WORDS[option.fails]})" if option.fails else option.label
        for option in question.options
        if question.kind != "yes_no" or option.fails
    ]


def _conditions(
    question: QuestionDefinition, numbers: Mapping[str, str], known: Mapping[str, QuestionDefinition], pack: MarketPack
) -> list[str]:
    conditions = []
    if question.when:
        conditions.append(_when(question.when, numbers, known))
    lots, word = [str(number) for number in question.lots], pack.lot_word
    named = f"{LOT_NOUN_PLURALS[word] if len(lots) > 1 else word} {format_list(lots, 'or')}"
    if question.per_lot:
        conditions.append(f"Asked once for each {word} that you apply for" + (f", of {named}" if lots else ""))
    elif lots:
        conditions.append(f"Asked only if you apply for {named}")
    if not question.required:
        conditions.append("Optional")
    return conditions


def _when(condition: ShowCondition, numbers: Mapping[str, str], known: Mapping[str, QuestionDefinition]) -> str:
    asked = known[condition.question]
    labels = kind_of(asked).option_labels(asked)
    answers = format_list([f"“{labels[value]}”" for value in condition.is_any_of], "or")
    return f"Asked only if you answer {answers} to question {numbers[condition.question]}"


def _marked(question: QuestionDefinition) -> str:
    enough = f" (pass mark {question.pass_mark})" if question.pass_mark is not None else ""
    return MARKING_WORDS[question.assessed] + enough
