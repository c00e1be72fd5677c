"""Finding the pupil of an address, for the person who asks; and recording that a page says who the pupil is."""

from django.shortcuts import get_object_or_404

from calloff.pupils import queries
from calloff.pupils.models import Pupil, RecordAccess
from calloff.web.request import OrganisationRequest

CHANGE_RECORD_PURPOSE = "To change the child’s record"


def find_pupil(request: OrganisationRequest, reference: str) -> Pupil:
    """Find a pupil of the buyer by reference: 404 for the person who may not see it."""
    ours = queries.of_buyer(request.organisation, person=request.user, at=request.now)
    return get_object_or_404(ours.select_related("buyer"), reference=reference)


def record_reading(request: OrganisationRequest, pupil: Pupil, purpose: str = CHANGE_RECORD_PURPOSE) -> None:
    """Record that the person reads who the pupil is on a page that does not show the pack."""
    queries.identify_pupils(
        [pupil], person=request.user, acting_for=request.organisation, purpose=purpose, at=request.now,
        what=RecordAccess.What.IDENTITY,
    )  # fmt: skip
