"""A placement's reviews: planned, due and done."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from calloff.history.transitions import is_allowed
from calloff.people.permissions import Can
from calloff.placements import commands
from calloff.placements.commands.reviews import REVIEW_DECISIONS
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


@require_safe
@at_organisation(BUYER, Can.SEE_PLACING)
def review_list(request: OrganisationRequest, reference: str) -> HttpResponse:
    placement = find_placement(request, reference)
    reviews = list(placement.reviews.order_by("due_on", "pk"))
    person, at = request.user, request.now
    rows = [
        (review, placement_forms.outcome_rows(review.outcomes), REVIEW_DECISIONS.get(review.decision, ""))
        for review in reviews
    ]
    more = {
        "reviews": rows, "may_hold": is_allowed(placement, "hold_review", person, at),
        "may_plan": is_allowed(placement, "plan_review", person, at),
    }  # fmt: skip
    return render(request, "buyer/placement_reviews.html", placement_context(request, placement, **more))


@command_views.command_view
@at_organisation(BUYER, Can.SEE_PLACING)
def plan_review(request: OrganisationRequest, reference: str) -> HttpResponse:
    placement, form = find_placement(request, reference), forms.PlanReviewForm.of(request)
    command_views.require_permission(request, placement, "plan_review")
    if form.attempt(commands.plan_review, placement, by=request.user, at=request.now):
        return command_views.redirect_done(
            request, "Review planned", redirect_to_placement(request, "reviews", reference)
        )
    return command_views.render_command(
        request, form, heading="Plan another review", caption=reference,
        about=about_placement(request, placement), button="Plan the review",
        meaning=["If you have a concern, review the placement "
                 "straight away."], cancel=redirect_to_placement(request, "reviews", reference),
    )  # fmt: skip


@command_views.command_view
@at_organisation(BUYER, Can.SEE_PLACING)
def hold_review(request: OrganisationRequest, reference: str, pk: int) -> HttpResponse:
    placement = find_placement(request, reference)
    review = get_object_or_404(placement.reviews.select_related("placement__provider"), pk=pk)
    form = forms.HoldReviewForm.of(request, placement=placement)
    command_views.require_permission(request, review, "hold_review")
    if form.attempt(commands.hold_review, review, by=request.user, at=request.now):
        return command_views.redirect_done(
            request,
            f"Review recorded. {placement.provider} can read the review.",
            redirect_to_placement(request, "reviews", reference),
        )
    return command_views.render_command(
        request,
        form,
        heading="Record the review",
        caption=reference,
        about=about_placement(request, placement),
        button="Record the review",
        meaning=[f"{placement.provider} can read what you write here."],
        cancel=redirect_to_placement(request, "reviews", reference),
    )
