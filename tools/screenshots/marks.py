"""Find records of an application that is being scored, and the people who score it."""

from collections.abc import Callable
from typing import Any

from calloff.applications.models import Application, EvaluatorAssignment
from calloff.applications.states import AssignmentStatus
from tools.addresses import FindArguments
from tools.screenshots.sample_records import FindRows


def a_part(status: AssignmentStatus) -> FindRows:
    return lambda: EvaluatorAssignment.objects.filter(status=status).select_related("application")


def part_place(status: AssignmentStatus, *more: str) -> FindArguments:
    def where() -> tuple[Any, ...] | None:
        found = a_part(status)().order_by("pk").first()
        return (found.authority.slug, found.application.reference, *more) if found else None

    return where


def answer_to_mark() -> tuple[Any, ...] | None:
    """Return an answer that someone is now marking: if possible, one that needs a score rather than a pass or fail."""
    from calloff.applications.scoring import answers_to_mark  # noqa: PLC0415

    found = a_part(AssignmentStatus.MARKING)().order_by("pk").first()
    if found is None:
        return None
    asked = answers_to_mark(found.application)
    key = next((key for key, one in asked.items() if one.question.assessed == "score"), next(iter(asked)))
    return found.authority.slug, found.application.reference, key


def differing() -> Application | None:
    """Return an application that has different scores which the evaluators have not agreed yet."""
    several = Application.objects.filter(status="assessing", parts__status=AssignmentStatus.FINISHED)
    unfinished = EvaluatorAssignment.objects.filter(
        status__in=[AssignmentStatus.ALLOCATED, AssignmentStatus.MARKING]
    ).values("application")
    return several.exclude(pk__in=unfinished).order_by("pk").first()


def to_moderate() -> tuple[Any, ...] | None:
    found = differing()
    return (found.authority.slug, found.reference) if found else None


def moderator() -> str | None:
    found = differing()
    part = found.parts.filter(status=AssignmentStatus.FINISHED).order_by("pk").first() if found else None
    return part.person.email if part else None


def evaluator(status: AssignmentStatus) -> Callable[[], str | None]:
    """Return a function that returns the evaluator of an assignment with this status."""

    def who() -> str | None:
        found = a_part(status)().order_by("pk").first()
        return found.person.email if found else None

    return who
