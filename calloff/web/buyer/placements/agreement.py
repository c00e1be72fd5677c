"""The placement agreement: prepare it, replace it, and sign it for the buyer."""

from collections.abc import Mapping

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from calloff.agreements.models import Agreement
from calloff.buying.models import Budget
from calloff.history.queries import last_actor
from calloff.kernel.clock import local_day
from calloff.kernel.lifecycles import Refused
from calloff.people.permissions import Can
from calloff.placements import agreement_drafts, commands, parent_letters, queries
from calloff.placements.models import Placement, UsualDetails
from calloff.placements.states import PlacementStatus
from calloff.web import agreement_signing, command_views
from calloff.web.buyer.placements import forms
from calloff.web.buyer.placements.lookups import (
    about_placement,
    find_placement,
    placement_context,
    redirect_to_placement,
)
from calloff.web.forms_ui import edit_conflicts
from calloff.web.forms_ui.forms import ConfirmForm
from calloff.web.history import pages
from calloff.web.navigation import path_at_organisation, record_parts
from calloff.web.permissions import BUYER, at_organisation, step_up
from calloff.web.request import OrganisationRequest

USUAL_DETAILS_HEADING = "Usual placement details"


@command_views.command_view
@at_organisation(BUYER, Can.PLACE)
def draw_up(request: OrganisationRequest, reference: str) -> HttpResponse:
    """Ask for the agreement's terms. The initial answers come from the referral and the reply."""
    placement = find_placement(request, reference)
    command_views.require_permission(request, placement, "draw_up")
    if placement.status == PlacementStatus.CHECKS and any(
        check.made_at is None for check in queries.checks_of(placement)
    ):
        return redirect(redirect_to_placement(request, "before-start", reference))
    earliest = agreement_drafts.earliest_start(placement, request.now)
    usual, initial = (
        placement.site,
        forms.DrawUpAgreementForm.suggested(placement, earliest, UsualDetails.objects.of_buyer(placement.buyer)),
    )
    form = forms.DrawUpAgreementForm.of(request, sites=queries.open_sites(placement), usual=usual, initial=initial)
    told = dict(parent_letters.letter_facts(placement, request.now))
    if form.attempt(commands.draw_up, placement, by=request.user, at=request.now):
        words = f"Agreement prepared. We have asked {placement.provider} to sign it.{_what_to_tell(form.result, told)}"
        return command_views.redirect_done(request, words, redirect_to_placement(request, "agreement", reference))
    more = {"form": form, "cancel": redirect_to_placement(request, "before-start", reference), "earliest": earliest}
    return render(request, "buyer/draw_up.html", placement_context(request, placement, **more))


def _what_to_tell(placement: Placement, told: Mapping[str, str]) -> str:
    """Return what the parents must be told, because the agreement differs from the letter or the notice."""
    if outdated := parent_letters.find_outdated_facts(placement):
        changed = ", ".join(fact.label.lower() for fact in outdated)
        return f" The notice to the parents is out of date ({changed}). Give them a new notice before you sign."
    now = dict(parent_letters.letter_facts(placement, placement.confirmed_at))
    if changed := ", ".join(fact.label.lower() for fact in parent_letters.differences(told, now)):
        return f" Tell the parents what is different from their letter ({changed})."
    return ""


@command_views.command_view
@at_organisation(BUYER, Can.PLACE)
def usual_details(request: OrganisationRequest) -> HttpResponse:
    """Save or change the details with which each new placement agreement starts."""
    found = UsualDetails.objects.of_buyer(request.organisation)
    form = forms.PlacementUsualDetailsForm.of(request, kept=forms.PlacementUsualDetailsForm.shown(found))
    back = path_at_organisation(request, "buyer:placements")
    saved = (
        form.attempt(commands.amend_usual_details, found, seen=found, by=request.user, at=request.now)
        if found
        else form.attempt(commands.save_usual_details, request.organisation, by=request.user, at=request.now)
    )
    if saved:
        return command_views.redirect_done(
            request, "Usual placement details saved. We will use them in new agreements.", back
        )
    if form.conflicts and found:
        saved_by = last_actor(found, "save_usual_details", "amend_usual_details")
        return edit_conflicts.render_conflict(request, form, saved_by=saved_by, page="layouts/verb.html", cancel=back)
    meaning = [
        "We use these details to fill in each new placement agreement. You can change them in the agreement.",
        "Agreements that you have already prepared will not change. If the provider’s reply gives session times, we "
        "will use those times instead.",
    ]
    return command_views.render_command(
        request,
        form,
        heading=USUAL_DETAILS_HEADING,
        button="Save usual placement details",
        cancel=back,
        meaning=meaning,
        template="buyer/usual_details.html",
        context={"saved": found},
    )


@require_safe
@at_organisation(BUYER, Can.PLACE)
def usual_details_history(request: OrganisationRequest) -> HttpResponse:
    found = UsualDetails.objects.of_buyer(request.organisation)
    if found is None:
        raise Http404
    here = path_at_organisation(request, "buyer:usual-details")
    tabs = [(USUAL_DETAILS_HEADING, here), ("History", path_at_organisation(request, "buyer:usual-details-history"))]
    crumbs = [("Placements", path_at_organisation(request, "buyer:placements")), (USUAL_DETAILS_HEADING, "")]
    context = {
        "breadcrumbs": crumbs,
        "parts": record_parts(request, tabs),
        "caption": "",
        "heading": USUAL_DETAILS_HEADING,
    }
    return pages.render_history(request, found, context=context)


@command_views.command_view
@at_organisation(BUYER, Can.PLACE)
def redraw(request: OrganisationRequest, reference: str) -> HttpResponse:
    placement, form = find_placement(request, reference), ConfirmForm.of(request)
    command_views.require_permission(request, placement, "redraw")
    if form.attempt(commands.redraw, placement, by=request.user, at=request.now):
        return command_views.redirect_done(
            request,
            "Old agreement cancelled. You can now prepare a new agreement.",
            redirect_to_placement(request, "draw-up", reference),
        )
    meaning = [
        "The agreement that is waiting for signatures will no longer be valid, even if the provider has signed it. We "
        "will keep a copy.",
        f"We will tell {placement.provider} not to sign the old agreement. Your checks will not change, but you can "
        "record "
        "them again.",
    ]
    return command_views.render_command(
        request, form, heading="Prepare a new agreement", caption=reference,
        about=about_placement(request, placement), meaning=meaning,
        button="Prepare new agreement", cancel=redirect_to_placement(request, "agreement", reference), stops=True,
    )  # fmt: skip


@require_POST
@at_organisation(BUYER, Can.COUNTERSIGN)
def send_code(request: OrganisationRequest, reference: str) -> HttpResponse:
    _, agreement = _drawn(request, reference)
    to_sign, to_read = (
        redirect_to_placement(request, "agree", reference),
        redirect_to_placement(request, "agreement", reference),
    )
    return agreement_signing.send_code(request, agreement, to_sign=to_sign, to_read=to_read)


@command_views.command_view
@step_up
@at_organisation(BUYER, Can.COUNTERSIGN)
def agree(request: OrganisationRequest, reference: str) -> HttpResponse:
    """Ask for the code, once it has been sent, the budget, and the person's name, role and authority to sign."""
    placement, agreement = _drawn(request, reference)
    command_views.require_permission(request, placement, "agree")
    if agreement.status == "to_sign" and request.method != "POST":
        raise Refused(f"{placement.provider} has not signed yet. You can sign after the provider has signed.")
    form = forms.SignAndCommitForm.of(
        request, budgets=_budgets(request, placement), initial={"name": request.user.name}
    )
    if form.attempt(commands.agree, placement, by=request.user, at=request.now):
        return command_views.SeeOther(redirect_to_placement(request, "agree-done", reference))
    more = {"form": form, "code_sent": agreement_signing.is_code_sent(request, form)}
    return render(request, "buyer/placement_agree.html", placement_context(request, placement, **more))


@require_safe
@at_organisation(BUYER, Can.SEE_PLACING)
def agreed(request: OrganisationRequest, reference: str) -> HttpResponse:
    placement = find_placement(request, reference)
    if placement.agreed_at is None:
        raise Http404
    return render(request, "buyer/placement_agreed.html", placement_context(request, placement))


def _drawn(request: OrganisationRequest, reference: str) -> tuple[Placement, Agreement]:
    placement = find_placement(request, reference)
    if placement.agreement is None:
        raise Http404
    return placement, placement.agreement


def _budgets(request: OrganisationRequest, placement: Placement) -> list[Budget]:
    first = placement.starts_on or local_day(request.now)
    mine = Budget.objects.filter(buyer=request.organisation, status="open", starts_on__lte=first, ends_on__gte=first)
    return list(mine.order_by("name"))
