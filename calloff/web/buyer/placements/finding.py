"""Finding a placement of the buyer, and what all its pages share."""

from typing import Any

from django.shortcuts import get_object_or_404

from calloff.kernel.clock import local_day
from calloff.people.permissions import Can
from calloff.placements import queries
from calloff.placements.models import Placement
from calloff.placements.states import OVER
from calloff.web.http import AtOrganisation
from calloff.web.navigation import parts, within


def found(request: AtOrganisation, reference: str) -> Placement:
    """Find a placement of the buyer that the person may see: else 404."""
    seen = queries.of_buyer(request.organisation, person=request.user, at=request.now)
    return get_object_or_404(queries.with_review_due(seen, local_day(request.now)), reference=reference)


def to(request: AtOrganisation, verb: str, *args: Any) -> str:
    """Return the path of a page of a placement: its verb, then its reference."""
    return within(request, f"buyer:placement-{verb}" if verb else "buyer:placement", *args)


def page(request: AtOrganisation, one: Placement, **more: Any) -> dict[str, Any]:
    """Return what the frame of every page of a placement shows."""
    reference = one.reference
    places = [("Placement", to(request, "", reference))]
    if one.is_before:
        places.append(("Before the start", to(request, "before-start", reference)))
    if one.agreement is not None:
        places.append(("Agreement", to(request, "agreement", reference)))
    if not one.is_before:
        places += [
            ("Register", to(request, "register", reference)),
            ("Changes", to(request, "changes", reference)),
            ("Reviews", to(request, "reviews", reference)),
        ]
    if one.status in OVER:
        places.append(("After the end", to(request, "ending", reference)))
    places.append(("History", to(request, "history", reference)))
    return {
        "placement": one,
        "word": queries.word_of(one),
        "breadcrumbs": [("Placements", within(request, "buyer:placements")), (reference, None)],
        "parts": parts(request, places),
        "caption": reference,
        "heading": f"Placement with {one.provider}",
        "confidential": True,
        "may_place": request.user.can(Can.PLACE, at=request.organisation, when=request.now),
        "today": local_day(request.now),
        **more,
    }
