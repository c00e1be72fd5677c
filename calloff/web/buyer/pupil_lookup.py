"""Finding the pupil of an address, for the person who asks; and recording that a page says who the pupil is."""

from django.shortcuts import get_object_or_404

from calloff.pupils import queries
from calloff.pupils.models import Pupil, Read
from calloff.web.request import AtOrganisation

CHANGING = "To change the child’s record"


def find_pupil(request: AtOrganisation, reference: str) -> Pupil:
    """Find a pupil of the buyer by reference: 404 for whoever may not see it."""
    ours = queries.of_buyer(request.organisation, person=request.user, at=request.now)
    return get_object_or_404(ours.select_related("buyer"), reference=reference)


def record_reading(request: AtOrganisation, pupil: Pupil, purpose: str = CHANGING) -> None:
    """Record that the person reads who the pupil is on a page that does not show the pack."""
    queries.identify(
        [pupil], person=request.user, acting_for=request.organisation, purpose=purpose, at=request.now,
        what=Read.What.IDENTITY,
    )  # fmt: skip
