"""After asking: replies side by side, questions, others too, a conditional offer, and the ends without a place."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.views.decorators.http import require_safe

from calloff.buying import commands as buying
from calloff.buying.models import Offer
from calloff.buying.offer_queries import offers_of, open_offer
from calloff.history.transitions import may
from calloff.kernel.formatting import moment, plural
from calloff.people.permissions import Can
from calloff.pupils.reidentification import NAMING, marker
from calloff.referrals import commands, default_deadlines, queries
from calloff.referrals.fit import Offered, misfits_for_buyer, unsuited
from calloff.referrals.invitation_eligibility import candidates
from calloff.referrals.models import Interest, Question, Referral
from calloff.referrals.states import InterestStatus, Status
from calloff.web import command_views
from calloff.web.buyer.referral_forms import parts_of
from calloff.web.buyer.referrals import R, found, frame
from calloff.web.buyer.reply_forms import AnswerForm, CloseForm, MoreForm, OfferForm, TakeBackForm
from calloff.web.forms_ui.forms import Confirm
from calloff.web.navigation import within
from calloff.web.permissions import BUYER, at_organisation
from calloff.web.request import AtOrganisation

COMPARED = (InterestStatus.INTERESTED, InterestStatus.OFFERED, InterestStatus.CONFIRMED)


# How a provider is chosen, as a school reads it, by the rule that the officers call a direct call-off
CHOOSING = {
    "never": "The law for this market requires you to ask everyone in the category. Choose by comparing all the "
    "replies",
    "if_terms_set": "You can choose a provider directly, because its signed agreement sets every term",
    "own_terms": "The market’s published terms say how to choose a provider, and require your reason",
}


@require_safe
@at_organisation(BUYER, Can.SEE_PLACING)
def replies(request: AtOrganisation, reference: str) -> HttpResponse:
    """Put the replies side by side, price like for like, and say of everybody whether they saw it and replied."""
    one = _asked(request, reference)
    answers = queries.answers(one)
    compared = [each for each in answers if each.status in COMPARED]
    page = {
        "answers": answers, "compared": compared, "weekly": {each.pk: queries.a_week(each) for each in compared},
        "timetables": queries.timetables_in_words(compared),
        "hours": {each.pk: queries.hours_of(each) for each in compared},
        "misfits": {
            each.pk: misfits_for_buyer(each.service, one, Offered.of(each)) for each in compared if each.service
        },
        "naming": _naming(one, answers),
        "typed": any(each.hours is not None for each in compared),
        "offers": list(offers_of(one)), "word_of": queries.word_of_interest, "may_offer": may_offer(request, one),
        "may_take_back": may(one, "take_back", request.user, request.now),
        "sees_prices": request.user.can(Can.SEE_PRICES, at=request.organisation, when=request.now),
    }  # fmt: skip
    return render(request, "buyer/referral_replies.html", frame(request, one) | page)


def _naming(one: Referral, answers: list[Interest]) -> set[int]:
    """Find the replies that seem to name the child: no provider knows that yet, so the buyer asks how this one does."""
    marks = marker(one.pupil)
    return {each.pk for each in answers if any(mark.why in NAMING for mark in marks(f"{each.message}\n{each.note}"))}


@command_views.asks
@at_organisation(BUYER, Can.PLACE)
def offer(request: AtOrganisation, reference: str, invitation: str) -> HttpResponse:
    one = _asked(request, reference)
    interest = get_object_or_404(_interests(one), reference=invitation)
    command_views.must(request, one, "offer")
    on, clock = parts_of(default_deadlines.confirm_by(request.now))
    said = {"thanks": buying.THANKS, "confirm_by": on, "clock": clock}
    form = OfferForm.of(request, initial=said)
    waiting = queries.still_to_reply(one, request.now)
    if not waiting:
        del form.fields["urgent_reason"]
    unfit = misfits_for_buyer(interest.service, one, Offered.of(interest)) if interest.service else []
    if not any(each.is_limit for each in unfit):
        del form.fields["fit_reason"]
    if form.attempt(buying.offer, interest, by=request.user, at=request.now):
        return command_views.done(
            request, f"Conditional offer sent to {interest.provider}", "buyer:referral", reference
        )
    rule = one.market.rule("direct_call_off")
    meaning = [
        *([f"This service might not suit the child. {' '.join(each.sentence for each in unfit)}"] if unfit else []),
        *(
            [
                f"{plural(waiting, 'provider')} can still reply until {moment(one.reply_by)}. Explain why you cannot "
                "wait."
            ]
            if waiting and one.reply_by
            else []
        ),
        f"{interest.provider} will be able to see the full details, and we record each time they are viewed. Only its "
        "safeguarding lead can see child protection information.",
        "The provider will meet the child, then confirm, or withdraw without penalty. We will tell the other "
        "providers when it has confirmed.",
        *([f"{CHOOSING[str(rule.value)]} ({rule.citation})."] if rule else []),
    ]
    return _ask(request, one, form, f"Offer the place to {interest.provider}", "Make the conditional offer", *meaning)


@command_views.asks
@at_organisation(BUYER, Can.PLACE)
def take_back(request: AtOrganisation, reference: str) -> HttpResponse:
    one = _asked(request, reference)
    command_views.must(request, one, "take_back")
    made, form = _open_offer(one), TakeBackForm.of(request)
    if form.attempt(buying.take_back, made, by=request.user, at=request.now):
        return command_views.done(request, "Offer withdrawn", "buyer:referral", reference)
    meaning = [f"{made.provider} will no longer see the child’s details. It will still be listed as interested."]
    return _ask(request, one, form, "Withdraw the conditional offer", "Withdraw the offer", *meaning, stops=True)


@command_views.asks
@at_organisation(BUYER, Can.PLACE)
def nudge(request: AtOrganisation, reference: str) -> HttpResponse:
    one = _asked(request, reference)
    command_views.must(request, one, "nudge")
    form = Confirm.of(request)
    if form.attempt(commands.nudge, one, by=request.user, at=request.now):
        return command_views.done(request, "Reminder sent", "buyer:referral", reference)
    waiting = [str(each.provider) for each in _interests(one).filter(status=InterestStatus.ASKED)]
    meaning = [
        f"We will email {', '.join(waiting) or 'no one, because every provider has replied'}. You can do this "
        "once a day."
    ]
    return _ask(request, one, form, "Remind providers that have not replied", "Remind them", *meaning)


@command_views.asks
@at_organisation(BUYER, Can.PLACE)
def ask_more(request: AtOrganisation, reference: str) -> HttpResponse:
    one = _asked(request, reference)
    command_views.must(request, one, "ask_more")
    until = max(one.reply_by or request.now, default_deadlines.reply_by(request.now))
    on, clock = parts_of(until)
    others = _others(one, request)
    unfit = unsuited(one, [member for member, _ in others])
    choices = [
        (member, f"{words}. Might not suit the child. {' '.join(unfit[member.pk])}" if member.pk in unfit else words)
        for member, words in others
    ]
    form = MoreForm.of(request, members=choices, asks_why=bool(unfit), initial={"reply_by": on, "clock": clock})
    if form.attempt(commands.ask_more, one, by=request.user, at=request.now):
        return command_views.done(
            request, "Providers asked. We have told them when to reply by.", "buyer:referral", reference
        )
    meaning = [
        "If you give a later time, we will tell the providers you have already asked. The new time cannot be earlier."
    ]
    return _ask(request, one, form, "Ask more providers or give longer", "Ask", *meaning)


@command_views.asks
@at_organisation(BUYER, Can.PLACE)
def close(request: AtOrganisation, reference: str) -> HttpResponse:
    one = _asked(request, reference)
    command_views.must(request, one, "close")
    form = CloseForm.of(request)
    if form.attempt(commands.close, one, by=request.user, at=request.now):
        return command_views.done(request, "Referral closed. No suitable place was found.", "buyer:referral", reference)
    meaning = [
        "We will thank the providers you asked. They will no longer see the request, and they cannot read your reason."
    ]
    return _ask(request, one, form, "Close the referral without a place", "Close the referral", *meaning, stops=True)


@command_views.asks
@at_organisation(BUYER, Can.PLACE)
def withdraw(request: AtOrganisation, reference: str) -> HttpResponse:
    one = found(request, reference)
    command_views.must(request, one, "withdraw")
    form = CloseForm.of(request)
    if form.attempt(commands.withdraw, one, by=request.user, at=request.now):
        return command_views.done(request, "Referral withdrawn", "buyer:referral", reference)
    asked = "We will thank the providers you asked. They will no longer see the request."
    meaning = ["No provider has seen it." if one.status == Status.DRAFT else asked]
    return _ask(request, one, form, "Withdraw the referral", "Withdraw the referral", *meaning, stops=True)


@require_safe
@at_organisation(BUYER, Can.SEE_PLACING)
def questions(request: AtOrganisation, reference: str) -> HttpResponse:
    one = _asked(request, reference)
    may_answer = request.user.can(Can.PLACE, at=request.organisation, when=request.now)
    page = {"questions": list(queries.questions_of(one)), "may_answer": may_answer}
    return render(request, "buyer/referral_questions.html", frame(request, one) | page)


@command_views.asks
@at_organisation(BUYER, Can.PLACE)
def answer(request: AtOrganisation, reference: str, pk: int) -> HttpResponse:
    one = _asked(request, reference)
    question = get_object_or_404(Question.objects.select_related("referral__pupil", "authority"), pk=pk, referral=one)
    command_views.must(request, question, "answer_question")
    form = AnswerForm.of(request)
    if form.attempt(commands.answer_question, question, by=request.user, at=request.now):
        return command_views.done(
            request, "Answer sent to every provider you asked", "buyer:referral-questions", reference
        )
    meaning = ["The other providers will see the question but not who asked it."]
    return _ask(request, one, form, "Answer the question", "Send the answer", *meaning, quoted=question.text)


def may_offer(request: AtOrganisation, one: Referral) -> bool:
    return may(one, "offer", request.user, request.now)


def _asked(request: AtOrganisation, reference: str) -> Referral:
    """Find a referral that providers have been asked: of a draft there is nothing to see here."""
    one = found(request, reference)
    if one.asked_at is None:
        raise Http404
    return one


def _interests(one: Referral) -> Any:
    return Interest.objects.filter(referral=one).select_related(
        "provider", "referral__market", "referral__pupil", "member", "service"
    )


def _open_offer(one: Referral) -> Offer:
    made = open_offer(one)
    if made is None:
        raise Http404
    return made


def _others(one: Referral, request: AtOrganisation) -> list[tuple[Any, str]]:
    """List whom else to ask: who is not asked, and who was and is not any more."""
    known = {each.provider_id: each for each in _interests(one)}
    may_be = [each.member for each in candidates(one.lot, request.now) if not each.why_not]
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
    request: AtOrganisation, one: Referral, form: Any, heading: str, button: str, *meaning: str, **more: Any
) -> HttpResponse:
    cancel = within(request, "buyer:referral", one.reference)
    return command_views.ask(
        request, form, heading=heading, button=button, cancel=cancel, caption=one.reference, meaning=meaning, **more
    )


urls = [
    path(f"{R}/replies", replies, name="referral-replies"),
    path(f"{R}/offer/<str:invitation>", offer, name="referral-offer"),
    path(f"{R}/take-back", take_back, name="referral-take-back"),
    path(f"{R}/nudge", nudge, name="referral-nudge"),
    path(f"{R}/ask-more", ask_more, name="referral-ask-more"),
    path(f"{R}/close", close, name="referral-close"),
    path(f"{R}/withdraw", withdraw, name="referral-withdraw"),
    path(f"{R}/questions", questions, name="referral-questions"),
    path(f"{R}/questions/<int:pk>/answer", answer, name="referral-answer-question"),
]
