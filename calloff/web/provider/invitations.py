"""Invitations: requests that do not identify the child, the provider's reply, and the conditional offer."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from calloff.buying import commands as buying
from calloff.buying.models import Offer
from calloff.buying.offer_queries import latest_offer, urgent_offer
from calloff.buying.states import OfferStatus
from calloff.history.transitions import is_allowed
from calloff.kernel.clock import local_day
from calloff.kernel.formatting import format_short_datetime
from calloff.kernel.lifecycles import Refused
from calloff.people.permissions import Can
from calloff.placements import commands as placements
from calloff.pupils import queries as pupils
from calloff.pupils.contact_rules import OFFER_PACK_PLACE
from calloff.referrals import commands, queries
from calloff.referrals.fit import find_misfits
from calloff.referrals.invitation_eligibility import why_not_invitable_for_provider
from calloff.referrals.models import ExpressionOfInterest
from calloff.referrals.sections import summarise_need
from calloff.referrals.states import InterestStatus
from calloff.web import bulk_actions, command_views, list_pages
from calloff.web.bulk_actions import BulkAction
from calloff.web.history import pages
from calloff.web.navigation import path_at_organisation, record_parts
from calloff.web.permissions import PROVIDER, at_organisation, step_up
from calloff.web.provider import invitation_forms as forms
from calloff.web.request import OrganisationRequest
from calloff.web.spreadsheet_exports import Column, export_response

DECIDE_ON_OFFER_PURPOSE = "To decide whether to confirm the place"
JUDGE_SAFETY_PURPOSE = "To judge whether the child can be kept safe"
OFFERED_STATUSES = {InterestStatus.OFFERED, InterestStatus.CONFIRMED}
SEE_INVITATIONS_PERMISSIONS = (Can.ANSWER_REFERRALS, Can.SAFEGUARD)


@require_safe
@at_organisation(PROVIDER, *SEE_INVITATIONS_PERMISSIONS)
def invitation_list(request: OrganisationRequest) -> HttpResponse:
    filters, seen = _filtered(request)
    page = list_pages.list_context(request, seen, ("-asked_at", "-pk"), one="invitation", filters=filters)
    rows = page["rows"]
    page["selectable"] = {row.pk for row in rows if is_allowed(row, "decline", request.user, request.now)}
    page["words"] = {row.pk: queries.interest_word_of(row, request.now) for row in rows}
    page["headlines"] = {
        row.pk: summarise_need(row.referral)
        for row in rows  # with an offer, the provider sees the child's pack
        if row.status not in OFFERED_STATUSES and queries.still_sees_request(row, request.now)
    }
    to_answer = (row.pk for row in rows if row.status == InterestStatus.ASKED and row.pk in page["selectable"])
    page["first"] = next(to_answer, None)
    return render(request, "provider/invitations.html", page | {"now": request.now})


@require_safe
@at_organisation(PROVIDER, *SEE_INVITATIONS_PERMISSIONS)
def export(request: OrganisationRequest) -> HttpResponseBase:
    columns: list[Column[Any]] = [
        Column("Invitation", lambda interest: interest.reference),
        Column("Referral", lambda interest: interest.referral.reference),
        Column("Category", lambda interest: str(interest.referral.lot)),
        Column("Asked", lambda interest: local_day(interest.asked_at)),
        Column("Reply by", lambda interest: interest.referral.reply_by),
        Column("Answered", lambda interest: interest.answered_at),
        Column("Status", lambda interest: queries.interest_word_of(interest, request.now)),
    ]
    return export_response("invitations", columns, _filtered(request)[1].order_by("-asked_at", "-pk"))


@require_safe
@at_organisation(PROVIDER, *SEE_INVITATIONS_PERMISSIONS)
def invitation(request: OrganisationRequest, reference: str) -> HttpResponse:
    """Show the request and the deadline.

    The first time that someone who can reply opens the page is recorded.
    """
    interest = find_invitation(request, reference)
    if interest.seen_at is None and is_allowed(interest, "open", request.user, request.now):
        with suppress(Refused):  # a colleague replied a moment ago
            commands.open(interest, by=request.user, at=request.now)
    offer = latest_offer(interest)
    page = {
        "offer": offer,
        "urgent": urgent_offer(interest),
        "made": OfferStatus.MADE,
        "questions": queries.questions_for(interest),
        "why_not": why_not_invitable_for_provider(interest.member, request.now),
        "takes": interest.referral.takes_replies_at(request.now),
        "can": {verb: is_allowed(interest, verb, request.user, request.now) for verb in ("reply", "decline")},
        "answers": request.user.can(Can.ANSWER_REFERRALS, organisation=request.organisation, at=request.now),
        "guards": request.user.can(Can.SAFEGUARD, organisation=request.organisation, at=request.now),
        "timetable": queries.format_timetables_offered([interest])[interest.pk],
        "hours": queries.weekly_hours_of(interest),
        "shown": queries.facts_shown_to_all(interest.referral)
        if queries.still_sees_request(interest, request.now)
        else [],
    }
    return render(request, "provider/invitation.html", invitation_context(request, interest) | page)


@command_views.command_view
@at_organisation(PROVIDER, Can.ANSWER_REFERRALS)
def interested(request: OrganisationRequest, reference: str) -> HttpResponse:
    """Show three pages at one URL: enter the offer for the child, check the answers, and send them."""
    interest = find_invitation(request, reference)
    command_views.require_permission(request, interest, "reply")
    prices = queries.prices_to_offer(interest)
    form = forms.ExpressInterestForm.of(
        request, prices=prices, sites=queries.sites_to_offer(interest), initial=forms.initial_reply(interest, prices)
    )
    if form.checked and form.attempt(commands.reply, interest, by=request.user, at=request.now):
        return command_views.SeeOther(_to(request, "invitation-interested-done", interest))
    page = {"form": form, "cancel": _to(request, "invitation", interest), "has_prices": bool(prices)}
    checks = request.method == "POST" and not form.checked and not form.changing
    if checks and form.attempt(commands.check_reply, interest, at=request.now):
        page |= {"said": form.in_words(), "hidden": forms.hidden_fields(request.POST)}
        page |= {"misfits": find_misfits(form.cleaned_data["reply"].service, interest.referral, form.offered)}
        return render(request, "provider/invitation_check.html", invitation_context(request, interest) | page)
    return render(request, "provider/invitation_interested.html", invitation_context(request, interest) | page)


@require_safe
@at_organisation(PROVIDER, Can.ANSWER_REFERRALS)
def replied(request: OrganisationRequest, reference: str) -> HttpResponse:
    interest = find_invitation(request, reference)
    if interest.answered_at is None:
        raise Http404
    return render(request, "provider/invitation_done.html", invitation_context(request, interest))


@command_views.command_view
@at_organisation(PROVIDER, Can.ANSWER_REFERRALS)
def decline(request: OrganisationRequest, reference: str) -> HttpResponse:
    interest = find_invitation(request, reference)
    command_views.require_permission(request, interest, "decline")
    form = forms.DeclineInvitationForm.of(request, initial={"reason": interest.reason, "note": interest.note})
    if form.attempt(commands.decline, interest, by=request.user, at=request.now):
        return command_views.redirect_done(
            request, "You have declined the request. Thank you for telling us.", "provider:invitation", reference
        )
    meaning = ["The school or team can read your reason. You can change your reply until replies close."]
    return _ask(request, interest, form, "Decline", "Decline", *meaning)


def _chosen(request: OrganisationRequest, references: Sequence[str]) -> list[ExpressionOfInterest]:
    seen = queries.invitations(request.organisation, person=request.user, at=request.now)
    return list(seen.filter(reference__in=references))


def _why_not_decline(request: OrganisationRequest, interest: ExpressionOfInterest) -> str:
    if is_allowed(interest, "decline", request.user, request.now):
        return ""
    return f"You can no longer decline this request. Its status: {queries.interest_word_of(interest, request.now)}."


def _decline_one(request: OrganisationRequest, interest: ExpressionOfInterest, answers: dict[str, Any]) -> str:
    commands.decline(interest, by=request.user, at=request.now, **answers)
    return "We have told the school."


DECLINE_SEVERAL: BulkAction[ExpressionOfInterest] = BulkAction(
    heading="Decline",
    done="declined",
    one="request",
    find=_chosen,
    name=lambda interest: f"{interest.referral.reference}, {interest.referral.lot}",
    note=lambda interest: f"Sent to you {format_short_datetime(interest.asked_at)}",
    href=lambda request, interest: _to(request, "invitation", interest),
    why_not=_why_not_decline,
    command=_decline_one,
    form=lambda request, _: forms.DeclineInvitationForm.of(request),
    meaning=("Each school or team can read your reason. You can change your reply until replies close.",),
    back=lambda request: list_pages.back_to_list(request, "provider:invitations"),
)


@command_views.command_view
@at_organisation(PROVIDER, Can.ANSWER_REFERRALS)
def decline_several(request: OrganisationRequest) -> HttpResponse:
    return bulk_actions.respond(request, DECLINE_SEVERAL)


@command_views.command_view
@at_organisation(PROVIDER, Can.ANSWER_REFERRALS)
def ask_question(request: OrganisationRequest, reference: str) -> HttpResponse:
    interest = find_invitation(request, reference)
    form = forms.AskQuestionForm.of(request)
    if form.attempt(commands.ask_question, interest, by=request.user, at=request.now):
        return command_views.redirect_done(request, "Question sent", "provider:invitation", reference)
    meaning = [
        "Every provider that was asked can read the question and the answer, but not who asked. Do not name anyone."
    ]
    return _ask(request, interest, form, "Ask a question", "Send the question", *meaning)


@require_safe
@at_organisation(PROVIDER, *SEE_INVITATIONS_PERMISSIONS)
def pack(request: OrganisationRequest, reference: str) -> HttpResponse:
    """Show the full pack to the provider with the offer.

    Each view and each refused attempt is logged.
    """
    interest = find_known_invitation(request, reference)
    given = pupils.pupil_pack(
        interest.referral.pupil,
        place=OFFER_PACK_PLACE,
        person=request.user,
        acting_for=request.organisation,
        purpose=DECIDE_ON_OFFER_PURPOSE,
        at=request.now,
    )
    if given is None:
        raise Http404
    return render(
        request,
        "provider/invitation_pack.html",
        invitation_context(request, interest)
        | {"pack": given, "confidential": True, "may_confirm": _may_confirm(request, interest)},
    )


@require_safe
@step_up
@at_organisation(PROVIDER, *SEE_INVITATIONS_PERMISSIONS)
def protection(request: OrganisationRequest, reference: str) -> HttpResponse:
    """Show child protection information to the provider's safeguarding lead only."""
    interest = find_known_invitation(request, reference)
    given = pupils.pupil_protection(
        interest.referral.pupil,
        person=request.user,
        acting_for=request.organisation,
        purpose=JUDGE_SAFETY_PURPOSE,
        at=request.now,
    )
    if given is None:
        raise Http404
    page = {"section": given, "confidential": True}
    return render(request, "provider/invitation_protection.html", invitation_context(request, interest) | page)


@command_views.command_view
@at_organisation(PROVIDER, Can.ANSWER_REFERRALS)
def meet(request: OrganisationRequest, reference: str) -> HttpResponse:
    interest = find_invitation(request, reference)
    offer = _offer(request, interest, "meet")
    form = forms.ChildMetForm.of(request, initial={"on": local_day(request.now)})
    if form.attempt(buying.meet, offer, by=request.user, at=request.now):
        return command_views.redirect_done(request, "Meeting recorded", "provider:invitation", reference)
    return _ask(request, interest, form, "Record that you met the child", "Record the meeting")


@command_views.command_view
@at_organisation(PROVIDER, Can.ANSWER_REFERRALS)
def confirm(request: OrganisationRequest, reference: str) -> HttpResponse:
    interest = find_invitation(request, reference)
    offer = _offer(request, interest, "confirm")
    form = forms.ConfirmPlaceForm.of(request, met_on=offer.met_on)
    if form.attempt(placements.confirm, offer, by=request.user, at=request.now):
        words = "Place confirmed. Next, complete the checks before the child starts."
        return command_views.redirect_done(request, words, "provider:placement", form.result.reference)
    meaning = [
        f"We will tell {offer.buyer}. We will thank the other providers, and they will no longer see this request.",
        "Your service will have one fewer place available. The start date is not agreed until all checks are complete.",
    ]
    return _ask(request, interest, form, "Confirm the place", "Confirm the place", *meaning)


@command_views.command_view
@at_organisation(PROVIDER, Can.ANSWER_REFERRALS)
def withdraw(request: OrganisationRequest, reference: str) -> HttpResponse:
    interest = find_invitation(request, reference)
    offer, form = _offer(request, interest, "withdraw_offer"), forms.WithdrawReplyForm.of(request)
    if form.attempt(buying.withdraw_offer, offer, by=request.user, at=request.now):
        return command_views.redirect_done(
            request, "You have withdrawn from the offer, without penalty.", "provider:invitation", reference
        )
    meaning = [
        "There is no penalty, and withdrawing does not count against you. We will tell the school, and it can ask "
        "other providers.",
        "You will no longer be able to see the child’s details.",
    ]
    return _ask(request, interest, form, "Withdraw from the offer", "Withdraw from the offer", *meaning, stops=True)


@require_safe
@at_organisation(PROVIDER, *SEE_INVITATIONS_PERMISSIONS)
def history(request: OrganisationRequest, reference: str) -> HttpResponse:
    """Show what has happened, without the buyer's name before an offer.

    It never names another provider that was chosen.
    """
    interest = find_invitation(request, reference)
    offered = interest.status in OFFERED_STATUSES

    def names(event: pages.HistoryEvent) -> str:
        if event.acting_for == str(request.organisation):
            return f"{event.by.name}, {request.organisation}"
        return event.acting_for if offered and event.acting_for == str(interest.buyer) else "Another organisation"

    return pages.render_history(
        request, interest, context=invitation_context(request, interest), frame="provider/invitation_frame.html",
        names=names,
    )  # fmt: skip


def find_invitation(request: OrganisationRequest, reference: str) -> ExpressionOfInterest:
    """Find the provider's invitation from the reference in the path.

    Raises Http404 if the person is not allowed to see it.
    """
    seen = queries.invitations(request.organisation, person=request.user, at=request.now)
    return get_object_or_404(seen, reference=reference)


def find_known_invitation(request: OrganisationRequest, reference: str) -> ExpressionOfInterest:
    """Find an invitation for a page that shows its child.

    Raises Http404, and logs the attempt, if the person is not allowed to see it.
    """
    seen = queries.invitations(request.organisation, person=request.user, at=request.now)
    interest = seen.select_related("referral__pupil").filter(reference=reference).first()
    if interest is None:
        other = ExpressionOfInterest.objects.filter(reference=reference).select_related("referral__pupil").first()
        if other is not None:
            pupils.record_refused_access(
                other.referral.pupil, person=request.user, acting_for=request.organisation,
                purpose=DECIDE_ON_OFFER_PURPOSE, at=request.now,
            )  # fmt: skip
        raise Http404
    return interest


def invitation_context(request: OrganisationRequest, interest: ExpressionOfInterest) -> dict[str, Any]:
    """Return the context for every page of an invitation. The buyer is not named before an offer."""
    pages = [("Invitation", _to(request, "invitation", interest))]
    offered = interest.status in OFFERED_STATUSES
    if interest.status == InterestStatus.OFFERED and queries.still_sees_request(interest, request.now):
        pages.append(("Full pack", _to(request, "invitation-pack", interest)))
    pages.append(("History", _to(request, "invitation-history", interest)))
    return {
        "invitation": interest,
        "referral": interest.referral,
        "caption": interest.referral.reference,
        "offered": offered,
        "word": queries.interest_word_of(interest, request.now),
        "parts": record_parts(request, pages),
        "now": request.now,
        "breadcrumbs": [
            ("Invitations", path_at_organisation(request, "provider:invitations")),
            (interest.referral.reference, None if request.path == pages[0][1] else pages[0][1]),
        ],
    }


def _filtered(request: OrganisationRequest) -> tuple[list_pages.StateFilter, Any]:
    every = queries.invitations(request.organisation, person=request.user, at=request.now)
    named = queries.invitation_filters(request.now)
    return list_pages.filter_by_state(
        request, every, named, everything="Open invitations", otherwise=queries.invitations_in_hand(request.now)
    )


def _may_confirm(request: OrganisationRequest, interest: ExpressionOfInterest) -> bool:
    offer = latest_offer(interest)
    return offer is not None and is_allowed(offer, "confirm", request.user, request.now)


def _offer(request: OrganisationRequest, interest: ExpressionOfInterest, verb: str) -> Offer:
    offer = latest_offer(interest)
    if offer is None:
        raise Http404
    command_views.require_permission(request, offer, verb)
    return offer


def _ask(
    request: OrganisationRequest,
    interest: ExpressionOfInterest,
    form: Any,
    heading: str,
    button: str,
    *meaning: str,
    **more: Any,
) -> HttpResponse:
    cancel, caption = _to(request, "invitation", interest), interest.referral.reference
    return command_views.render_command(
        request, form, heading=heading, button=button, cancel=cancel, caption=caption, meaning=meaning, **more
    )


def _to(request: OrganisationRequest, route: str, interest: ExpressionOfInterest) -> str:
    return path_at_organisation(request, f"provider:{route}", interest.reference)
