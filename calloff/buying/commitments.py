"""Commit part of a budget to an order or a placement, and release it again.

Call these functions in the same transaction as the command that makes, changes or ends the order or placement. The
functions lock the budget first and then the commitment.
"""

from datetime import date, datetime
from decimal import Decimal

from calloff.buying.models import Budget, Commitment
from calloff.buying.states import BudgetStatus
from calloff.kernel.formatting import format_date
from calloff.kernel.lifecycles import Refused
from calloff.kernel.money import format_pounds

ZERO_POUNDS = Decimal(0)


def commit_amount(
    budget: Budget, *, source: str, amount: Decimal, at: datetime, starts_on: date | None = None
) -> Commitment | None:
    """Commit an amount, in pounds before VAT, for the order or placement whose reference is `source`.

    Returns the commitment, or None if the amount is zero. If `starts_on` is given, it must be within the budget's
    period. Raises Refused if the budget is closed, covers another period, or has too little left. In the last case,
    someone who manages the budget must first allow more spending, with a reason.
    """
    locked = _lock_budget(budget)
    require_budget_room(locked, amount=amount, starts_on=starts_on)
    if amount == ZERO_POUNDS:
        return None
    _increase_committed(locked, amount)
    return Commitment.objects.create(budget=locked, source=source, amount=amount, made_at=at)


def require_budget_room(budget: Budget, *, amount: Decimal, starts_on: date | None = None) -> None:
    """Raise Refused in the same cases as `commit_amount`, without locking or writing anything."""
    if budget.status != BudgetStatus.OPEN:
        raise Refused(f"The budget “{budget}” is closed. Choose an open budget.", "budget")
    if starts_on and not budget.starts_on <= starts_on <= budget.ends_on:
        raise Refused(
            f"The budget “{budget}” is for {format_date(budget.starts_on)} to {format_date(budget.ends_on)}. "
            "Choose a budget that covers the first day.",
            "budget",
        )
    _require_left(budget, amount)


def commit_more(source: str, *, amount: Decimal, at: datetime) -> Commitment | None:
    """Increase a commitment, for example because a placement is extended or a higher price is agreed.

    Returns None if nothing has been committed for the source. Raises Refused if the budget has too little left.
    """
    pair = _lock_commitment(source)
    if pair is None:
        return None
    locked, commitment = pair
    _increase_committed(locked, amount)
    commitment.amount += amount
    commitment.save(update_fields=["amount"])
    return commitment


def release_commitment(source: str, *, amount: Decimal | None = None, at: datetime) -> Decimal:
    """Release an amount that an order or placement will not spend or, without an amount, everything unspent.

    Returns the amount released, which is zero if nothing was committed or everything has already been released. Amounts
    can also be released from a closed budget. Raises Refused if the amount is more than is still committed.
    """
    pair = _lock_commitment(source)
    if pair is None:
        return ZERO_POUNDS
    locked, commitment = pair
    remaining: Decimal = commitment.amount - commitment.released
    to_release = remaining if amount is None else amount
    if not ZERO_POUNDS <= to_release <= remaining:
        raise Refused(f"Only {format_pounds(remaining)} is still committed for {source}.", "amount")
    commitment.released += to_release
    commitment.save(update_fields=["released"])
    locked.committed -= to_release
    locked.save(update_fields=["committed"])
    return to_release


def _increase_committed(locked: Budget, amount: Decimal) -> None:
    if amount <= ZERO_POUNDS:
        raise ValueError("An amount that is committed is above zero.")
    _require_left(locked, amount)
    locked.committed += amount
    locked.save(update_fields=["committed"])


def _require_left(budget: Budget, amount: Decimal) -> None:
    if amount > budget.left:
        raise Refused(
            f"This costs {format_pounds(amount)}, but the budget “{budget}” has {format_pounds(budget.left)} "
            f"left. Ask a colleague with the finance role to increase the budget first.",
            "budget",
        )


def _lock_budget(budget: Budget) -> Budget:
    return Budget.objects.select_for_update(of=("self",)).get(pk=budget.pk)


def _lock_commitment(source: str) -> tuple[Budget, Commitment] | None:
    commitment = Commitment.objects.filter(source=source).select_related("budget").first()
    if commitment is None:
        return None
    locked = _lock_budget(commitment.budget)
    return locked, Commitment.objects.select_for_update(of=("self",)).get(pk=commitment.pk)
