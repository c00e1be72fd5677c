"""Eligibility questions a market asks before an application starts, and whether the answers allow one.

A market that asks no eligibility question of the chosen categories lets an application start at once.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from calloff.applications.models import Application, EligibilityCheck
from calloff.applications.states import EligibilityOutcome
from calloff.kernel.lifecycles import Problem, Refused
from calloff.markets.models import Market
from calloff.questions import answers as engine
from calloff.questions.answers.eligibility import format_option
from calloff.questions.schema import QuestionSet

ANSWER_ELIGIBILITY_REFUSAL = "Answer the eligibility questions before you apply"
ANSWER_NEW_CATEGORIES_REFUSAL = "Answer the eligibility questions for these categories before you submit"
ELIGIBILITY_FIELD = "eligibility"  # of a problem that the eligibility page mends


class EligibilityAnswers(NamedTuple):
    """Answers that allow an application, as stored with it."""

    answers: dict[str, Any]
    outcome: EligibilityOutcome


def asks_eligibility(market: Market, lots: Mapping[int, str]) -> bool:
    """Return whether a market has eligibility questions for the chosen lots."""
    return market.eligibility is not None and bool(engine.possible_questions(market.eligibility.definition, lots))


def require_eligible(
    market: Market, lots: Mapping[int, str], given: Mapping[str, Any] | None
) -> EligibilityAnswers | None:
    """Return the eligibility answers, or nothing if the market has no questions.

    `lots` are names by number. Raises Refused: each problem's `where` is the question's key, or WHERE if none was
    answered.
    """
    if not asks_eligibility(market, lots) or market.eligibility is None:
        return None
    if not given:
        raise Refused(ANSWER_ELIGIBILITY_REFUSAL, ELIGIBILITY_FIELD)
    definition = market.eligibility.definition
    answers, wrong = _read(definition, given, lots)
    if wrong:
        raise Refused.because(wrong)
    flags = engine.automatic_flags(definition, answers, lots)
    if failing := [_ruled_out(definition, flag) for flag in flags if flag.effect == "mandatory"]:
        raise Refused.because(failing)
    if unfinished := engine.find_answer_problems(definition, answers, lots):
        raise Refused.because(unfinished)
    return EligibilityAnswers(answers, EligibilityOutcome.NEEDS_A_PERSON if flags else EligibilityOutcome.ELIGIBLE)


def problems_before_submitting(application: Application, lots: Mapping[int, str]) -> list[Problem]:
    """List the eligibility questions an application has not answered because it started before they were asked.

    Whatever it started with since, or chose its lots with, has passed: an open market's questions do not change.
    """
    if application.eligibility_id is None and asks_eligibility(application.market, lots):
        return [Problem(ANSWER_NEW_CATEGORIES_REFUSAL, ELIGIBILITY_FIELD)]
    return []


def summarise_eligibility(check: EligibilityCheck | None, lots: Mapping[int, str]) -> list[engine.SectionSummary]:
    """Return the eligibility questions as asked, each with its answer, for a summary or a printed copy."""
    return engine.summarise_answers(check.edition.definition, check.answers, lots) if check else []


def eligibility_concerns(check: EligibilityCheck | None, lots: Mapping[int, str]) -> list[str]:
    """Return the answers that a person must consider, in sentences."""
    if check is None:
        return []
    flags = engine.automatic_flags(check.edition.definition, check.answers, lots)
    return [flag.sentence for flag in flags if flag.effect == "discretionary"]


def _ruled_out(definition: QuestionSet, flag: engine.EligibilityFlag) -> Problem:
    question = definition.known()[flag.key.partition("@")[0]]
    answer = format_option(question, flag.option)
    return Problem(f"You cannot apply because you answered “{answer}” to “{question.text}”", flag.key)


def _read(
    whole: QuestionSet, given: Mapping[str, Any], lots: Mapping[int, str]
) -> tuple[dict[str, Any], list[Problem]]:
    """Return the answers to the questions that apply, and the problems with them."""
    taken: dict[str, Any] = {}
    wrong: list[Problem] = []
    for section in whole.sections:
        reading = engine.read_section_page(section, given, taken, lots, later=True)
        wrong += reading.problems
        taken = engine.with_changes(taken, reading.answers)
    asked = {one.key for one in engine.asked_questions(whole, taken, lots)}
    return {key: value for key, value in taken.items() if key in asked}, wrong
