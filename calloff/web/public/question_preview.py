"""Preview of a market's questions: what to answer, the conditions for each, and how it is marked."""

from collections.abc import Mapping
from typing import NamedTuple

from calloff.kernel.formatting import format_list
from calloff.markets.packs.schema import MarketPack
from calloff.questions.kinds import kind_of
from calloff.questions.schema import QuestionDefinition, QuestionSet, ShowCondition

FAIL_EFFECT_WORDS = {"mandatory": "it means you cannot apply", "discretionary": "the council considers it"}
MARKING_WORDS = {"": "", "pass_fail": "Pass or fail, with the evaluator’s reason", "score": "Scored from 0 to 5"}
LOT_NOUN_PLURALS = {"category": "categories", "lot": "lots"}


class QuestionPreview(NamedTuple):
    """One question as a provider reads it in advance."""

    number: str  # for example “2.4”: the fourth question of the second section
    question: QuestionDefinition
    answer: str
    options: list[str]
    conditions: list[str]  # when the question appears, and for which providers
    marked: str


class SectionPreview(NamedTuple):
    number: int
    title: str
    intro: str
    questions: list[QuestionPreview]


def preview_sections(asked: QuestionSet, pack: MarketPack) -> list[SectionPreview]:
    """Describe every question of a market, numbered in the order in which it is asked."""
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
                    numbers[one.key], one, kind_of(one).preview(one, titles), _options(one),
                    _conditions(one, numbers, known, pack), _marked(one),
                )
                for one in section.questions
            ],
        )
        for place, section in enumerate(asked.sections, 1)
    ]  # fmt: skip


def _options(one: QuestionDefinition) -> list[str]:
    """List the choices of a question. For a yes or no, list only an answer that has a consequence."""
    return [
        f"{option.label} ({FAIL_EFFECT_WORDS[option.fails]})" if option.fails else option.label
        for option in one.options
        if one.kind != "yes_no" or option.fails
    ]


def _conditions(
    one: QuestionDefinition, numbers: Mapping[str, str], known: Mapping[str, QuestionDefinition], pack: MarketPack
) -> list[str]:
    said = []
    if one.when:
        said.append(_when(one.when, numbers, known))
    lots, word = [str(number) for number in one.lots], pack.lot_word
    named = f"{LOT_NOUN_PLURALS[word] if len(lots) > 1 else word} {format_list(lots, 'or')}"
    if one.per_lot:
        said.append(f"Asked once for each {word} that you apply for" + (f", of {named}" if lots else ""))
    elif lots:
        said.append(f"Asked only if you apply for {named}")
    if not one.required:
        said.append("Optional")
    return said


def _when(condition: ShowCondition, numbers: Mapping[str, str], known: Mapping[str, QuestionDefinition]) -> str:
    asked = known[condition.question]
    labels = kind_of(asked).option_labels(asked)
    answers = format_list([f"“{labels[value]}”" for value in condition.is_any_of], "or")
    return f"Asked only if you answer {answers} to question {numbers[condition.question]}"


def _marked(one: QuestionDefinition) -> str:
    enough = f": {one.pass_mark} is enough" if one.pass_mark is not None else ""
    return MARKING_WORDS[one.assessed] + enough
