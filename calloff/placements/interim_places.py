"""Interim places: how long children have waited, the long-term place they need and the next step."""

from datetime import date, datetime
from typing import Any

from django.db.models import OuterRef, Q, Subquery

from calloff.kernel.clock import local_day
from calloff.people.models import Organisation, User
from calloff.placements.models import InterimPlace, InterimPlaceQuerySet, InterimStep
from calloff.placements.states import InterimPlaceStatus
from calloff.referrals.models import Referral

DAYS_PER_WEEK = 7  # days


def of_buyer(buyer: Organisation, *, person: User, at: datetime) -> Any:
    """Return a buyer's interim places, each annotated with its next step."""
    return _with_step(InterimPlace.objects.visible_to(person, at).filter(buyer=buyer))


def of_authority(authority: Organisation, *, person: User, at: datetime) -> Any:
    """Return an authority's interim places, each annotated with its next step."""
    return _with_step(InterimPlace.objects.visible_to(person, at).filter(authority=authority))


def of_referral(referral: Referral, today: date) -> Any:
    """Return a referral's interim place with its next step and `weeks`, or None if the referral has no interim
    place.
    """
    # Most referrals have no interim place, so the steps are read only for those that have one.
    if not InterimPlace.objects.filter(referral=referral).exists():
        return None
    found: Any = _with_step(InterimPlace.objects.filter(referral=referral)).first()
    found.weeks = weeks_waiting(found, today)
    return found


def is_waiting() -> Q:
    """Return the condition for children who are still waiting for a long-term place."""
    return Q(status=InterimPlaceStatus.WAITING)


def is_step_overdue(at: datetime) -> Q:
    """Return the condition for rows of `of_buyer` or `of_authority` whose next step is overdue."""
    return is_waiting() & Q(step_by__lt=local_day(at))


def weeks_waiting(interim: InterimPlace, today: date) -> int:
    """Return how many whole weeks a child has waited, up to today or the end of the interim place."""
    return ((interim.ended_on or today) - interim.waiting_since).days // DAYS_PER_WEEK


def _with_step(found: InterimPlaceQuerySet) -> Any:
    latest = InterimStep.objects.filter(interim=OuterRef("pk")).order_by("-number")
    return found.annotate(
        step_what=Subquery(latest.values("what")[:1]), step_who=Subquery(latest.values("who")[:1]),
        step_by=Subquery(latest.values("by_on")[:1]),
    ).select_related("buyer", "referral__lot", "referral__market", "referral__pupil")  # fmt: skip
