"""A child's placement with a provider, and the records that belong to the placement."""

from calloff.placements.models.closed_sessions import ClosedSession
from calloff.placements.models.day_notes import DayNote
from calloff.placements.models.delivery import (
    AbsenceCause,
    Attendance,
    AttendanceCorrection,
    FollowUp,
    PlacementChange,
    PlacementEnding,
    PlacementReview,
)
from calloff.placements.models.disposal_approvals import DisposalApproval
from calloff.placements.models.interim_places import InterimPlace, InterimPlaceQuerySet, InterimStep
from calloff.placements.models.placement import Placement, PlacementQuerySet, PreStartCheck
from calloff.placements.models.register_alerts import RegisterAlert
from calloff.placements.models.sessions import AgreedSession
from calloff.placements.models.usual_details import UsualDetails

__all__ = [
    "AbsenceCause",
    "AgreedSession",
    "Attendance",
    "AttendanceCorrection",
    "ClosedSession",
    "DayNote",
    "DisposalApproval",
    "FollowUp",
    "InterimPlace",
    "InterimPlaceQuerySet",
    "InterimStep",
    "Placement",
    "PlacementChange",
    "PlacementEnding",
    "PlacementQuerySet",
    "PlacementReview",
    "PreStartCheck",
    "RegisterAlert",
    "UsualDetails",
]
