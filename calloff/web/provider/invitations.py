"""Invitations: what schools ask a provider, without saying for whom; what it answers; and a conditional offer."""

from contextlib import suppress
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.views.decorators.http import require_safe

from calloff.buying import commands as buying
from calloff.buying.models import Offer
from calloff.buying.offer_queries import latest_offer, urgent_offer
from calloff.buying.states import OfferStatus
from calloff.history.transitions import may
from calloff.kernel.clock import local_day
from calloff.kernel.lifecycles import Refused
from calloff.people.permissions import Can
from calloff.placements import commands as placements
from calloff.pupils import queries as pupils
from calloff.pupils.contact_rules import OFFER_PACK
from calloff.referrals import commands, queries
from calloff.referrals.fit import misfits
from calloff.referrals.invitation_eligibility import why_not_for_itself
from calloff.referrals.models import Interest
from calloff.referrals.states import InterestStatus
from calloff.web import command_views, list_pages, spreadsheet_exports
from calloff.web.forms_ui.forms import Confirm
from calloff.web.history import pages, referral_words
from calloff.web.navigation import parts, within
from calloff.web.permissions import PROVIDER, at_organisation, step_up
from calloff.web.provider import invitation_forms as forms
from calloff.web.request import AtOrganisation

DECIDING = "To decide whether to confirm the place"
KEEPING_SAFE = "To judge whether the child can be kept safe"
SEES = (Can.ANSWER_REFERRALS, Can.SAFEGUARD)


@require_safe
@at_organisation(PROVIDER, *SEES)
def invitation_list(request: AtOrganisation) -> HttpResponse:
    filters, seen = _filtered(request)
    page = list_pages.list_page(request, seen, ("-asked_at", "-pk"), one="invitation", filters=filters)
    page["words"] = {one.pk: queries.word_of_interest(one, request.now) for one in page["rows"]}
    return render(request, "provider/invitations.html", page | {"now": request.now})


@require_safe
@at_organisation(PROVIDER, *SEES)
def export(request: AtOrganisation) -> HttpResponse:
    header = ("Invitation", "Referral", "Category", "Asked", "Reply by", "Answered", "Status")
    rows = (
        (one.reference, one.referral.reference, one.referral.lot, local_day(one.asked_at), one.referral.reply_by,
         one.answered_at, queries.word_of_interest(one, request.now))
        for one in _filtered(request)[1].order_by("-asked_at", "-pk")
    )  # fmt: skip
    return spreadsheet_exports.as_csv("invitations.csv", header, rows)


@require_safe
@at_organisation(PROVIDER, *SEES)
def invitation(request: AtOrganisation, reference: str) -> HttpResponse:
    """Show what is asked, and the clock. That it was seen is recorded, once, by whoever may answer."""
    one = found(request, reference)
    if one.seen_at is None and may(one, "open", request.user, request.now):
        with suppress(Refused):  # answered by a colleague a moment ago
            commands.open(one, by=request.user, at=request.now)
    offer = latest_offer(one)
    page = {
        "offer": offer, "urgent": urgent_offer(one), "made": OfferStatus.MADE, "questions": queries.questions_for(one),
        "why_not": why_not_for_itself(one.member, request.now), "takes": one.referral.takes_replies_at(request.now),
        "can": {verb: may(one, verb, request.user, request.now) for verb in ("reply", "decline")},
        "answers": request.user.can(Can.ANSWER_REFERRALS, at=request.organisation, when=request.now),
        "guards": request.user.can(Can.SAFEGUARD, at=request.organisation, when=request.now),
        "timetable": queries.timetables_in_words([one])[one.pk], "hours": queries.hours_of(one),
        "shown": queries.shown_to_all(one.referral) if queries.reads_picture(one, request.now) else [],
    }  # fmt: skip
    return render(request, "provider/invitation.html", frame(request, one) | page)


@command_views.asks
@at_organisation(PROVIDER, Can.ANSWER_REFERRALS)
def interested(request: AtOrganisation, reference: str) -> HttpResponse:
    """Ask how the provider would take the child, show the answers once more, and send them."""
    one = found(request, reference)
    command_views.must(request, one, "reply")
    prices = queries.prices_to_offer(one)
    form = forms.InterestedForm.of(
        request, prices=prices, sites=queries.sites_to_offer(one), initial=forms.said_of(one, prices)
    )
    if form.checked and form.attempt(commands.reply, one, by=request.user, at=request.now):
        return command_views.SeeOther(_to(request, "invitation-interested-done", one))
    page = {"form": form, "cancel": _to(request, "invitation", one), "has_prices": bool(prices)}
    checks = request.method == "POST" and not form.checked and not form.changing
    if checks and form.attempt(commands.check_reply, one, at=request.now):
        page |= {"said": form.in_words(), "hidden": forms.as_hidden(request.POST)}
        page |= {"misfits": misfits(form.cleaned_data["reply"].service, one.referral, form.offered)}
        return render(request, "provider/invitation_check.html", frame(request, one) | page)
    return render(request, "provider/invitation_interested.html", frame(request, one) | page)


@require_safe
@at_organisation(PROVIDER, Can.ANSWER_REFERRALS)
def replied(request: AtOrganisation, reference: str) -> HttpResponse:
    one = found(request, reference)
    if one.answered_at is None:
        raise Http404
    return render(request, "provider/invitation_done.html", frame(request, one))


@command_views.asks
@at_organisation(PROVIDER, Can.ANSWER_REFERRALS)
def decline(request: AtOrganisation, reference: str) -> HttpResponse:
    one = found(request, reference)
    command_views.must(request, one, "decline")
    form = forms.DeclineForm.of(request, initial={"reason": one.reason, "note": one.note})
    if form.attempt(commands.decline, one, by=request.user, at=request.now):
        return command_views.done(
            request, "You have declined. Thank you for telling us.", "provider:invitation", reference
        )
    meaning = ["The school can read your reason. You can change your answer until replies close."]
    return _ask(request, one, form, "Decline", "Decline", *meaning)


@command_views.asks
@at_organisation(PROVIDER, Can.ANSWER_REFERRALS)
def ask_question(request: AtOrganisation, reference: str) -> HttpResponse:
    one = found(request, reference)
    form = forms.QuestionForm.of(request)
    if form.attempt(commands.ask_question, one, by=request.user, at=request.now):
        return command_views.done(request, "Question sent", "provider:invitation", reference)
    meaning = [
        "Every provider that was asked can read the question and the answer, but not who asked. Do not name anyone."
    ]
    return _ask(request, one, form, "Ask a question", "Send the question", *meaning)


@require_safe
@at_organisation(PROVIDER, *SEES)
def pack(request: AtOrganisation, reference: str) -> HttpResponse:
    """Show the full pack to the provider that holds the offer. Each opening is recorded, and so is a refused try."""
    one = known(request, reference)
    given = pupils.pack(
        one.referral.pupil,
        place=OFFER_PACK,
        person=request.user,
        acting_for=request.organisation,
        purpose=DECIDING,
        at=request.now,
    )
    if given is None:
        raise Http404
    return render(request, "provider/invitation_pack.html", frame(request, one) | {"pack": given, "confidential": True})


@require_safe
@step_up
@at_organisation(PROVIDER, *SEES)
def protection(request: AtOrganisation, reference: str) -> HttpResponse:
    """Show what protects the child, to the provider's safeguarding lead alone."""
    one = known(request, reference)
    given = pupils.protection(
        one.referral.pupil, person=request.user, acting_for=request.organisation, purpose=KEEPING_SAFE, at=request.now
    )
    if given is None:
        raise Http404
    page = {"section": given, "confidential": True}
    return render(request, "provider/invitation_protection.html", frame(request, one) | page)


@command_views.asks
@at_organisation(PROVIDER, Can.ANSWER_REFERRALS)
def meet(request: AtOrganisation, reference: str) -> HttpResponse:
    one = found(request, reference)
    offer, form = _offer(request, one, "meet"), forms.MetForm.of(request, initial={"on": local_day(request.now)})
    if form.attempt(buying.meet, offer, by=request.user, at=request.now):
        return command_views.done(request, "Meeting recorded", "provider:invitation", reference)
    return _ask(request, one, form, "Record that you met the child", "Record the meeting")


@command_views.asks
@at_organisation(PROVIDER, Can.ANSWER_REFERRALS)
def confirm(request: AtOrganisation, reference: str) -> HttpResponse:
    one = found(request, reference)
    offer, form = _offer(request, one, "confirm"), Confirm.of(request)
    if form.attempt(placements.confirm, offer, by=request.user, at=request.now):
        words = "Place confirmed. Next, complete the checks before the child starts."
        return command_views.done(request, words, "provider:placement", form.result.reference)
    meaning = [
        f"We will tell {offer.buyer}. We will thank the other providers, and they will no longer see this request.",
        "Your service will have one fewer place available. The start date is not agreed until all checks are complete.",
        *(["You have not recorded that you met the child yet."] if offer.met_on is None else []),
    ]
    return _ask(request, one, form, "Confirm the place", "Confirm the place", *meaning)


@command_views.asks
@at_organisation(PROVIDER, Can.ANSWER_REFERRALS)
def withdraw(request: AtOrganisation, reference: str) -> HttpResponse:
    one = found(request, reference)
    offer, form = _offer(request, one, "withdraw_offer"), forms.WithdrawForm.of(request)
    if form.attempt(buying.withdraw_offer, offer, by=request.user, at=request.now):
        return command_views.done(
            request, "You have withdrawn from the offer, without penalty.", "provider:invitation", reference
        )
    meaning = [
        "There is no penalty, and withdrawing does not count against you. We will tell the school, and it can ask "
        "other providers.",
        "You will no longer be able to see the child’s details.",
    ]
    return _ask(request, one, form, "Withdraw from the offer", "Withdraw from the offer", *meaning, stops=True)


@require_safe
@at_organisation(PROVIDER, *SEES)
def history(request: AtOrganisation, reference: str) -> HttpResponse:
    """Tell what happened, without who asked before an offer, and never who else was chosen."""
    one = found(request, reference)
    offered = one.status in {InterestStatus.OFFERED, InterestStatus.CONFIRMED}

    def names(event: pages.Happened) -> str:
        if event.acting_for == str(request.organisation):
            return f"{event.by.name}, {request.organisation}"
        return event.acting_for if offered and event.acting_for == str(one.buyer) else "Another organisation"

    return pages.page(
        request, one, context=frame(request, one), frame="provider/invitation_frame.html",
        words=referral_words.INVITATION, names=names,
    )  # fmt: skip


def found(request: AtOrganisation, reference: str) -> Interest:
    """Find an invitation of the provider of the path; what a person may not see is not there."""
    seen = queries.invitations(request.organisation, person=request.user, at=request.now)
    return get_object_or_404(seen, reference=reference)


def known(request: AtOrganisation, reference: str) -> Interest:
    """Find an invitation whose child somebody wants to know of. Whoever may not see it is refused, on record."""
    seen = queries.invitations(request.organisation, person=request.user, at=request.now)
    one = seen.select_related("referral__pupil").filter(reference=reference).first()
    if one is None:
        theirs = Interest.objects.filter(reference=reference).select_related("referral__pupil").first()
        if theirs is not None:
            pupils.refused(
                theirs.referral.pupil, person=request.user, acting_for=request.organisation, purpose=DECIDING,
                at=request.now,
            )  # fmt: skip
        raise Http404
    return one


def frame(request: AtOrganisation, one: Interest) -> dict[str, Any]:
    """Return what every page of an invitation shows. Who asks is not said before an offer."""
    pages = [("Invitation", _to(request, "invitation", one))]
    offered = one.status in {InterestStatus.OFFERED, InterestStatus.CONFIRMED}
    if one.status == InterestStatus.OFFERED and queries.reads_picture(one, request.now):
        pages.append(("Full pack", _to(request, "invitation-pack", one)))
    pages.append(("History", _to(request, "invitation-history", one)))
    return {
        "invitation": one, "referral": one.referral, "caption": one.referral.reference, "offered": offered,
        "word": queries.word_of_interest(one, request.now), "parts": parts(request, pages), "now": request.now,
        "breadcrumbs": [
            ("Invitations", within(request, "provider:invitations")),
            (one.referral.reference, None if request.path == pages[0][1] else pages[0][1]),
        ],
    }  # fmt: skip


def _filtered(request: AtOrganisation) -> tuple[list_pages.StateFilter, Any]:
    every = queries.invitations(request.organisation, person=request.user, at=request.now)
    named = queries.invitation_states(request.now)
    return list_pages.in_state(
        request, every, named, everything="Open invitations", otherwise=queries.invitations_in_hand(request.now)
    )


def _offer(request: AtOrganisation, one: Interest, verb: str) -> Offer:
    offer = latest_offer(one)
    if offer is None:
        raise Http404
    command_views.must(request, offer, verb)
    return offer


def _ask(
    request: AtOrganisation, one: Interest, form: Any, heading: str, button: str, *meaning: str, **more: Any
) -> HttpResponse:
    cancel, caption = _to(request, "invitation", one), one.referral.reference
    return command_views.ask(
        request, form, heading=heading, button=button, cancel=cancel, caption=caption, meaning=meaning, **more
    )


def _to(request: AtOrganisation, route: str, one: Interest) -> str:
    return within(request, f"provider:{route}", one.reference)


I = "invitations/<str:reference>"  # noqa: E741
urls = [
    path("invitations", invitation_list, name="invitations"),
    path("invitations.csv", export, name="invitations-export"),
    path(I, invitation, name="invitation"),
    path(f"{I}/interested", interested, name="invitation-interested"),
    path(f"{I}/interested/done", replied, name="invitation-interested-done"),
    path(f"{I}/decline", decline, name="invitation-decline"),
    path(f"{I}/ask", ask_question, name="invitation-ask-question"),
    path(f"{I}/pack", pack, name="invitation-pack"),
    path(f"{I}/protection", protection, name="invitation-protection"),
    path(f"{I}/meet", meet, name="invitation-meet"),
    path(f"{I}/confirm", confirm, name="invitation-confirm"),
    path(f"{I}/withdraw", withdraw, name="invitation-withdraw"),
    path(f"{I}/history", history, name="invitation-history"),
]
