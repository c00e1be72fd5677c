"""Prepare the placement agreement after all checks are complete. The provider signs it first, then the buyer.

In the same action, the buyer's signature commits the cost to a budget and plans the reviews. From then on, the prices
are fixed.
"""

from datetime import date, datetime
from typing import Unpack

from calloff.agreements import commands as agreements
from calloff.agreements.commands import SignatoryEntry
from calloff.agreements.states import UNSIGNED_STATUSES, AgreementStatus
from calloff.buying import commitments
from calloff.buying.models import Budget
from calloff.directory import timetables
from calloff.history.transitions import create, record_change, require_transition, transition
from calloff.kernel.clock import local_day
from calloff.kernel.lifecycles import Refused
from calloff.markets.models import ReferenceCounter
from calloff.outbox.commands import queue_message
from calloff.partners.buying_eligibility import require_binding, require_standing
from calloff.people.models import User
from calloff.people.permissions import Can
from calloff.placements import access, agreed_terms, agreement_drafts, agreement_particulars, messages, weeks
from calloff.placements.agreed_terms import AgreedTerms, Cost
from calloff.placements.agreement_drafts import AgreementDraft
from calloff.placements.commands.pre_start_checks import require_checks, require_current_notice
from calloff.placements.models import Placement, PlacementReview
from calloff.placements.suspensions import lock_membership_for_promise, require_membership_for_promise
from calloff.referrals.invitation_eligibility import require_invitable
from calloff.referrals.school_calendars import calendar_of

__all__ = ["agree", "draw_up", "redraw", "sign"]


def draw_up(placement: Placement, *, drawn: AgreementDraft, by: User, at: datetime) -> Placement:
    """Prepare a child's agreement at the price in the provider's reply, and send it to the provider's signatory.

    Raises Refused if a check is missing, if the first day is in the past or is earlier than the notice of an off-site
    direction allows, if the buyer's Partnership Agreement is not in force, or if the provider cannot take new
    placements.
    """
    require_transition(placement, placement.LIFECYCLE.find("draw_up", placement.status), by=by, at=at)
    with transition(placement, "draw_up", by=by, at=at) as held:
        require_binding(held.buyer, held.market, at=at)
        require_invitable(held.member, doing="prepare an agreement with", at=at)
        require_checks(held)
        price = held.interest.price
        if price is None or held.interest.amount is None:
            raise Refused("The provider’s reply does not give a price from its list. Ask the provider to reply again.")
        found = AgreedTerms(
            drawn.site.pk if drawn.site else None, tuple(drawn.timetable), price.unit, held.interest.amount, drawn.ratio
        )
        problems = agreement_drafts.find_draft_problems(held, drawn, found, at)
        if problems:
            raise Refused.because(problems)
        worth = agreement_drafts.draft_cost(held, drawn)
        _write(held, drawn, found, worth, vat=price.vat)
        if held.market.placement is None:
            raise Refused(f"{held.market} has no text for placement agreements. Ask {held.authority} to add one.")
        held.agreement = agreements.draw_up(
            reference=ReferenceCounter.next_reference(held.market, "G"), authority=held.authority,
            provider=held.provider, buyer=held.buyer, title=held.market.placement.title, text=held.market.placement,
            lots=[{"number": held.lot.number, "title": held.lot.title, "word": held.market.pack.lot_word}],
            prices=agreement_particulars.price_annex(held),
            particulars=agreement_particulars.agreement_particulars(held, worth),
            starts_on=drawn.starts_on, ends_on=drawn.ends_on, by=by, at=at,
        )  # fmt: skip
        access.update_disclosures(held, at=at)
        signatories = User.objects.who_can(Can.SIGN, organisation=held.provider, at=at)
        queue_message(messages.to_sign(held), to=signatories, sender=str(held.authority), at=at)
    return held


def redraw(placement: Placement, *, by: User, at: datetime) -> Placement:
    """Withdraw an agreement that one or both sides still have to sign, so that another can be prepared.

    We keep any text that was signed.
    """
    with transition(placement, "redraw", by=by, at=at) as held:
        if held.agreement is not None and held.agreement.status in UNSIGNED_STATUSES:
            agreements.close(held.agreement, by=by, at=at)
        held.agreement = None
        held.total = None
        people = {
            one.pk: one
            for can in (Can.SIGN, Can.ANSWER_REFERRALS)
            for one in User.objects.who_can(can, organisation=held.provider, at=at)
        }
        queue_message(messages.redrawn(held), to=people.values(), sender=str(held.authority), at=at)
    return held


def sign(placement: Placement, *, by: User, at: datetime, **given: Unpack[SignatoryEntry]) -> Placement:
    """Sign for the provider, who signs first.

    Raises Refused if the code is wrong or the provider is suspended.
    """
    held = Placement.objects.select_related("agreement", "provider").get(pk=placement.pk)
    require_transition(held, held.LIFECYCLE.find("sign", held.status), by=by, at=at)
    if held.agreement is None:
        raise LookupError("An agreement is drawn up before it is signed.")
    # This check comes before the code is used up. It is repeated below once the rows are locked.
    require_membership_for_promise(held, "sign")
    proof = agreements.verify_signatory(held.agreement, verb="sign", by=by, at=at, **given)
    with transition(held, "sign", by=by, at=at, along=[held.agreement]) as signed:
        lock_membership_for_promise(signed, "sign")
        agreements.sign(held.agreement, by=by, at=at, proof=proof, **given)
    return signed


def agree(
    placement: Placement, *, budget: Budget, by: User, at: datetime, **given: Unpack[SignatoryEntry]
) -> Placement:
    """Sign for the buyer, commit the cost and plan the reviews, in one action.

    From then on, the prices are fixed. Raises Refused if the code is wrong, a check no longer counts, the notice of an
    off-site direction differs from the agreement, too little is left in the budget, the Partnership Agreement is not in
    force, or the provider cannot take new placements.
    """
    held = Placement.objects.select_related("agreement", "buyer", "market", "member__provider").get(pk=placement.pk)
    require_transition(held, held.LIFECYCLE.find("agree", held.status), by=by, at=at)
    if held.agreement is None:
        raise LookupError("An agreement is drawn up before it is signed.")
    if held.agreement.status == AgreementStatus.TO_SIGN:
        raise Refused(f"{held.provider} has not signed yet. You can sign after the provider has signed.")
    # This check comes before the code is used up. It is repeated below once the rows are locked.
    require_standing(held.buyer, held.market, at=at)
    require_invitable(held.member, doing="place a child with", at=at)
    if budget.buyer_id != held.buyer_id:
        raise Refused("Choose one of your own budgets", "budget")
    if held.starts_on is None or held.starts_on < local_day(at):
        raise Refused("The first day has passed. Prepare a new agreement with a later first day.")
    require_current_notice(held)
    proof = agreements.verify_signatory(held.agreement, by=by, at=at, **given)
    with transition(held, "agree", by=by, at=at, along=[held.agreement]) as signed:
        require_binding(signed.buyer, signed.market, at=at)
        lock_membership_for_promise(signed, "sign")
        require_checks(signed)
        require_current_notice(signed)
        starts, _ = signed.period
        if signed.agreement is None or signed.total is None:
            raise LookupError("An agreement is drawn up before it is signed.")
        agreements.bind(signed.agreement, by=by, at=at, proof=proof, **given)
        commitments.commit_amount(budget, source=signed.reference, amount=signed.total, at=at, starts_on=starts)
        record_change("committed", None, str(signed.total))
        signed.budget, signed.agreed_at = budget, at
        plan_reviews(signed, "agree", after=starts, by=by, at=at)
        people = {
            one.pk: one
            for can in (Can.ANSWER_REFERRALS, Can.TAKE_REGISTER)
            for one in User.objects.who_can(can, organisation=signed.provider, at=at)
        }
        queue_message(messages.agreed(signed), to=people.values(), sender=str(signed.authority), at=at)
    return signed


def plan_reviews(placement: Placement, verb: str, *, after: date, by: User, at: datetime) -> None:
    """Plan a placement's reviews after a given day, as part of another action.

    Days that already have a planned review are left out.
    """
    calendar = calendar_of(placement.buyer)
    there = set(PlacementReview.objects.filter(placement=placement).values_list("due_on", flat=True))
    for due in agreed_terms.plan_review_days(*placement.period, calendar):
        if due > after and due not in there:
            review = PlacementReview(
                authority_id=placement.authority_id, buyer_id=placement.buyer_id, placement=placement, due_on=due
            )
            create(review, verb, by=by, at=at)


def _write(placement: Placement, drawn: AgreementDraft, found: AgreedTerms, worth: Cost, *, vat: str) -> None:
    placement.starts_on, placement.ends_on, placement.site = drawn.starts_on, drawn.ends_on, drawn.site
    weeks.replace_timetable(placement, found.timetable)
    placement.ratio = drawn.ratio.strip()
    placement.unit, placement.amount, placement.vat = found.unit, found.amount, vat
    placement.units_a_week, placement.total = timetables.weekly_units(found.timetable, found.unit), worth.total
    placement.outcomes = [one.strip() for one in drawn.outcomes if one.strip()]
    placement.notice_days, placement.absence_rule = drawn.notice_days, drawn.absence_rule.strip()
    placement.purchase_order, placement.emergency = drawn.purchase_order.strip(), drawn.emergency.strip()
    placement.attendance_contact, placement.attendance_time = drawn.attendance_contact.strip(), drawn.attendance_time
