"""A child's placement with a provider, and all that belongs to it."""

from calloff.placements.models.closed_sessions import ClosedSession
from calloff.placements.models.day_notes import DayNote
from calloff.placements.models.following import (
    Attendance,
    Cause,
    Change,
    Correction,
    Ending,
    FollowUp,
    Review,
)
from calloff.placements.models.placing import Check, Placement, PlacementQuerySet

__all__ = [
    "Attendance",
    "Cause",
    "Change",
    "Check",
    "ClosedSession",
    "Correction",
    "DayNote",
    "Ending",
    "FollowUp",
    "Placement",
    "PlacementQuerySet",
    "Review",
]
