"""Queries for published versions of question sets."""

from django.db.models import QuerySet

from calloff.questions.models import QuestionSetVersion


def editions_of(key: str) -> QuerySet[QuestionSetVersion]:
    """Return the versions of a question set, newest first."""
    return QuestionSetVersion.objects.filter(key=key).order_by("-version")


def latest_edition(key: str) -> QuestionSetVersion | None:
    """Return the newest version of a question set, or None."""
    return editions_of(key).first()


def find_edition(key: str, version: int) -> QuestionSetVersion | None:
    return QuestionSetVersion.objects.filter(key=key, version=version).first()
