"""Finding a placement of the provider, and what all its pages share."""

from typing import Any

from django.shortcuts import get_object_or_404

from calloff.kernel.clock import local_day
from calloff.placements import queries
from calloff.placements.models import Placement
from calloff.placements.states import OVER
from calloff.web.http import AtOrganisation
from calloff.web.navigation import parts, within


def found(request: AtOrganisation, reference: str) -> Placement:
    """Find a placement of the provider that the person may see: else 404."""
    seen = queries.of_provider(request.organisation, person=request.user, at=request.now)
    return get_object_or_404(queries.with_review_due(seen, local_day(request.now)), reference=reference)


def to(request: AtOrganisation, verb: str, *args: Any) -> str:
    """Return the path of a page of a placement: its verb, then its reference."""
    return within(request, f"provider:placement-{verb}" if verb else "provider:placement", *args)


def page(request: AtOrganisation, one: Placement, **more: Any) -> dict[str, Any]:
    """Return what the frame of every page of a placement shows."""
    reference = one.reference
    places = [("Placement", to(request, "", reference))]
    if not one.is_before:
        places += [
            ("Changes", to(request, "changes", reference)),
            ("Reviews", to(request, "reviews", reference)),
        ]
    if one.status in OVER and one.ended_on:
        places.append(("After the end", to(request, "ending", reference)))
    places.append(("History", to(request, "history", reference)))
    return {
        "placement": one,
        "word": str(one.get_status_display()),
        "breadcrumbs": [("Placements", within(request, "provider:placements")), (reference, None)],
        "parts": parts(request, places),
        "caption": reference,
        "heading": f"Placement for {one.buyer}",
        "today": local_day(request.now),
        **more,
    }
