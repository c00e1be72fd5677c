"""Pages after asking providers: compare replies, answer questions, ask more, make an offer, or close.

A referral is closed if no place was found.
"""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from calloff.buying import commands as buying
from calloff.buying.models import Offer
from calloff.buying.offer_queries import offers_of, open_offer
from calloff.history.transitions import is_allowed
from calloff.kernel.formatting import format_datetime, pluralise
from calloff.people.permissions import Can
from calloff.pupils.reidentification import IDENTIFYING_KINDS, make_identifying_text_finder
from calloff.referrals import commands, default_deadlines, queries
from calloff.referrals.fit import OfferedTerms, find_misfits_for_buyer, unsuited
from calloff.referrals.invitation_eligibility import find_candidates
from calloff.referrals.models import ExpressionOfInterest, Referral, ReferralQuestion
from calloff.referrals.states import InterestStatus, ReferralStatus
from calloff.web import command_views
from calloff.web.buyer.referral_forms import split_instant
from calloff.web.buyer.referrals import find_referral, referral_context
from calloff.web.buyer.reply_forms import (
    AnswerQuestionForm,
    AskMoreForm,
    CloseReferralForm,
    MakeOfferForm,
    TakeBackOfferForm,
)
from calloff.web.forms_ui.forms import ConfirmForm
from calloff.web.navigation import path_at_organisation
from calloff.web.permissions import BUYER, at_organisation
from calloff.web.request import OrganisationRequest

COMPARED_STATUSES = (InterestStatus.INTERESTED, InterestStatus.OFFERED, InterestStatus.CONFIRMED)


# how a buyer can choose a provider, in a school's words, for each direct call-off rule that a market can have
CHOICE_RULE_SENTENCES = {
    "never": "The law for this market requires you to ask every provider in the category, and to choose by "
    "comparing all the "
    "replies",
    "if_terms_set": "You can choose a provider directly, because its signed agreement sets every term",
    "own_terms": "The market’s published terms say how to choose a provider, and require your reason",
}


@require_safe
@at_organisation(BUYER, Can.SEE_PLACING)
def replies(request: OrganisationRequest, reference: str) -> HttpResponse:
    """Compare the replies by weekly price, and show whether each provider has seen the referral and replied."""
    referral = _asked(request, reference)
    answers = queries.interests_of(referral)
    compared = [each for each in answers if each.status in COMPARED_STATUSES]
    page = {
        "answers": answers,
        "compared": compared,
        "weekly": {each.pk: queries.weekly_cost_of(each) for each in compared},
        "timetables": queries.format_timetables_offered(compared),
        "hours": {each.pk: queries.weekly_hours_of(each) for each in compared},
        "misfits": {
            each.pk: find_misfits_for_buyer(each.service, referral, OfferedTerms.of(each))
            for each in compared
            if each.service
        },
        "naming": _naming(referral, answers),
        "typed": any(each.hours is not None for each in compared),
        "offers": list(offers_of(referral)),
        "word_of": queries.interest_word_of,
        "may_offer": may_offer(request, referral),
        "may_take_back": is_allowed(referral, "take_back", request.user, request.now),
        "sees_prices": request.user.can(Can.SEE_PRICES, organisation=request.organisation, at=request.now),
    }
    return render(request, "buyer/referral_replies.html", referral_context(request, referral) | page)


def _naming(referral: Referral, answers: list[ExpressionOfInterest]) -> set[int]:
    """Find the replies that seem to name the child.

    No provider should know the name yet, so the buyer must ask how the provider learned it.
    """
    marks = make_identifying_text_finder(referral.pupil)
    return {
        each.pk
        for each in answers
        if any(mark.why in IDENTIFYING_KINDS for mark in marks(f"{each.message}\n{each.note}"))
    }


@command_views.command_view
@at_organisation(BUYER, Can.PLACE)
def offer(request: OrganisationRequest, reference: str, invitation: str) -> HttpResponse:
    referral = _asked(request, reference)
    interest = get_object_or_404(_interests(referral), reference=invitation)
    command_views.require_permission(request, referral, "offer")
    on, clock = split_instant(default_deadlines.default_confirm_by(request.now))
    initial = {"thanks": buying.DEFAULT_THANKS, "confirm_by": on, "clock": clock}
    form = MakeOfferForm.of(request, initial=initial)
    waiting = queries.count_still_to_reply(referral, request.now)
    if not waiting:
        del form.fields["urgent_reason"]
    unfit = find_misfits_for_buyer(interest.service, referral, OfferedTerms.of(interest)) if interest.service else []
    if not any(each.is_limit for each in unfit):
        del form.fields["fit_reason"]
    if form.attempt(buying.offer, interest, by=request.user, at=request.now):
        return command_views.redirect_done(
            request, f"Conditional offer sent to {interest.provider}", "buyer:referral", reference
        )
    rule = referral.market.rule("direct_call_off")
    meaning = [
        *([f"This service might not suit the pupil. {' '.join(each.sentence for each in unfit)}"] if unfit else []),
        *(
            [
                f"{pluralise(waiting, 'provider')} can still reply until {format_datetime(referral.reply_by)}. Explain "
                "why you cannot wait."
            ]
            if waiting and referral.reply_by
            else []
        ),
        f"{interest.provider} will be able to see the full details, and we record each time they are viewed. Only its "
        "safeguarding lead can see child protection information.",
        "The provider will meet the pupil, then confirm, or withdraw without penalty. We will tell the other "
        "providers when it has confirmed.",
        *([f"{CHOICE_RULE_SENTENCES[str(rule.value)]} ({rule.citation})."] if rule else []),
    ]
    return _ask(
        request, referral, form, f"Make conditional offer to {interest.provider}", "Make conditional offer", *meaning
    )


@command_views.command_view
@at_organisation(BUYER, Can.PLACE)
def take_back(request: OrganisationRequest, reference: str) -> HttpResponse:
    referral = _asked(request, reference)
    command_views.require_permission(request, referral, "take_back")
    made, form = _open_offer(referral), TakeBackOfferForm.of(request)
    if form.attempt(buying.take_back, made, by=request.user, at=request.now):
        return command_views.redirect_done(request, "Offer withdrawn", "buyer:referral", reference)
    meaning = [f"{made.provider} will no longer see the pupil’s details. It will still be listed as interested."]
    return _ask(request, referral, form, "Withdraw the conditional offer", "Withdraw the offer", *meaning, stops=True)


@command_views.command_view
@at_organisation(BUYER, Can.PLACE)
def nudge(request: OrganisationRequest, reference: str) -> HttpResponse:
    referral = _asked(request, reference)
    command_views.require_permission(request, referral, "nudge")
    form = ConfirmForm.of(request)
    if form.attempt(commands.nudge, referral, by=request.user, at=request.now):
        return command_views.redirect_done(request, "Reminder sent", "buyer:referral", reference)
    waiting = [str(each.provider) for each in _interests(referral).filter(status=InterestStatus.ASKED)]
    meaning = [
        f"We will email {', '.join(waiting) or 'no one, because every provider has replied'}. You can do this once a "
        "day."
    ]
    return _ask(request, referral, form, "Remind providers that have not replied", "Remind them", *meaning)


@command_views.command_view
@at_organisation(BUYER, Can.PLACE)
def ask_more(request: OrganisationRequest, reference: str) -> HttpResponse:
    referral = _asked(request, reference)
    command_views.require_permission(request, referral, "ask_more")
    until = max(referral.reply_by or request.now, default_deadlines.default_reply_by(request.now))
    on, clock = split_instant(until)
    others = _others(referral, request)
    unfit = unsuited(referral, [member for member, _ in others])
    choices = [
        (
            member,
            f"{words}. This provider might not suit the pupil. {' '.join(unfit[member.pk])}"
            if member.pk in unfit
            else words,
        )
        for member, words in others
    ]
    form = AskMoreForm.of(request, members=choices, asks_why=bool(unfit), initial={"reply_by": on, "clock": clock})
    if form.attempt(commands.ask_more, referral, by=request.user, at=request.now):
        return command_views.redirect_done(
            request, "Providers asked. We have told them the deadline to reply.", "buyer:referral", reference
        )
    meaning = [
        "If you give a later deadline, we will tell the providers you have already asked. The new "
        "deadline cannot be earlier than the old one."
    ]
    return _ask(request, referral, form, "Ask more providers or allow more time", "Ask", *meaning)


@command_views.command_view
@at_organisation(BUYER, Can.PLACE)
def close(request: OrganisationRequest, reference: str) -> HttpResponse:
    referral = _asked(request, reference)
    command_views.require_permission(request, referral, "close")
    form = CloseReferralForm.of(request)
    if form.attempt(commands.close, referral, by=request.user, at=request.now):
        return command_views.redirect_done(
            request, "Referral closed. No suitable place was found.", "buyer:referral", reference
        )
    meaning = [
        "We will thank the providers you asked. They will no longer see the request, and they cannot read your reason."
    ]
    return _ask(
        request, referral, form, "Close the referral without a place", "Close the referral", *meaning, stops=True
    )


@command_views.command_view
@at_organisation(BUYER, Can.PLACE)
def withdraw(request: OrganisationRequest, reference: str) -> HttpResponse:
    referral = find_referral(request, reference)
    command_views.require_permission(request, referral, "withdraw")
    form = CloseReferralForm.of(request)
    if form.attempt(commands.withdraw, referral, by=request.user, at=request.now):
        return command_views.redirect_done(request, "Referral withdrawn", "buyer:referral", reference)
    asked = "We will thank the providers you asked. They will no longer see the request."
    meaning = ["No provider has seen this referral." if referral.status == ReferralStatus.DRAFT else asked]
    return _ask(request, referral, form, "Withdraw the referral", "Withdraw the referral", *meaning, stops=True)


@require_safe
@at_organisation(BUYER, Can.SEE_PLACING)
def questions(request: OrganisationRequest, reference: str) -> HttpResponse:
    referral = _asked(request, reference)
    may_answer = request.user.can(Can.PLACE, organisation=request.organisation, at=request.now)
    page = {"questions": list(queries.questions_of(referral)), "may_answer": may_answer}
    return render(request, "buyer/referral_questions.html", referral_context(request, referral) | page)


@command_views.command_view
@at_organisation(BUYER, Can.PLACE)
def answer(request: OrganisationRequest, reference: str, pk: int) -> HttpResponse:
    referral = _asked(request, reference)
    question = get_object_or_404(
        ReferralQuestion.objects.select_related("referral__pupil", "authority"), pk=pk, referral=referral
    )
    command_views.require_permission(request, question, "answer_question")
    form = AnswerQuestionForm.of(request)
    if form.attempt(commands.answer_question, question, by=request.user, at=request.now):
        return command_views.redirect_done(
            request, "Answer sent to every provider you asked", "buyer:referral-questions", reference
        )
    meaning = ["The other providers will see the question but not who asked it."]
    return _ask(request, referral, form, "Answer the question", "Send the answer", *meaning, quoted=question.text)


def may_offer(request: OrganisationRequest, referral: Referral) -> bool:
    return is_allowed(referral, "offer", request.user, request.now)


def _asked(request: OrganisationRequest, reference: str) -> Referral:
    """Find a referral that has been sent to providers. Raises Http404 if it is still a draft."""
    referral = find_referral(request, reference)
    if referral.asked_at is None:
        raise Http404
    return referral


def _interests(referral: Referral) -> Any:
    return ExpressionOfInterest.objects.filter(referral=referral).select_related(
        "provider", "referral__market", "referral__pupil", "member", "service"
    )


def _open_offer(referral: Referral) -> Offer:
    made = open_offer(referral)
    if made is None:
        raise Http404
    return made


def _others(referral: Referral, request: OrganisationRequest) -> list[tuple[Any, str]]:
    """List the providers that can still be asked: those not asked yet, and those that no longer take part."""
    known = {each.provider_id: each for each in _interests(referral)}
    may_be = [each.member for each in find_candidates(referral.lot, request.now) if not each.why_not]
    again = {InterestStatus.NOT_CHOSEN, InterestStatus.WITHDRAWN, InterestStatus.DECLINED}
    chosen = []
    for member in may_be:
        asked = known.get(member.provider_id)
        if asked is None:
            chosen.append((member, ""))
        elif asked.status in again:
            chosen.append((member, f" (again: {str(asked.get_status_display()).lower()})"))
    return chosen


def _ask(
    request: OrganisationRequest, referral: Referral, form: Any, heading: str, button: str, *meaning: str, **more: Any
) -> HttpResponse:
    cancel = path_at_organisation(request, "buyer:referral", referral.reference)
    return command_views.render_command(
        request,
        form,
        heading=heading,
        button=button,
        cancel=cancel,
        caption=referral.reference,
        meaning=meaning,
        **more,
    )
