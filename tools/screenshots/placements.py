"""Find records in the demonstration: placements, registers, changes, reviews and daily notes."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from calloff.kernel import clock
from calloff.placements.models import (
    Attendance,
    DayNote,
    FollowUp,
    InterimPlace,
    Placement,
    PlacementChange,
    PlacementReview,
)
from calloff.referrals.models import EducationBasis
from tools.screenshots.sample_records import buyer


def placement(*statuses: str, **more: Any) -> Callable[[], "QuerySet[Any]"]:
    return lambda: Placement.objects.filter(status__in=statuses, **more)


def ready() -> "QuerySet[Any]":
    """Find placements whose checks are all complete, but for which no agreement has been prepared yet."""
    return Placement.objects.filter(status="checks").exclude(checks__made_at=None)


def waiting() -> "QuerySet[Any]":
    """Find placements for which a check is missing."""
    return Placement.objects.filter(status="checks", checks__made_at=None).distinct()


def changes(side: str) -> Callable[[], "QuerySet[Any]"]:
    return lambda: PlacementChange.objects.filter(side=side, status="proposed").select_related(
        "placement", "buyer", "provider"
    )


def reviews() -> "QuerySet[Any]":
    return PlacementReview.objects.filter(status="planned", placement__status__in=["running", "notice"])


def follow_ups() -> "QuerySet[Any]":
    return FollowUp.objects.filter(status="due")


def notes() -> "QuerySet[Any]":
    return DayNote.objects.exclude(status="corrected")


def to_answer() -> "QuerySet[Any]":
    return DayNote.objects.filter(status="recorded", side="provider")


def ours() -> "QuerySet[Any]":
    return DayNote.objects.filter(status="recorded", side="buyer")


def a_register() -> tuple[Any, ...] | None:
    """Find the latest session that a provider has marked."""
    found = Attendance.objects.select_related("placement__provider").order_by("-day", "-session").first()
    return (found.placement.provider.slug, found.day.isoformat(), found.session) if found else None


def register_of_today() -> tuple[Any, ...] | None:
    found = Placement.objects.live().select_related("provider").order_by("pk").first()
    return (found.provider.slug, timezone.localdate(clock.now()).isoformat(), "am") if found else None


def register_week() -> tuple[Any, ...] | None:
    found = a_register()
    return found[:2] if found else None


def interim() -> "QuerySet[Any]":
    return InterimPlace.objects.filter(status="waiting").select_related("buyer", "referral")


before, drawn, live, over = (
    placement("checks"),
    placement("to_sign"),
    placement("running"),
    placement("ended", "ended_early"),
)
to_check = buyer(before, "reference")
directed = buyer(placement("checks", referral__basis=EducationBasis.OFF_SITE), "reference")
