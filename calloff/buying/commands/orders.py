"""Commands for ordering staff hours.

Orders use the price in a signed agreement, and they do not name a child.
"""

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import TypedDict, Unpack

from django.db import transaction

from calloff.buying import commitments, messages
from calloff.buying.direct_call_off import AnnexLine, find_annex_line, order_total, require_direct
from calloff.buying.models import Budget, Order
from calloff.directory.models import VatTreatment
from calloff.history.transitions import creating, require_transition, transition
from calloff.kernel.clock import local_day
from calloff.kernel.formatting import format_date
from calloff.kernel.lifecycles import Problem, Refused
from calloff.kernel.money import PENNY
from calloff.kernel.short_text import find_line_problem
from calloff.markets.call_off_value import require_tool_allows
from calloff.markets.models import ReferenceCounter
from calloff.markets.rulesets.valuation import ValuedAmount, standard_vat_on
from calloff.members.locks import lock_standing
from calloff.members.models import Member
from calloff.outbox.commands import queue_message
from calloff.partners.buying_eligibility import require_binding, require_standing
from calloff.people.models import Organisation, User
from calloff.people.permissions import Can
from calloff.referrals.invitation_eligibility import require_invitable, why_not_invitable

__all__ = ["accept", "decline_order", "order", "price_order", "record_delivery", "withdraw_order"]

ZERO_POUNDS = Decimal(0)
MAX_QUANTITY = Decimal(10_000)  # the maximum number of units in one order
MAX_PURCHASE_ORDER_LENGTH = 40  # characters
MAX_ORDER_TEXT_LENGTH = 4000  # the maximum length of each longer text, for example the reason, in characters


class OrderEntry(TypedDict):
    """A buyer's answers for an order: the member, the price, the dates and the budget."""

    member: Member
    line: str
    quantity: Decimal
    what: str
    reason: str
    starts_on: date
    ends_on: date
    purchase_order: str
    budget: Budget


def order(buyer: Organisation, *, by: User, at: datetime, **entry: Unpack[OrderEntry]) -> Order:
    """Order units at a signed price, and commit the cost from a budget, in one transaction.

    The price is taken from the annex of the member's agreement and does not change later. Raises Refused if the buyer's
    Partnership Agreement is not in force, if the market's ruleset has no direct call-off, if the reason is missing, if
    the provider cannot take new orders now, if an answer is wrong, or if the budget has too little left.
    """
    with transaction.atomic():
        new_order = _build_order(buyer, by=by, at=at, lock=True, **entry)
        new_order.reference = ReferenceCounter.next_reference(new_order.market, "O")
        with creating(new_order, "order", by=by, at=at):
            starts_on = new_order.starts_on
            commitments.commit_amount(
                entry["budget"], source=new_order.reference, amount=new_order.total, starts_on=starts_on, at=at
            )
            queue_message(
                messages.ordered(new_order), to=_provider_people(new_order, at), sender=str(new_order.authority), at=at
            )
    return new_order


def price_order(buyer: Organisation, *, by: User, at: datetime, **entry: Unpack[OrderEntry]) -> Order:
    """Return an unsaved order with its price, for the page on which the buyer checks it.

    Raises Refused in the same cases as `order`.
    """
    new_order = _build_order(buyer, by=by, at=at, lock=False, **entry)
    commitments.require_budget_room(entry["budget"], amount=new_order.total, starts_on=new_order.starts_on)
    return new_order


def accept(order: Order, *, by: User, at: datetime) -> Order:
    """Accept an order on behalf of the provider. Raises Refused if the provider cannot take new orders now."""
    with transition(order, "accept", by=by, at=at) as accepted:
        lock_standing(member=accepted.member)
        if why_not := why_not_invitable(accepted.member, at):
            raise Refused(f"You cannot accept orders on behalf of {accepted.provider}, because {why_not}")
        accepted.answered_at = at
        queue_message(
            messages.order_accepted(accepted), to=_buyer_people(accepted, at), sender=str(accepted.authority), at=at
        )
    return accepted


def decline_order(order: Order, *, reason: str, by: User, at: datetime) -> Order:
    """Decline an order on behalf of the provider, with a reason that the buyer can read.

    The amount that was committed for the order is released.
    """
    _require_text(reason, "Enter a reason. The buyer will read it.")
    with transition(order, "decline_order", by=by, at=at) as declined:
        declined.answered_at, declined.note = at, reason.strip()
        commitments.release_commitment(declined.reference, at=at)
        queue_message(
            messages.order_declined(declined), to=_buyer_people(declined, at), sender=str(declined.authority), at=at
        )
    return declined


def withdraw_order(order: Order, *, reason: str, by: User, at: datetime) -> Order:
    """Withdraw an order that the provider has not answered yet, with a reason.

    The amount that was committed for the order is released.
    """
    _require_text(reason, "Enter a reason. The provider will read it.")
    with transition(order, "withdraw_order", by=by, at=at) as withdrawn:
        withdrawn.note = reason.strip()
        commitments.release_commitment(withdrawn.reference, at=at)
        queue_message(
            messages.order_withdrawn(withdrawn),
            to=_provider_people(withdrawn, at),
            sender=str(withdrawn.authority),
            at=at,
        )
    return withdrawn


def record_delivery(order: Order, *, delivered: Decimal, note: str = "", by: User, at: datetime) -> Order:
    """Record how many of the ordered units were delivered.

    The cost of units that were not delivered is released. Raises Refused before the order starts, and for an invalid
    number.
    """
    with transition(order, "record_delivery", by=by, at=at) as done:
        if local_day(at) < done.starts_on:
            raise Refused(
                f"The order starts on {format_date(done.starts_on)}. You can record what was delivered on or after "
                f"that date."
            )
        if not delivered.is_finite() or delivered < ZERO_POUNDS or delivered != delivered.quantize(PENNY):
            raise Refused("Enter how much was delivered, like 12 or 7.5", "delivered")
        if delivered > done.quantity:
            raise Refused(f"{done.quantity_words} were ordered. Enter that amount or less.", "delivered")
        done.delivered, done.note = delivered, note.strip()
        spent = (done.amount * delivered).quantize(PENNY, ROUND_HALF_UP)
        commitments.release_commitment(done.reference, amount=done.total - spent, at=at)
        queue_message(messages.delivered(done), to=_provider_people(done, at), sender=str(done.authority), at=at)
    return done


def _build_order(buyer: Organisation, *, by: User, at: datetime, lock: bool, **entry: Unpack[OrderEntry]) -> Order:
    """Build an unsaved order with its price. Raises Refused if the order cannot be placed now."""
    member, budget = entry["member"], entry["budget"]
    new_order = Order(
        authority=member.authority, market=member.market, lot=member.lot, buyer=buyer, provider=member.provider,
        member=member, line=entry["line"], quantity=entry["quantity"], what=entry["what"].strip(),
        reason=entry["reason"].strip(), starts_on=entry["starts_on"], ends_on=entry["ends_on"],
        purchase_order=entry["purchase_order"].strip(), sent_at=at,
    )  # fmt: skip
    require_transition(new_order, new_order.LIFECYCLE.find("order", None), by=by, at=at)
    if lock:  # the lock prevents a change of the member's status while the order is being saved
        lock_standing(member=member)
        member = new_order.member = Member.objects.get(pk=member.pk)
    (require_binding if lock else require_standing)(buyer, member.market, at=at)
    require_direct(member.market, new_order.reason)
    require_invitable(member, doing="order from", at=at)
    priced = find_annex_line(member, new_order.line)
    _require_valid(new_order, member, budget, at)
    _set_price(new_order, priced)
    vat = standard_vat_on(local_day(at)) if new_order.vat == VatTreatment.STANDARD else ZERO_POUNDS
    amount = ValuedAmount(f"{new_order.quantity_words} of {new_order.label}", new_order.total, vat)
    require_tool_allows(member.market, amount=amount, last_day=new_order.ends_on, on=local_day(at))
    return new_order


def _set_price(new_order: Order, priced: AnnexLine) -> None:
    new_order.label, new_order.unit, new_order.amount, new_order.vat = (
        priced.label,
        priced.unit,
        priced.amount,
        priced.vat,
    )
    new_order.total = order_total(priced, new_order.quantity)


def _require_valid(new_order: Order, member: Member, budget: Budget, at: datetime) -> None:
    problems = []
    quantity, today = new_order.quantity, local_day(at)
    if not quantity.is_finite() or quantity <= ZERO_POUNDS or quantity != quantity.quantize(PENNY):
        problems.append(Problem("Enter how many hours or days you need, like 12 or 7.5", "quantity"))
    elif quantity > MAX_QUANTITY:
        problems.append(Problem(f"Amount ordered must be {MAX_QUANTITY:,} or less", "quantity"))
    problems += _text_problems(
        "what", "Description of the staff’s work", new_order.what, "Enter what the staff will do. Do not name a child."
    )
    if len(new_order.reason) > MAX_ORDER_TEXT_LENGTH:
        problems.append(Problem(f"Reason must be {MAX_ORDER_TEXT_LENGTH:,} characters or fewer", "reason"))
    problems += _text_problems(
        "purchase_order",
        "Purchase order number",
        new_order.purchase_order,
        "Enter your purchase order number",
        MAX_PURCHASE_ORDER_LENGTH,
    )
    if wrong := find_line_problem(new_order.purchase_order, noun="Purchase order number"):
        problems.append(Problem(wrong, "purchase_order"))
    if new_order.starts_on < today:
        problems.append(Problem("The first day must be today or later", "starts_on"))
    last = min([member.market.term_ends_on, *([member.agreement.ends_on] if member.agreement.ends_on else [])])
    if new_order.ends_on < new_order.starts_on:
        problems.append(Problem("The last day must be the same as or after the first day", "ends_on"))
    elif new_order.ends_on > last:
        problems.append(
            Problem(f"The provider's agreement ends on {format_date(last)}. Choose that day or earlier.", "ends_on")
        )
    if budget.buyer_id != new_order.buyer_id:
        problems.append(Problem("Choose one of your own budgets", "budget"))
    if problems:
        raise Refused.because(problems)


def _text_problems(field: str, noun: str, text: str, error: str, longest: int = MAX_ORDER_TEXT_LENGTH) -> list[Problem]:
    if not text:
        return [Problem(error, field)]
    return [Problem(f"{noun} must be {longest:,} characters or fewer", field)] if len(text) > longest else []


def _require_text(reason: str, error: str) -> None:
    if not reason.strip():
        raise Refused(error, "reason")


def _provider_people(order: Order, at: datetime) -> list[User]:
    return list(User.objects.who_can(Can.ANSWER_REFERRALS, organisation=order.provider, at=at))


def _buyer_people(order: Order, at: datetime) -> list[User]:
    return list(User.objects.who_can(Can.PLACE, organisation=order.buyer, at=at))
