"""Changes of what was signed: what was, what would be, and the buyer's answer."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from calloff.history.steps import may
from calloff.kernel.words import day
from calloff.people.permissions import Can
from calloff.placements import commands, queries
from calloff.placements.models import Change, Placement
from calloff.web import placing, verbs
from calloff.web.access import BUYER, at_organisation
from calloff.web.buyer.placements.finding import found, page, to
from calloff.web.forms import Confirm
from calloff.web.http import AtOrganisation

VERBS = ("agree", "decline", "withdraw")


@require_safe
@at_organisation(BUYER, Can.SEE_PLACING)
def change_list(request: AtOrganisation, reference: str) -> HttpResponse:
    one = found(request, reference)
    person, at = request.user, request.now
    told = [
        (change, placing.change_rows(change), {verb: may(change, f"{verb}_change", person, at) for verb in VERBS})
        for change in one.changes.all()
    ]  # fmt: skip
    more = {"changes": told, "may_propose": one.is_live and person.can(Can.CHANGE_PLACEMENT, at=one.buyer, when=at)}
    return render(request, "buyer/placement_changes.html", page(request, one, **more))


@verbs.asks
@at_organisation(BUYER, Can.CHANGE_PLACEMENT)
def propose_change(request: AtOrganisation, reference: str) -> HttpResponse:
    one = found(request, reference)
    form = placing.ChangeForm.of(request, placement=one, sites=queries.open_sites(one))
    side = Change.Side.BUYER
    if form.attempt(commands.propose_change, one, side=side, by=request.user, at=request.now):
        words = f"Your change is with {one.provider}. Nothing changes until it agrees."
        return verbs.done(request, words, to(request, "changes", reference))
    meaning = [f"Nothing changes until {one.provider} agrees. Change only what is to be different."]
    return verbs.ask(
        request, form, heading="Propose a change", caption=reference, meaning=meaning, button="Propose the change",
        cancel=to(request, "changes", reference),
    )  # fmt: skip


@verbs.asks
@at_organisation(BUYER, Can.SEE_PLACING)
def agree_change(request: AtOrganisation, reference: str, number: int) -> HttpResponse:
    one, change = _change(request, reference, number)
    form = Confirm.of(request)
    verbs.must(request, change, "agree_change")
    if form.attempt(commands.agree_change, change, by=request.user, at=request.now):
        return verbs.done(request, "The change is agreed.", to(request, "changes", reference))
    rows = [f"{what}: from {old} to {new}." for what, old, new in placing.change_rows(change)]
    meaning = [*rows, f"It holds from {day(change.from_on)}. What was signed is kept.", f"Why: {change.reason}"]
    return verbs.ask(
        request, form, heading="Agree to the change", caption=one.reference, meaning=meaning, button="Agree to it",
        cancel=to(request, "changes", reference),
    )  # fmt: skip


@verbs.asks
@at_organisation(BUYER, Can.SEE_PLACING)
def decline_change(request: AtOrganisation, reference: str, number: int) -> HttpResponse:
    _, change = _change(request, reference, number)
    form = placing.Why.of(request)
    verbs.must(request, change, "decline_change")
    if form.attempt(commands.decline_change, change, by=request.user, at=request.now):
        return verbs.done(request, "The change is declined.", to(request, "changes", reference))
    return verbs.ask(
        request, form, heading="Decline the change", caption=reference, meaning=["What was signed stands."],
        button="Decline it", cancel=to(request, "changes", reference),
    )  # fmt: skip


@verbs.asks
@at_organisation(BUYER, Can.SEE_PLACING)
def withdraw_change(request: AtOrganisation, reference: str, number: int) -> HttpResponse:
    _, change = _change(request, reference, number)
    form = Confirm.of(request)
    verbs.must(request, change, "withdraw_change")
    if form.attempt(commands.withdraw_change, change, by=request.user, at=request.now):
        return verbs.done(request, "Your change is withdrawn.", to(request, "changes", reference))
    return verbs.ask(
        request, form, heading="Withdraw your change", caption=reference, meaning=["What was signed stands."],
        button="Withdraw it", cancel=to(request, "changes", reference),
    )  # fmt: skip


def _change(request: AtOrganisation, reference: str, number: int) -> tuple[Placement, Change]:
    one = found(request, reference)
    return one, get_object_or_404(one.changes.select_related("placement", "buyer", "provider"), number=number)
