"""Checks before a child starts: the list, and a page for each check."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from calloff.documents.commands import save_upload
from calloff.history.transitions import is_allowed
from calloff.kernel.lifecycles import Refused
from calloff.people.permissions import Can
from calloff.placements import commands, parent_letters, queries
from calloff.placements.commands.pre_start_checks import people_to_make_check, people_to_tell
from calloff.placements.models import Placement, PreStartCheck
from calloff.placements.states import BEFORE_STATUSES, PlacementStatus
from calloff.placements.suspensions import membership_takes_promises, require_membership_for_promise
from calloff.web import command_views
from calloff.web.buyer.placements import forms
from calloff.web.buyer.placements.lookups import (
    about_placement,
    find_placement,
    placement_context,
    redirect_to_placement,
)
from calloff.web.buyer.placements.parent_letters import LETTER_KINDS, letters_of
from calloff.web.downloads import as_attachment
from calloff.web.forms_ui.forms import ConfirmForm
from calloff.web.permissions import BUYER, at_organisation
from calloff.web.request import OrganisationRequest

CHECK_VERBS = {
    PreStartCheck.Kind.VISIT: "record-visit",
    PreStartCheck.Kind.SAFEGUARDING: "decide-safeguarding",
    PreStartCheck.Kind.RISK_PLAN: "keep-risk-plan",
    PreStartCheck.Kind.PARENT: "tell-parent",
    PreStartCheck.Kind.AUTHORITY: "tell-authority",
    PreStartCheck.Kind.DIRECTION: "give-direction",
}


@require_safe
@at_organisation(BUYER, Can.SEE_PLACING)
def before_start(request: OrganisationRequest, reference: str) -> HttpResponse:
    """Show each check, whether it is complete and who can make it, and the agreement that follows."""
    placement = find_placement(request, reference)
    promises = membership_takes_promises(placement)
    checks = [_row(request, placement, check, promises) for check in queries.checks_of(placement)]
    more = {
        "checks": checks,
        "letters": {
            check.kind: letters_of(request, placement, check.kind)
            for check, *_ in checks
            if check.made_at and check.kind in LETTER_KINDS
        },
        "several": sum(1 for check, _, href, _ in checks if href and not check.made_at) > 1
        and is_allowed(placement, "record_visit", request.user, request.now),
        "outdated": parent_letters.find_outdated_facts(placement),
        "ready": all(check.made_at for check, *_ in checks),
        "may_draw_up": promises and is_allowed(placement, "draw_up", request.user, request.now),
        "may_sign": promises and request.user.can(Can.COUNTERSIGN, organisation=request.organisation, at=request.now),
    }
    return render(request, "buyer/before_start.html", placement_context(request, placement, **more))


def _row(
    request: OrganisationRequest, placement: Placement, check: PreStartCheck, promises: bool
) -> tuple[PreStartCheck, list[str], str | None, bool]:
    """Return a check, who can make it, the link for this person, and whether they can send a reminder."""
    people = list(people_to_make_check(check, request.now))
    verb = CHECK_VERBS.get(PreStartCheck.Kind(check.kind))
    statuses = BEFORE_STATUSES if check.kind in LETTER_KINDS else (PlacementStatus.CHECKS,)
    open_ = placement.status in statuses and (promises or check.kind == PreStartCheck.Kind.SAFEGUARDING)
    mine = open_ and verb is not None and request.user in people
    remind = promises and placement.status == "checks" and check.made_at is None and request.user not in people
    may_remind = (
        remind and bool(people) and request.user.can(Can.PLACE, organisation=request.organisation, at=request.now)
    )
    href = redirect_to_placement(request, verb, placement.reference) if mine and verb else None
    return check, [person.name for person in people], href, may_remind


@require_POST
@at_organisation(BUYER, Can.PLACE)
def remind(request: OrganisationRequest, reference: str, kind: str) -> HttpResponse:
    placement, form = find_placement(request, reference), ConfirmForm.of(request)
    back = redirect_to_placement(request, "before-start", reference)
    if form.attempt(commands.remind, placement, kind=kind, by=request.user, at=request.now):
        return command_views.redirect_done(request, "Reminder sent by email", back)
    messages.info(request, " ".join(map(str, form.non_field_errors())))
    return redirect(back)


@command_views.command_view
@at_organisation(BUYER, Can.SEE_PLACING)
def record_visit(request: OrganisationRequest, reference: str) -> HttpResponse:
    return _ask(request, reference, "record_visit", forms.RecordVisitForm, "Record your visit", "Record the visit")


@command_views.command_view
@at_organisation(BUYER, Can.SEE_PLACING)
def tell_authority(request: OrganisationRequest, reference: str) -> HttpResponse:
    placement = find_placement(request, reference)
    return _ask(
        request,
        reference,
        "tell_authority",
        forms.TellAuthorityForm,
        f"Tell {placement.authority}",
        "Tell the council",
        what_the_council_is_told(request, placement),
    )


def what_the_council_is_told(request: OrganisationRequest, placement: Placement) -> list[str]:
    """Name the people at the council that we will tell, and say whether they will see who the pupil is."""
    people = [f"{person.name}" for person in people_to_tell(placement, request.now)]
    if placement.pupil.has_ehc_plan or placement.pupil.is_looked_after:
        duty = (
            "The pupil has an EHC plan or is looked after. We will tell the SEN officer or the virtual school, who "
            "can then see who the pupil is."
        )
    elif not placement.pupil.sen_provision:
        duty = (
            "No one has recorded whether the pupil has an EHC plan. Record this first. If there is a plan, you must "
            "tell the SEN officer."
        )
    else:
        duty = "We will tell the people at the council who can see placements. The message does not identify the pupil."
    text = (
        f"We will email {', '.join(people)}."
        if people
        else "No one at the council has a role that receives this message. Tell the council yourself, and record "
        "how you told them."
    )
    return [duty, text]


@command_views.command_view
@at_organisation(BUYER, Can.SEE_PLACING)
def decide_safeguarding(request: OrganisationRequest, reference: str) -> HttpResponse:
    """Show the safeguarding lead the other checks, and ask for a decision."""
    placement, form = find_placement(request, reference), forms.SafeguardingDecisionForm.of(request)
    command_views.require_permission(request, placement, "decide_safeguarding")
    if form.attempt(commands.decide_safeguarding, placement, by=request.user, at=request.now):
        return command_views.redirect_done(
            request, "Decision recorded", redirect_to_placement(request, "before-start", reference)
        )
    more = {
        "form": form,
        "checks": queries.checks_of(placement),
        "cancel": redirect_to_placement(request, "before-start", reference),
    }
    return render(request, "buyer/decide_safeguarding.html", placement_context(request, placement, **more))


@command_views.command_view
@at_organisation(BUYER, Can.SEE_PLACING)
def keep_risk_plan(request: OrganisationRequest, reference: str) -> HttpResponse:
    """Save the risk plan, as text or as an uploaded file."""
    placement = find_placement(request, reference)
    check = PreStartCheck.objects.filter(placement=placement, kind=PreStartCheck.Kind.RISK_PLAN).first()
    form = forms.RiskPlanForm.of(request, initial={"said": check.said if check else ""})
    _must(request, placement, "keep_risk_plan")
    if _keep_plan(request, form, placement):
        return command_views.redirect_done(
            request, "Risk plan saved", redirect_to_placement(request, "before-start", reference)
        )
    meaning = [
        "The provider can read the plan and must follow it. We show it with the full details and never send it by "
        "email."
    ]
    return command_views.render_command(
        request, form, heading="Risk plan", caption=reference,
        about=about_placement(request, placement), meaning=meaning, button="Save risk plan",
        cancel=redirect_to_placement(request, "before-start", reference),
    )  # fmt: skip


def _keep_plan(request: OrganisationRequest, form: forms.RiskPlanForm, placement: Placement) -> bool:
    if not form.is_valid():
        return False
    upload = form.cleaned_data.pop("file", None)
    try:
        paper = save_upload(upload, by=request.user, at=request.now) if upload else None
    except Refused as refusal:
        form.show(refusal)
        return False
    return form.attempt(commands.keep_risk_plan, placement, paper=paper, by=request.user, at=request.now)


@require_safe
@at_organisation(BUYER, Can.SEE_PUPILS)
def risk_plan(request: OrganisationRequest, reference: str) -> HttpResponseBase:
    check = PreStartCheck.objects.filter(
        placement=find_placement(request, reference), kind=PreStartCheck.Kind.RISK_PLAN
    ).first()
    if check is None or check.paper is None:
        raise Http404
    return as_attachment(check.paper)


def _must(request: OrganisationRequest, placement: Placement, verb: str) -> None:
    """Raise Refused before the form appears if the check's status or a suspension rules the action out."""
    command_views.require_permission(request, placement, verb)
    if request.method != "POST":
        require_membership_for_promise(placement, "record this check")


def _ask(
    request: OrganisationRequest, reference: str, verb: str, form_class: Any, *words: Any
) -> HttpResponse:  # fmt: skip
    heading, button, *rest = words
    placement, form = find_placement(request, reference), form_class.of(request)
    _must(request, placement, verb)
    meaning = rest[0] if rest else ()
    back = redirect_to_placement(request, "before-start", reference)
    if form.attempt(getattr(commands, verb), placement, by=request.user, at=request.now):
        return command_views.redirect_done(request, "Check recorded", back)
    return command_views.render_command(
        request,
        form,
        heading=heading,
        caption=reference,
        about=about_placement(request, placement),
        meaning=meaning,
        button=button,
        cancel=back,
    )
