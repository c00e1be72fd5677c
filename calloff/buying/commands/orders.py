"""Orders of staff hours: called off at the price of a signed agreement, without a named child."""

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

ZERO_POUNDS = Decimal(0)
MAX_QUANTITY = Decimal(10_000)  # units in one order
MAX_PURCHASE_ORDER_LENGTH = 40  # characters of a purchase-order number
MAX_ORDER_TEXT_LENGTH = 4000  # characters of what is written


class OrderEntry(TypedDict):
    """What a buyer orders, of whom and from which of its budgets."""

    member: Member
    line: str
    quantity: Decimal
    what: str
    reason: str
    starts_on: date
    ends_on: date
    purchase_order: str
    budget: Budget


def order(buyer: Organisation, *, by: User, at: datetime, **wanted: Unpack[OrderEntry]) -> Order:
    """Call off so many units of a line of the member's signed agreement, and commit their price of a budget: one act.

    The price is the annex's, to the penny, and stays as it is whatever changes later. Raises Refused where the buyer's
    Partnership Agreement does not bind, where the market's ruleset has no direct call-off or the reason is missing,
    where the provider can take nothing new now, and where a part is wrong or more than is left of the budget.
    """
    with transaction.atomic():
        made = _made(buyer, by=by, at=at, lock=True, **wanted)
        made.reference = ReferenceCounter.next_reference(made.market, "O")
        with creating(made, "order", by=by, at=at):
            starts_on = made.starts_on
            commitments.commit_amount(
                wanted["budget"], source=made.reference, amount=made.total, starts_on=starts_on, at=at
            )
            queue_message(messages.ordered(made), to=_of_provider(made, at), sender=str(made.authority), at=at)
    return made


def price_order(buyer: Organisation, *, by: User, at: datetime, **wanted: Unpack[OrderEntry]) -> Order:
    """Say what an order would be and cost, for the page that checks it: refused as `order` is, and nothing is kept."""
    made = _made(buyer, by=by, at=at, lock=False, **wanted)
    commitments.require_budget_room(wanted["budget"], amount=made.total, starts_on=made.starts_on)
    return made


def accept(order: Order, *, by: User, at: datetime) -> Order:
    """Accept an order: the provider will deliver it. Refused where the provider can take nothing new now."""
    with transition(order, "accept", by=by, at=at) as accepted:
        lock_standing(member=accepted.member)
        if why_not := why_not_invitable(accepted.member, at):
            raise Refused(f"You cannot accept this order now. About {accepted.provider}: {why_not}")
        accepted.answered_at = at
        queue_message(
            messages.order_accepted(accepted), to=_of_buyer(accepted, at), sender=str(accepted.authority), at=at
        )
    return accepted


def decline_order(order: Order, *, reason: str, by: User, at: datetime) -> Order:
    """Decline an order, with a reason that the buyer reads. What was committed for it is given back."""
    _require_written(reason, "Enter a reason. The buyer will read it.")
    with transition(order, "decline_order", by=by, at=at) as declined:
        declined.answered_at, declined.note = at, reason.strip()
        commitments.release_commitment(declined.reference, at=at)
        queue_message(
            messages.order_declined(declined), to=_of_buyer(declined, at), sender=str(declined.authority), at=at
        )
    return declined


def withdraw_order(order: Order, *, reason: str, by: User, at: datetime) -> Order:
    """Withdraw an order that the provider has not answered. What was committed for it is given back."""
    _require_written(reason, "Enter a reason. The provider will read it.")
    with transition(order, "withdraw_order", by=by, at=at) as withdrawn:
        withdrawn.note = reason.strip()
        commitments.release_commitment(withdrawn.reference, at=at)
        queue_message(
            messages.order_withdrawn(withdrawn), to=_of_provider(withdrawn, at), sender=str(withdrawn.authority), at=at
        )
    return withdrawn


def record_delivery(order: Order, *, delivered: Decimal, note: str = "", by: User, at: datetime) -> Order:
    """Record how many units were delivered: at most what was ordered. The rest of its price is given back."""
    with transition(order, "record_delivery", by=by, at=at) as done:
        if local_day(at) < done.starts_on:
            raise Refused(
                f"The order starts on {format_date(done.starts_on)}. You can record what was delivered from that day."
            )
        if not delivered.is_finite() or delivered < ZERO_POUNDS or delivered != delivered.quantize(PENNY):
            raise Refused("Enter how much was delivered, such as 12 or 7.5", "delivered")
        if delivered > done.quantity:
            raise Refused(f"{done.quantity_words} were ordered. Enter that, or less.", "delivered")
        done.delivered, done.note = delivered, note.strip()
        spent = (done.amount * delivered).quantize(PENNY, ROUND_HALF_UP)
        commitments.release_commitment(done.reference, amount=done.total - spent, at=at)
        queue_message(messages.delivered(done), to=_of_provider(done, at), sender=str(done.authority), at=at)
    return done


def _made(buyer: Organisation, *, by: User, at: datetime, lock: bool, **wanted: Unpack[OrderEntry]) -> Order:
    """Make the order that is wanted, not yet kept, with its price; refuse what cannot be ordered now."""
    member, budget = wanted["member"], wanted["budget"]
    made = Order(
        authority=member.authority, market=member.market, lot=member.lot, buyer=buyer, provider=member.provider,
        member=member, line=wanted["line"], quantity=wanted["quantity"], what=wanted["what"].strip(),
        reason=wanted["reason"].strip(), starts_on=wanted["starts_on"], ends_on=wanted["ends_on"],
        purchase_order=wanted["purchase_order"].strip(), sent_at=at,
    )  # fmt: skip
    require_transition(made, made.LIFECYCLE.find("order", None), by=by, at=at)
    if lock:  # the agreement and the standing stay as they are read until the order is kept
        lock_standing(member=member)
        member = made.member = Member.objects.get(pk=member.pk)
    (require_binding if lock else require_standing)(buyer, member.market, at=at)
    require_direct(member.market, made.reason)
    require_invitable(member, doing="order from", at=at)
    priced = find_annex_line(member, made.line)
    _require_sound(made, member, budget, at)
    _price(made, priced)
    vat = standard_vat_on(local_day(at)) if made.vat == VatTreatment.STANDARD else ZERO_POUNDS
    amount = ValuedAmount(f"{made.quantity_words} of {made.label}", made.total, vat)
    require_tool_allows(member.market, amount=amount, last_day=made.ends_on, on=local_day(at))
    return made


def _price(made: Order, priced: AnnexLine) -> None:
    made.label, made.unit, made.amount, made.vat = priced.label, priced.unit, priced.amount, priced.vat
    made.total = order_total(priced, made.quantity)


def _require_sound(made: Order, member: Member, budget: Budget, at: datetime) -> None:
    problems = []
    quantity, today = made.quantity, local_day(at)
    if not quantity.is_finite() or quantity <= ZERO_POUNDS or quantity != quantity.quantize(PENNY):
        problems.append(Problem("Enter how much you order, such as 12 or 7.5", "quantity"))
    elif quantity > MAX_QUANTITY:
        problems.append(Problem(f"Enter {MAX_QUANTITY:,} or less", "quantity"))
    problems += _written("what", made.what, "Enter what the staff will do. Do not name a child.")
    if len(made.reason) > MAX_ORDER_TEXT_LENGTH:
        problems.append(Problem(f"Enter {MAX_ORDER_TEXT_LENGTH:,} characters or fewer", "reason"))
    problems += _written(
        "purchase_order", made.purchase_order, "Enter your purchase-order number", MAX_PURCHASE_ORDER_LENGTH
    )
    if wrong := find_line_problem(made.purchase_order, noun="Purchase order number"):
        problems.append(Problem(wrong, "purchase_order"))
    if made.starts_on < today:
        problems.append(Problem("The first day must be today or later", "starts_on"))
    last = min([member.market.term_ends_on, *([member.agreement.ends_on] if member.agreement.ends_on else [])])
    if made.ends_on < made.starts_on:
        problems.append(Problem("The last day must be the first day or later", "ends_on"))
    elif made.ends_on > last:
        problems.append(
            Problem(f"The provider's agreement ends on {format_date(last)}. Choose that day or earlier.", "ends_on")
        )
    if budget.buyer_id != made.buyer_id:
        problems.append(Problem("Choose one of your own budgets", "budget"))
    if problems:
        raise Refused.because(problems)


def _written(where: str, text: str, words: str, longest: int = MAX_ORDER_TEXT_LENGTH) -> list[Problem]:
    if not text:
        return [Problem(words, where)]
    return [Problem(f"Enter {longest:,} characters or fewer", where)] if len(text) > longest else []


def _require_written(reason: str, words: str) -> None:
    if not reason.strip():
        raise Refused(words, "reason")


def _of_provider(order: Order, at: datetime) -> list[User]:
    return list(User.objects.who_can(Can.ANSWER_REFERRALS, organisation=order.provider, at=at))


def _of_buyer(order: Order, at: datetime) -> list[User]:
    return list(User.objects.who_can(Can.PLACE, organisation=order.buyer, at=at))
