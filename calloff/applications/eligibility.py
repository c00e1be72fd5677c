"""Eligibility questions, which a provider answers before it starts an application.

The answers decide whether the provider can apply. If a market has no eligibility questions about the chosen lots, the
application can start straight away.
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
ELIGIBILITY_FIELD = "eligibility"  # the `where` of problems that must be corrected on the eligibility page


class EligibilityAnswers(NamedTuple):
    """Eligibility answers with which the provider can apply, as stored with the application."""

    answers: dict[str, Any]
    outcome: EligibilityOutcome


def asks_eligibility(market: Market, lots: Mapping[int, str]) -> bool:
    """Return whether a market has eligibility questions about the chosen lots."""
    return market.eligibility is not None and bool(engine.possible_questions(market.eligibility.definition, lots))


def require_eligible(
    market: Market, lots: Mapping[int, str], typed: Mapping[str, Any] | None
) -> EligibilityAnswers | None:
    """Return the eligibility answers to store, or None if there are no questions about the lots.

    `lots` contains the names of the lots by number. Raises Refused for missing answers, and for answers with which the
    provider cannot apply. In each problem, `where` is the question's key, or ELIGIBILITY_FIELD if nothing was
    answered.
    """
    if not asks_eligibility(market, lots) or market.eligibility is None:
        return None
    if not typed:
        raise Refused(ANSWER_ELIGIBILITY_REFUSAL, ELIGIBILITY_FIELD)
    definition = market.eligibility.definition
    answers, problems = _read(definition, typed, lots)
    if problems:
        raise Refused.because(problems)
    flags = engine.automatic_flags(definition, answers, lots)
    if failing := [_ruled_out(definition, flag) for flag in flags if flag.effect == "mandatory"]:
        raise Refused.because(failing)
    if unfinished := engine.find_answer_problems(definition, answers, lots):
        raise Refused.because(unfinished)
    return EligibilityAnswers(answers, EligibilityOutcome.NEEDS_A_PERSON if flags else EligibilityOutcome.ELIGIBLE)


def problems_before_submitting(application: Application, lots: Mapping[int, str]) -> list[Problem]:
    """Return a problem if an application has no answers to the eligibility questions of the market.

    This happens if the application was started before the questions were added. Stored answers do not need another
    check, because an open market's questions do not change.
    """
    if application.eligibility_id is None and asks_eligibility(application.market, lots):
        return [Problem(ANSWER_NEW_CATEGORIES_REFUSAL, ELIGIBILITY_FIELD)]
    return []


def summarise_eligibility(check: EligibilityCheck | None, lots: Mapping[int, str]) -> list[engine.SectionSummary]:
    """Return the eligibility questions with their answers, for a summary page or a printed copy."""
    return engine.summarise_answers(check.edition.definition, check.answers, lots) if check else []


def eligibility_concerns(check: EligibilityCheck | None, lots: Mapping[int, str]) -> list[str]:
    """Return a sentence about each answer with which the provider can apply, but which a person must consider."""
    if check is None:
        return []
    flags = engine.automatic_flags(check.edition.definition, check.answers, lots)
    return [flag.sentence for flag in flags if flag.effect == "discretionary"]


def _ruled_out(definition: QuestionSet, flag: engine.EligibilityFlag) -> Problem:
    question = definition.known()[flag.key.partition("@")[0]]
    answer = format_option(question, flag.option)
    return Problem(f"You cannot apply because you answered “{answer}” to “{question.text}”", flag.key)


def _read(
    whole: QuestionSet, typed: Mapping[str, Any], lots: Mapping[int, str]
) -> tuple[dict[str, Any], list[Problem]]:
    """Return the answers to the questions that apply, and the problems with these answers."""
    answers: dict[str, Any] = {}
    problems: list[Problem] = []
    for section in whole.sections:
        page = engine.read_section_page(section, typed, answers, lots, later=True)
        problems += page.problems
        answers = engine.with_changes(answers, page.answers)
    asked_keys = {asked.key for asked in engine.asked_questions(whole, answers, lots)}
    return {key: value for key, value in answers.items() if key in asked_keys}, problems
