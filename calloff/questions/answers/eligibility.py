"""What answers mean for a decision: which of them fail automatically, which a person must judge, and which are
scored.
"""

from typing import Literal, NamedTuple

from calloff.questions.answers.validation import find_answer_problems
from calloff.questions.answers.visibility import AnswersByKey, AskedQuestion, LotNumbers, asked_questions, format_lot
from calloff.questions.kinds import kind_of
from calloff.questions.schema import QuestionDefinition, QuestionOption, QuestionSet


class EligibilityFlag(NamedTuple):
    """An answer that fails automatically, or that a person must judge."""

    key: str
    option: str
    effect: Literal["mandatory", "discretionary"]
    sentence: str


class EligibilityVerdict(NamedTuple):
    """The result of an eligibility check.

    `sentences` describe what fails, what a person must judge and what is missing.
    """

    outcome: Literal["eligible", "not_eligible", "needs_a_person", "unfinished"]
    sentences: list[str]


def automatic_flags(whole: QuestionSet, answers: AnswersByKey, lots: LotNumbers) -> list[EligibilityFlag]:
    """Return a flag for each answer that fails automatically or that a person must judge.

    Answers to questions that are hidden do not count.
    """
    return [
        EligibilityFlag(asked.key, option.value, option.fails, _sentence(asked, option, lots))
        for asked in asked_questions(whole, answers, lots)
        for option in _selected_options(asked.question, answers.get(asked.key))
        if option.fails
    ]


def eligibility_verdict(whole: QuestionSet, answers: AnswersByKey, lots: LotNumbers = ()) -> EligibilityVerdict:
    """Return the result of an eligibility check.

    If one answer fails, the result is a failure, even if other answers are missing.
    """
    flags = automatic_flags(whole, answers, lots)
    if failing := [flag.sentence for flag in flags if flag.effect == "mandatory"]:
        return EligibilityVerdict("not_eligible", failing)
    if unfinished := find_answer_problems(whole, answers, lots):
        return EligibilityVerdict("unfinished", [problem.sentence for problem in unfinished])
    return EligibilityVerdict("needs_a_person" if flags else "eligible", [flag.sentence for flag in flags])


def assessed_questions(whole: QuestionSet, lots: LotNumbers, answers: AnswersByKey) -> list[AskedQuestion]:
    """Return the questions to which an evaluator gives a pass, a fail or a score.

    A question that each category repeats is returned once for each category.
    """
    return [asked for asked in asked_questions(whole, answers, lots) if asked.question.assessed]


def has_ranking_or_weighting(whole: QuestionSet) -> bool:
    """Return whether admission would depend on ranking, weights or price.

    A DPS or dynamic market must not use these.
    """
    return any(
        question.weight is not None or (kind_of(question).is_price and question.assessed == "score")
        for question in whole.questions()
    )


def format_option(question: QuestionDefinition, value: str) -> str:
    """Return an option's label, or the value itself if it is no longer an option."""
    return kind_of(question).option_labels(question).get(value) or value


def _selected_options(question: QuestionDefinition, value: object) -> list[QuestionOption]:
    values = value if isinstance(value, list) else [value]
    return [option for option in question.options if option.value in values]


def _sentence(asked: AskedQuestion, option: QuestionOption, lots: LotNumbers) -> str:
    for_lot = f" for {format_lot(asked.lot, lots)}" if asked.lot is not None else ""
    answer = f"The answer to “{asked.question.text}”{for_lot} is “{option.label}”"
    return (
        f"{answer}. This answer does not meet the requirement."
        if option.fails == "mandatory"
        else f"{answer}. The council must consider this answer."
    )
