"""Find a placement for the buyer's pages, and build their context."""

from typing import Any

from calloff.people.permissions import Can
from calloff.placements import commands, queries
from calloff.placements.models import Placement
from calloff.web.permissions import BUYER
from calloff.web.placements.ending_choice import BUYER_ENDINGS
from calloff.web.placements.pages import PlacementPages
from calloff.web.request import OrganisationRequest

BUYER_PLACEMENT_PAGES = PlacementPages(
    BUYER, sees=Can.SEE_PLACING, of=queries.of_buyer, gives_notice=commands.give_notice, endings=BUYER_ENDINGS
)
find_placement, redirect_to_placement = BUYER_PLACEMENT_PAGES.found, BUYER_PLACEMENT_PAGES.to
about_placement = BUYER_PLACEMENT_PAGES.about


def placement_context(request: OrganisationRequest, placement: Placement, **more: Any) -> dict[str, Any]:
    """Return the context for all a placement's pages, and whether the person can place pupils."""
    may_place = request.user.can(Can.PLACE, organisation=request.organisation, at=request.now)
    return BUYER_PLACEMENT_PAGES.page(request, placement, may_place=may_place, **more)
