"""Records of an application that is marked, and who marks it."""

from collections.abc import Callable
from typing import Any

from calloff.applications.models import Application, Part
from calloff.applications.states import PartStatus
from tools.screenshots.page_specs import Where
from tools.screenshots.sample_records import Rows


def a_part(status: PartStatus) -> Rows:
    return lambda: Part.objects.filter(status=status).select_related("application")


def part_place(status: PartStatus, *more: str) -> Where:
    def where() -> tuple[Any, ...] | None:
        found = a_part(status)().order_by("pk").first()
        return (found.authority.slug, found.application.reference, *more) if found else None

    return where


def answer_to_mark() -> tuple[Any, ...] | None:
    """Find an answer that somebody marks now: one that is scored, if there is one."""
    from calloff.applications.scoring import to_mark  # noqa: PLC0415

    found = a_part(PartStatus.MARKING)().order_by("pk").first()
    if found is None:
        return None
    asked = to_mark(found.application)
    key = next((key for key, one in asked.items() if one.question.assessed == "score"), next(iter(asked)))
    return found.authority.slug, found.application.reference, key


def differing() -> Application | None:
    """Find an application on which evaluators have differed, and nobody has agreed yet."""
    several = Application.objects.filter(status="assessing", parts__status=PartStatus.FINISHED)
    unfinished = Part.objects.filter(status__in=[PartStatus.ALLOCATED, PartStatus.MARKING]).values("application")
    return several.exclude(pk__in=unfinished).order_by("pk").first()


def to_moderate() -> tuple[Any, ...] | None:
    found = differing()
    return (found.authority.slug, found.reference) if found else None


def moderator() -> str | None:
    found = differing()
    part = found.parts.filter(status=PartStatus.FINISHED).order_by("pk").first() if found else None
    return part.person.email if part else None


def evaluator(status: PartStatus) -> Callable[[], str | None]:
    """Return who has a part that has come so far."""

    def who() -> str | None:
        found = a_part(status)().order_by("pk").first()
        return found.person.email if found else None

    return who
