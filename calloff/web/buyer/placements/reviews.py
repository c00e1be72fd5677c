"""Reviews of a placement: planned, due, held."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from calloff.history.transitions import may
from calloff.people.permissions import Can
from calloff.placements import commands
from calloff.placements.commands.reviews import DECISIONS
from calloff.web import command_views
from calloff.web.buyer.placements import forms
from calloff.web.buyer.placements.lookups import found, page, to
from calloff.web.permissions import BUYER, at_organisation
from calloff.web.placements import placement_forms
from calloff.web.request import AtOrganisation


@require_safe
@at_organisation(BUYER, Can.SEE_PLACING)
def review_list(request: AtOrganisation, reference: str) -> HttpResponse:
    one = found(request, reference)
    reviews = list(one.reviews.order_by("due_on", "pk"))
    person, at = request.user, request.now
    told = [
        (review, placement_forms.outcome_rows(review.outcomes), DECISIONS.get(review.decision, ""))
        for review in reviews
    ]
    more = {
        "reviews": told, "may_hold": may(one, "hold_review", person, at),
        "may_plan": may(one, "plan_review", person, at),
    }  # fmt: skip
    return render(request, "buyer/placement_reviews.html", page(request, one, **more))


@command_views.asks
@at_organisation(BUYER, Can.SEE_PLACING)
def plan_review(request: AtOrganisation, reference: str) -> HttpResponse:
    one, form = found(request, reference), forms.PlanReview.of(request)
    command_views.must(request, one, "plan_review")
    if form.attempt(commands.plan_review, one, by=request.user, at=request.now):
        return command_views.done(request, "Review planned", to(request, "reviews", reference))
    return command_views.ask(
        request, form, heading="Plan another review", caption=reference, button="Plan the review",
        meaning=["If you have a concern, review the placement "
                 "straight away."], cancel=to(request, "reviews", reference),
    )  # fmt: skip


@command_views.asks
@at_organisation(BUYER, Can.SEE_PLACING)
def hold_review(request: AtOrganisation, reference: str, pk: int) -> HttpResponse:
    one = found(request, reference)
    review = get_object_or_404(one.reviews.select_related("placement__provider"), pk=pk)
    form = forms.HoldReview.of(request, placement=one)
    command_views.must(request, review, "hold_review")
    if form.attempt(commands.hold_review, review, by=request.user, at=request.now):
        return command_views.done(
            request, f"Review recorded. {one.provider} can read it.", to(request, "reviews", reference)
        )
    return command_views.ask(
        request, form, heading="Record the review", caption=reference, button="Record the review",
        meaning=[f"{one.provider} can read what you write here."], cancel=to(request, "reviews", reference),
    )  # fmt: skip
