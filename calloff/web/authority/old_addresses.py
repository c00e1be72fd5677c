"""Old URLs of the council's pages."""

from django.http import HttpResponse

from calloff.people.permissions import Can
from calloff.web import command_views, old_addresses
from calloff.web.permissions import AUTHORITY, at_organisation
from calloff.web.request import OrganisationRequest


@command_views.command_view
@at_organisation(AUTHORITY, Can.MANAGE_PEOPLE)
def lead_to_inviting(request: OrganisationRequest) -> HttpResponse:
    """Redirect from the old page for giving roles."""
    return old_addresses.redirect_old_address(request, "authority:people-invite")
