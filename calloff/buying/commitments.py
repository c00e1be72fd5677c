"""What an order or a placement takes of a budget: parts of the acts that make, change and end them.

Each locks the budget first, then its commitment; each belongs to the transaction of the act that calls it.
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
    """Take an amount, in pounds before VAT, of a budget for an order or placement, named by its reference.

    Nothing is committed for what costs nothing. With a first day, the budget must be for that day. Raises Refused where
    the budget is closed, is for other days, or has less than the amount left: spending above it is never silent, but
    allowed first by the person who keeps the budget, with a reason.
    """
    held = _held(budget)
    require_budget_room(held, amount=amount, starts_on=starts_on)
    if amount == ZERO_POUNDS:
        return None
    _take(held, amount)
    return Commitment.objects.create(budget=held, source=source, amount=amount, made_at=at)


def require_budget_room(budget: Budget, *, amount: Decimal, starts_on: date | None = None) -> None:
    """Refuse, as `commit_amount` does, what could not be committed of a budget as it stands now; nothing is written."""
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
    """Take more of the same budget for what is committed already: a longer placement, a price that both sides agreed.

    Returns nothing where nothing was committed for the source. Raises Refused as `commit_amount` does.
    """
    found = _of(source)
    if found is None:
        return None
    held, commitment = found
    _take(held, amount)
    commitment.amount += amount
    commitment.save(update_fields=["amount"])
    return commitment


def release_commitment(source: str, *, amount: Decimal | None = None, at: datetime) -> Decimal:
    """Give back what an order or placement will not spend: an amount, or the rest of it. Returns what was given back.

    Where nothing was committed, or all was given back before, nothing is. Closing a budget stops no release. Raises
    Refused for more than is still committed.
    """
    found = _of(source)
    if found is None:
        return ZERO_POUNDS
    held, commitment = found
    rest: Decimal = commitment.amount - commitment.released
    given = rest if amount is None else amount
    if not ZERO_POUNDS <= given <= rest:
        raise Refused(f"Only {format_pounds(rest)} is still committed for {source}.", "amount")
    commitment.released += given
    commitment.save(update_fields=["released"])
    held.committed -= given
    held.save(update_fields=["committed"])
    return given


def _take(held: Budget, amount: Decimal) -> None:
    if amount <= ZERO_POUNDS:
        raise ValueError("An amount that is committed is above zero.")
    _require_left(held, amount)
    held.committed += amount
    held.save(update_fields=["committed"])


def _require_left(budget: Budget, amount: Decimal) -> None:
    if amount > budget.left:
        raise Refused(
            f"This costs {format_pounds(amount)}, but the budget “{budget}” has {format_pounds(budget.left)} "
            f"left. Ask someone who manages the budget to increase it first.",
            "budget",
        )


def _held(budget: Budget) -> Budget:
    return Budget.objects.select_for_update(of=("self",)).get(pk=budget.pk)


def _of(source: str) -> tuple[Budget, Commitment] | None:
    known = Commitment.objects.filter(source=source).select_related("budget").first()
    if known is None:
        return None
    held = _held(known.budget)
    return held, Commitment.objects.select_for_update(of=("self",)).get(pk=known.pk)
