"""The provider withdraws before both sides have signed: without penalty, and with a reason."""

from django.http import HttpResponse

from calloff.people.permissions import Can
from calloff.placements import commands
from calloff.web import command_views
from calloff.web.permissions import PROVIDER, at_organisation
from calloff.web.placements import placement_forms
from calloff.web.provider.placements.lookups import find_placement, redirect_to_placement
from calloff.web.request import OrganisationRequest


@command_views.command_view
@at_organisation(PROVIDER, Can.TAKE_REGISTER)
def withdraw_place(request: OrganisationRequest, reference: str) -> HttpResponse:
    placement, form = find_placement(request, reference), placement_forms.PlacementReasonForm.of(request)
    command_views.require_permission(request, placement, "withdraw_place")
    if form.attempt(commands.withdraw_place, placement, by=request.user, at=request.now):
        return command_views.redirect_done(
            request,
            f"You have withdrawn from the placement. We have told {placement.buyer}.",
            redirect_to_placement(request, "", reference),
        )
    meaning = [
        "You can withdraw without penalty until both sides have signed.",
        f"We will tell {placement.buyer} straight away, and it can ask other providers. Your place will become "
        "available again, and you will no longer see who the child is.",
    ]
    return command_views.render_command(
        request, form, heading="Withdraw before the placement starts", caption=reference, meaning=meaning,
        button="Withdraw",
        cancel=redirect_to_placement(request, "", reference), stops=True,
    )  # fmt: skip
