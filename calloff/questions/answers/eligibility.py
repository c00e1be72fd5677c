"""What answers mean for the person who decides: what fails by itself, what a person judges, and what is scored."""

from typing import Literal, NamedTuple

from calloff.questions.answers.validation import find_answer_problems
from calloff.questions.answers.visibility import AnswersByKey, AskedQuestion, LotNumbers, asked_questions, format_lot
from calloff.questions.kinds import kind_of
from calloff.questions.schema import QuestionDefinition, QuestionOption, QuestionSet


class EligibilityFlag(NamedTuple):
    """An answer that fails by itself, or that a person must judge."""

    key: str
    option: str
    effect: Literal["mandatory", "discretionary"]
    sentence: str


class EligibilityVerdict(NamedTuple):
    """What an eligibility check comes to, and why. `sentences` name what fails, is to be judged, or is missing."""

    outcome: Literal["eligible", "not_eligible", "needs_a_person", "unfinished"]
    sentences: list[str]


def automatic_flags(whole: QuestionSet, answers: AnswersByKey, lots: LotNumbers) -> list[EligibilityFlag]:
    """Return what the answers themselves decide, or leave to a person. Hidden questions count for nothing."""
    return [
        EligibilityFlag(one.key, option.value, option.fails, _sentence(one, option, lots))
        for one in asked_questions(whole, answers, lots)
        for option in _chosen(one.question, answers.get(one.key))
        if option.fails
    ]


def eligibility_verdict(whole: QuestionSet, answers: AnswersByKey, lots: LotNumbers = ()) -> EligibilityVerdict:
    """Say what an eligibility check comes to. A failing answer decides even before the rest is answered."""
    flags = automatic_flags(whole, answers, lots)
    if failing := [flag.sentence for flag in flags if flag.effect == "mandatory"]:
        return EligibilityVerdict("not_eligible", failing)
    if unfinished := find_answer_problems(whole, answers, lots):
        return EligibilityVerdict("unfinished", [problem.sentence for problem in unfinished])
    return EligibilityVerdict("needs_a_person" if flags else "eligible", [flag.sentence for flag in flags])


def assessed_questions(whole: QuestionSet, lots: LotNumbers, answers: AnswersByKey) -> list[AskedQuestion]:
    """Return what an evaluator passes or fails, or scores: for each lot where it is asked so."""
    return [one for one in asked_questions(whole, answers, lots) if one.question.assessed]


def has_ranking_or_weighting(whole: QuestionSet) -> bool:
    """Say whether entry would be ranked, weighted or priced, which a DPS or dynamic market refuses."""
    return any(
        question.weight is not None or (kind_of(question).is_price and question.assessed == "score")
        for question in whole.questions()
    )


def format_option(question: QuestionDefinition, value: str) -> str:
    """Write an option as it was offered; what is none of the options any more, as it is."""
    return kind_of(question).option_labels(question).get(value) or value


def _chosen(question: QuestionDefinition, value: object) -> list[QuestionOption]:
    values = value if isinstance(value, list) else [value]
    return [option for option in question.options if option.value in values]


def _sentence(one: AskedQuestion, option: QuestionOption, lots: LotNumbers) -> str:
    about = f" for {format_lot(one.lot, lots)}" if one.lot is not None else ""
    answer = f"To “{one.question.text}” the answer{about} is “{option.label}”"
    return (
        f"{answer}. This answer fails."
        if option.fails == "mandatory"
        else f"{answer}. Someone must consider this answer."
    )
