"""Find the pupil in a URL, and log views of pages that show the pupil's identity."""

from django.shortcuts import get_object_or_404

from calloff.pupils import queries
from calloff.pupils.models import Pupil, RecordAccess
from calloff.web.request import OrganisationRequest

CHANGE_RECORD_PURPOSE = "To change the pupil’s record"


def find_pupil(request: OrganisationRequest, reference: str) -> Pupil:
    """Find a buyer's pupil by reference. Raises Http404 if the person is not allowed to see the pupil."""
    pupils = queries.of_buyer(request.organisation, person=request.user, at=request.now)
    return get_object_or_404(pupils.select_related("buyer"), reference=reference)


def record_reading(request: OrganisationRequest, pupil: Pupil, purpose: str = CHANGE_RECORD_PURPOSE) -> None:
    """Log that the person saw a pupil's identity on a page other than the pack."""
    queries.identify_pupils(
        [pupil], person=request.user, acting_for=request.organisation, purpose=purpose, at=request.now,
        what=RecordAccess.What.IDENTITY,
    )  # fmt: skip
