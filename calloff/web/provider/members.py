"""Our standing: the provider's memberships, what hangs on them, and its answers."""

from collections.abc import Callable

from django.contrib import messages
from django.db.models import F, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from calloff.kernel.clock import local_day
from calloff.kernel.words import day, deadline
from calloff.members import commands, queries
from calloff.members.models import Condition, Member, MemberQuerySet, Removal
from calloff.members.standing import Standing, standing_of, what_listing_needs
from calloff.members.states import STANDING
from calloff.people.permissions import Can
from calloff.web.access import PROVIDER, at_organisation
from calloff.web.http import Request
from calloff.web.provider import finding, telling
from calloff.web.provider.finding import get_or_post, ours
from calloff.web.provider.forms import InWords, StateFilter

STATES: dict[str, tuple[str, Q]] = {
    "standing": ("Not ended", Q(status__in=STANDING)),
    "over": ("Removed or ended", ~Q(status__in=STANDING)),
}


@require_safe
@at_organisation(PROVIDER)
def member_list(request: Request) -> HttpResponse:
    form, found = _filtered(request)
    page = finding.list_page(request, found, ("authority_id", "market_id", "number", "pk"), "membership")
    page |= {"filter": form, "chosen": finding.chosen(request, form), "standing": _standing(request)}
    return render(request, "provider/members.html", page)


@require_safe
@at_organisation(PROVIDER)
def export(request: Request) -> HttpResponse:
    header, standing = ("Reference", "Authority", "Market", "Category", "Standing", "Since"), _standing(request)
    rows = (
        (
            one.reference,
            one.authority.name,
            one.market.title,
            str(one.lot),
            str(standing(one)),
            str(local_day(one.joined_at)),
        )
        for one in _filtered(request)[1]
    )
    return finding.export("memberships.csv", header, rows)


@require_safe
@at_organisation(PROVIDER)
def member(request: Request, reference: str) -> HttpResponse:
    found = finding.member(request, reference)
    page = {
        "conditions": list(found.conditions.order_by("due_on", "pk")),
        "removals": list(found.removals.order_by("-proposed_at")),
        "needs": what_listing_needs(found, on=local_day(request.now)),
        "may_apply": request.user.can(Can.APPLY, at=ours(request), when=request.now),
    }
    return render(request, "provider/member.html", _page(request, found) | page)


@require_safe
@at_organisation(PROVIDER)
def history(request: Request, reference: str) -> HttpResponse:
    found = finding.member(request, reference)
    records = [found, *found.conditions.all(), *found.removals.all()]
    return render(request, "provider/member_history.html", _page(request, found) | telling.told(records, ours(request)))


@get_or_post
@at_organisation(PROVIDER, Can.APPLY)
def answer_condition(request: Request, pk: int) -> HttpResponse:
    seen = Condition.objects.filter(provider=ours(request)).select_related("member__lot", "authority")
    found, form = get_object_or_404(seen, pk=pk), InWords.of(request)
    back = _to(request, "member", found.member)
    if stopped := finding.not_now(request, found, "answer_condition", back):
        return stopped
    if form.attempt(commands.answer_condition, found, by=request.user, at=request.now):
        messages.success(request, f"Your answer is sent to {found.authority}. It says when the condition is met.")
        return redirect(back)
    meaning = [
        f"By the end of {day(found.due_on)}.",
        "Say what you have done, and name the evidence that shows it by its reference, like EV-7K3QX.",
    ]
    return finding.ask(
        request, form, heading="Say how you have met the condition", caption=found.member.reference, meaning=meaning,
        quoted=found.text, button="Send the answer", cancel=back,
    )  # fmt: skip


@get_or_post
@at_organisation(PROVIDER, Can.APPLY)
def answer_removal(request: Request, pk: int) -> HttpResponse:
    seen = Removal.objects.filter(provider=ours(request)).select_related("member__lot", "authority")
    found, form = get_object_or_404(seen, pk=pk), InWords.of(request)
    back = _to(request, "member", found.member)
    if stopped := finding.not_now(request, found, "answer_removal", back):
        return stopped
    if form.attempt(commands.answer_removal, found, by=request.user, at=request.now):
        messages.success(request, f"Your response is sent to {found.authority}.")
        return redirect(back)
    meaning = [
        f"{found.authority} proposes to remove you from {found.member.lot}. Nothing has been decided.",
        f"Respond {deadline(found.answer_by, request.now)}. After that it may decide without your response."
        if request.now < found.answer_by
        else "The time to respond is over; a response is still taken until it is decided.",
    ]
    return finding.ask(
        request, form, heading="Respond to the proposed removal", caption=found.member.reference, meaning=meaning,
        quoted=found.reason, button="Send the response", cancel=back,
    )  # fmt: skip


def _filtered(request: Request) -> tuple[StateFilter, MemberQuerySet]:
    form = StateFilter.of(
        request, states={key: words for key, (words, _) in STATES.items()}, everything="All memberships"
    )
    found = queries.of_provider(ours(request), person=request.user, at=request.now).annotate(number=F("lot__number"))
    found = found.order_by("authority_id", "market_id", "number", "pk")
    return form, found.filter(STATES[form.state_chosen][1]) if form.state_chosen else found


def _standing(request: Request) -> Callable[[Member], Standing]:
    today = local_day(request.now)
    return lambda one: standing_of(one, on=today)


def _to(request: Request, route: str, found: Member) -> str:
    return reverse(f"provider:{route}", args=[ours(request).slug, found.reference])


def _page(request: Request, found: Member) -> dict[str, object]:
    hrefs = [("Standing", _to(request, "member", found)), ("History", _to(request, "member-history", found))]
    parts = [(words, href, href == request.path) for words, href in hrefs]
    return {"member": found, "standing": _standing(request)(found), "parts": parts, "today": local_day(request.now)}
