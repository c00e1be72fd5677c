"""The provider steps back before both have signed: without penalty, and with the reason."""

from django.http import HttpResponse

from calloff.people.permissions import Can
from calloff.placements import commands
from calloff.web import command_views
from calloff.web.permissions import PROVIDER, at_organisation
from calloff.web.placements import placement_forms
from calloff.web.provider.placements.lookups import found, to
from calloff.web.request import AtOrganisation


@command_views.asks
@at_organisation(PROVIDER, Can.TAKE_REGISTER)
def withdraw_place(request: AtOrganisation, reference: str) -> HttpResponse:
    one, form = found(request, reference), placement_forms.Why.of(request)
    command_views.must(request, one, "withdraw_place")
    if form.attempt(commands.withdraw_place, one, by=request.user, at=request.now):
        return command_views.done(
            request, f"You have withdrawn from the placement. We have told {one.buyer}.", to(request, "", reference)
        )
    meaning = [
        "You can withdraw without penalty until both sides have signed.",
        f"We will tell {one.buyer} straight away, and it can ask other providers. Your place becomes available again, "
        "and you will no longer see who the child is.",
    ]
    return command_views.ask(
        request, form, heading="Withdraw before the start", caption=reference, meaning=meaning, button="Withdraw",
        cancel=to(request, "", reference), stops=True,
    )  # fmt: skip
