"""The end of a placement and what follows: the exit report, and checks after 6 and 12 weeks."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from calloff.history.transitions import is_allowed
from calloff.kernel.clock import local_day
from calloff.kernel.formatting import format_date, pluralise
from calloff.kernel.lifecycles import Refused
from calloff.people.permissions import Can
from calloff.placements import commands, queries
from calloff.placements.due_sessions import unmarked_days
from calloff.placements.models import Placement, PlacementEnding
from calloff.web import command_views
from calloff.web.buyer.placements import forms
from calloff.web.buyer.placements.lookups import (
    about_placement,
    find_placement,
    placement_context,
    redirect_to_placement,
)
from calloff.web.permissions import BUYER, at_organisation
from calloff.web.placements import placement_forms
from calloff.web.request import OrganisationRequest

PLACE_GIVEN_BACK_SENTENCE = "The place will become available again, and any unspent money will go back to your budget."
ACCESS_ENDS_SENTENCE = (
    "The provider will no longer be able to see who the pupil is. It will have 10 days to send its exit report."
)
# where the pupil goes, for the endings that already say it
KNOWN_DESTINATIONS = {
    "return_to_school": PlacementEnding.Destination.SCHOOL,
    "transfer": PlacementEnding.Destination.AP,
}


@command_views.command_view
@at_organisation(BUYER, Can.SEE_PLACING)
def fall_through(request: OrganisationRequest, reference: str) -> HttpResponse:
    placement, form = find_placement(request, reference), placement_forms.PlacementReasonForm.of(request)
    command_views.require_permission(request, placement, "fall_through")
    if form.attempt(commands.fall_through, placement, by=request.user, at=request.now):
        words = f"{reference} will not go ahead. The referral is open again, so you can ask other providers."
        return command_views.redirect_done(request, words, redirect_to_placement(request, "", reference))
    meaning = [
        "The pupil will not go to this provider. The referral will open again, so you can ask other providers.",
        PLACE_GIVEN_BACK_SENTENCE,
    ]
    return command_views.render_command(
        request, form, heading="Cancel this placement before it starts", caption=reference,
        about=about_placement(request, placement), meaning=meaning,
        button="Cancel placement", cancel=redirect_to_placement(request, "", reference), stops=True,
    )  # fmt: skip


@command_views.command_view
@at_organisation(BUYER, Can.SEE_PLACING)
def end(request: OrganisationRequest, reference: str) -> HttpResponse:
    return _end(request, reference, "end", "End the placement as planned")


@command_views.command_view
@at_organisation(BUYER, Can.SEE_PLACING)
def return_to_school(request: OrganisationRequest, reference: str) -> HttpResponse:
    return _end(request, reference, "return_to_school", "Record the pupil’s return to school")


@command_views.command_view
@at_organisation(BUYER, Can.SEE_PLACING)
def end_early(request: OrganisationRequest, reference: str) -> HttpResponse:
    return _end(request, reference, "end_early", "End the placement early")


@command_views.command_view
@at_organisation(BUYER, Can.SEE_PLACING)
def transfer(request: OrganisationRequest, reference: str) -> HttpResponse:
    return _end(request, reference, "transfer", "Transfer to another provider")


def _end(request: OrganisationRequest, reference: str, verb: str, heading: str) -> HttpResponse:
    placement = find_placement(request, reference)
    command_views.require_permission(request, placement, verb)
    last = placement.closes_on
    if verb == "end" and request.method != "POST" and last and local_day(request.now) < last:
        raise Refused(
            f"The last day is {format_date(last)}. You can end the placement as planned from that day. "
            "To end it sooner, select “End this placement” and say what has happened."
        )
    initial = {"last_day": last if verb == "end" else local_day(request.now)}
    form = forms.EndPlacementForm.of(
        request, placement=placement, going_to=KNOWN_DESTINATIONS.get(verb), initial=initial
    )
    if form.attempt(getattr(commands, verb), placement, by=request.user, at=request.now):
        return command_views.redirect_done(
            request,
            f"Placement {reference} ended. We have told {placement.provider}.",
            redirect_to_placement(request, "ending", reference),
        )
    unmarked = unmarked_days(placement, request.now)
    meaning = [PLACE_GIVEN_BACK_SENTENCE, ACCESS_ENDS_SENTENCE]
    if unmarked:
        meaning.append(
            f"The register is not marked for {pluralise(len(unmarked), 'day')}. "
            f"Ask {placement.provider} to mark {'that day' if len(unmarked) == 1 else 'those days'} first."
        )
    return command_views.render_command(
        request, form, heading=heading, caption=reference,
        about=about_placement(request, placement), meaning=meaning, button="End the placement",
        cancel=redirect_to_placement(request, "", reference), stops=True,
        context={"happens_title": "What will change"},
    )  # fmt: skip


@require_safe
@at_organisation(BUYER, Can.SEE_PLACING)
def ending(request: OrganisationRequest, reference: str) -> HttpResponse:
    placement = find_placement(request, reference)
    how = queries.ending_of(placement)
    if how is None:
        raise Http404
    more = {
        "ending": how, "outcomes": placement_forms.outcome_rows(how.outcomes),
        "follow_ups": list(placement.follow_ups.order_by("weeks")),
        "may_follow": is_allowed(placement, "follow_up", request.user, request.now),
    }  # fmt: skip
    return render(request, "buyer/placement_ending.html", placement_context(request, placement, **more))


@command_views.command_view
@at_organisation(BUYER, Can.SEE_PLACING)
def follow_up(request: OrganisationRequest, reference: str, weeks: int) -> HttpResponse:
    placement: Placement = find_placement(request, reference)
    check = get_object_or_404(placement.follow_ups.select_related("placement"), weeks=weeks)
    form = forms.FollowUpForm.of(request)
    command_views.require_permission(request, check, "follow_up")
    if form.attempt(commands.follow_up, check, by=request.user, at=request.now):
        return command_views.redirect_done(
            request, "Check recorded", redirect_to_placement(request, "ending", reference)
        )
    return command_views.render_command(
        request, form, heading=f"{weeks} weeks after the placement ended", caption=reference,
        about=about_placement(request, placement), button="Save record",
        meaning=["Check whether the pupil is still where they moved to, and how they are doing."],
        cancel=redirect_to_placement(request, "ending", reference),
    )  # fmt: skip
