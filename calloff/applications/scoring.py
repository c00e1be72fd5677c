"""Marks: which answers are to be marked, where evaluators differ, and what the marks come to for each lot."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from calloff.applications.models import Application, EvaluatorAssignment, Mark
from calloff.applications.states import AssignmentStatus
from calloff.kernel.lifecycles import Problem
from calloff.questions import answers as engine
from calloff.questions.answers import AskedQuestion

MAX_SCORE = 5  # method statements are scored from 0 to 5, as councils commonly do: the pass mark is the pack's


AnswerResults = dict[str, tuple[Any, tuple[str, ...]]]  # by key: what an answer came to, and the reasons


class UnmetCondition(NamedTuple):
    """A condition of admission that is not met in a lot (or in all, where `lot` is None), and whose reasons say so."""

    lot: int | None
    key: str
    sentence: str
    reasons: tuple[str, ...]


def answers_to_mark(application: Application) -> dict[str, AskedQuestion]:
    """Return the answers of the standing version that are to be marked, by key, in the order of the questions.

    Those are what the pack has assessed, and the answers that only a person can weigh (a discretionary ground).
    """
    version = application.version
    if version is None:
        return {}
    definition = application.market.questions.definition
    weighed = {flag["key"] for flag in version.flags if flag["effect"] == "discretionary"}
    asked = engine.asked_questions(definition, version.answers, version.lots)
    return {one.key: one for one in asked if one.question.assessed or one.key in weighed}


def find_mark_problems(asked: AskedQuestion, *, passed: bool | None, score: int | None) -> list[Problem]:
    if asked.question.assessed != "score":
        return [] if passed is not None and score is None else [Problem("Select whether it passes", "passed")]
    if passed is None and score is not None and 0 <= score <= MAX_SCORE:
        return []
    return [Problem(f"Select a score from 0 to {MAX_SCORE}", "score")]  # noqa: S608 (no SQL)


def answers_that_differ(application: Application, parts: Iterable[EvaluatorAssignment]) -> dict[str, AskedQuestion]:
    """Return the answers that the evaluators marked differently, by key."""
    values: dict[str, set[Any]] = {}
    for mark in Mark.objects.filter(part__in=list(parts)):
        values.setdefault(mark.key, set()).add(mark.value)
    return {key: asked for key, asked in answers_to_mark(application).items() if len(values.get(key, ())) > 1}


def answer_results(application: Application) -> AnswerResults:
    """Return what each answer came to, agreed where evaluators differed, with the reasons."""
    found: AnswerResults = {}
    for mark in Mark.objects.filter(part__application=application, part__status=AssignmentStatus.FINISHED).order_by(
        "pk"
    ):
        reasons = found.get(mark.key, (None, ()))[1]
        found[mark.key] = (mark.value, (*reasons, mark.reason))
    for agreed in application.agreed_marks.all():
        found[agreed.key] = (agreed.value, (agreed.reason,))
    return found


def find_unmet_conditions(application: Application, came_to: AnswerResults | None = None) -> list[UnmetCondition]:
    """Find the conditions of admission that are not met: mandatory answers that fail, failed checks, scores too low.

    `came_to` is for a caller that has the results already.
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
    """Return the answers whose marks are missing. `came_to` is for a caller that has the results already."""
    came_to = answer_results(application) if came_to is None else came_to
    return [asked for key, asked in answers_to_mark(application).items() if key not in came_to]


def _lot_of(key: str) -> int | None:
    _, _, lot = key.partition("@")
    return int(lot) if lot else None
