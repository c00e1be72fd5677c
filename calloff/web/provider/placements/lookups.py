"""Find a placement for the provider's pages, and build their context."""

from calloff.people.permissions import Can
from calloff.placements import commands, queries
from calloff.web.permissions import PROVIDER
from calloff.web.placements.ending_choice import PROVIDER_ENDINGS
from calloff.web.placements.pages import PlacementPages

PROVIDER_PLACEMENT_PAGES = PlacementPages(
    PROVIDER,
    sees=Can.TAKE_REGISTER,
    of=queries.of_provider,
    gives_notice=commands.provider_notice,
    endings=PROVIDER_ENDINGS,
)
find_placement, redirect_to_placement, placement_context, about_placement = (
    PROVIDER_PLACEMENT_PAGES.found,
    PROVIDER_PLACEMENT_PAGES.to,
    PROVIDER_PLACEMENT_PAGES.page,
    PROVIDER_PLACEMENT_PAGES.about,
)
