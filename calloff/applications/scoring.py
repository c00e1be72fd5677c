"""Marking: which answers need a mark, where evaluators differ, and which conditions for admission are not met."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from calloff.applications.models import Application, EvaluatorAssignment, Mark
from calloff.applications.states import AssignmentStatus
from calloff.kernel.lifecycles import Problem
from calloff.questions import answers as engine
from calloff.questions.answers import AskedQuestion

MAX_SCORE = 5  # Councils commonly score method statements from 0 to 5. The pack sets the pass mark.


AnswerResults = dict[str, tuple[Any, tuple[str, ...]]]  # by the key of the answer: its result, and the reasons given


class UnmetCondition(NamedTuple):
    """A condition for admission to one lot that is not met, or to all lots if `lot` is None."""

    lot: int | None
    key: str
    sentence: str
    reasons: tuple[str, ...]


def answers_to_mark(application: Application) -> dict[str, AskedQuestion]:
    """Return the answers in the submitted version that need a mark, by question key, in the order of the questions.

    These are the answers that the pack says must be assessed, and the answers that give a discretionary ground for
    exclusion, which a person must judge.
    """
    version = application.version
    if version is None:
        return {}
    definition = application.market.questions.definition
    discretionary_keys = {flag["key"] for flag in version.flags if flag["effect"] == "discretionary"}
    questions = engine.asked_questions(definition, version.answers, version.lots)
    return {asked.key: asked for asked in questions if asked.question.assessed or asked.key in discretionary_keys}


def find_mark_problems(asked: AskedQuestion, *, passed: bool | None, score: int | None) -> list[Problem]:
    """Return any problem with a mark.

    Some questions need a pass or fail, and others need a score from 0 to 5.
    """
    if asked.question.assessed != "score":
        return [] if passed is not None and score is None else [Problem("Select whether this answer passes", "passed")]
    if passed is None and score is not None and 0 <= score <= MAX_SCORE:
        return []
    return [Problem(f"Select a score from 0 to {MAX_SCORE}", "score")]  # noqa: S608 (no SQL)


def answers_that_differ(application: Application, parts: Iterable[EvaluatorAssignment]) -> dict[str, AskedQuestion]:
    """Return the answers that the evaluators have marked differently, by question key."""
    values: dict[str, set[Any]] = {}
    for mark in Mark.objects.filter(part__in=list(parts)):
        values.setdefault(mark.key, set()).add(mark.value)
    return {key: asked for key, asked in answers_to_mark(application).items() if len(values.get(key, ())) > 1}


def answer_results(application: Application) -> AnswerResults:
    """Return the result of each answer by question key, with the reasons given.

    An agreed mark replaces the marks that differed.
    """
    results: AnswerResults = {}
    for mark in Mark.objects.filter(part__application=application, part__status=AssignmentStatus.FINISHED).order_by(
        "pk"
    ):
        reasons = results.get(mark.key, (None, ()))[1]
        results[mark.key] = (mark.value, (*reasons, mark.reason))
    for agreed in application.agreed_marks.all():
        results[agreed.key] = (agreed.value, (agreed.reason,))
    return results


def find_unmet_conditions(application: Application, came_to: AnswerResults | None = None) -> list[UnmetCondition]:
    """Return the conditions for admission that are not met.

    These are mandatory grounds for exclusion, failed checks, and scores that are too low. If you have already called
    `answer_results`, pass its result as `came_to`.
    """
    version = application.version
    if version is None:
        return []
    unmet = [
        UnmetCondition(_lot_of(flag["key"]), flag["key"], flag["sentence"], (flag["sentence"],))
        for flag in version.flags
        if flag["effect"] == "mandatory"
    ]
    came_to = answer_results(application) if came_to is None else came_to
    for key, asked in answers_to_mark(application).items():
        value, reasons = came_to.get(key, (None, ()))
        if value is False:
            unmet.append(UnmetCondition(asked.lot, key, f"Not passed: {asked.question.text}", reasons))
        elif asked.question.pass_mark is not None and value is not None and value < asked.question.pass_mark:
            words = f"Score {value}, below the pass mark of {asked.question.pass_mark}: {asked.question.text}"
            unmet.append(UnmetCondition(asked.lot, key, words, reasons))
    return unmet


def answers_without_marks(application: Application, came_to: AnswerResults | None = None) -> list[AskedQuestion]:
    """Return the answers that still need a mark.

    If you have already called `answer_results`, pass its result as `came_to`.
    """
    came_to = answer_results(application) if came_to is None else came_to
    return [asked for key, asked in answers_to_mark(application).items() if key not in came_to]


def _lot_of(key: str) -> int | None:
    _, _, lot = key.partition("@")
    return int(lot) if lot else None
