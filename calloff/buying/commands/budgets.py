"""Set and change a buyer's budget, allow spending above it, and close it to new spending."""

from datetime import date, datetime
from decimal import Decimal

from calloff.buying.models import Budget, OverspendApproval
from calloff.history.transitions import create, record_change, record_reason, transition
from calloff.kernel.lifecycles import Problem, Refused
from calloff.kernel.money import PENNY, format_pounds
from calloff.kernel.names import collapse_spaces, find_name_problem
from calloff.people.models import Organisation, User

__all__ = ["allow_more", "amend_budget", "close_budget", "set_budget"]

ZERO_POUNDS = Decimal(0)
MAX_BUDGET_NAME_LENGTH = 100  # characters
MAX_BUDGET = Decimal(1_000_000_000)  # pounds. A larger amount would not go into the column


def set_budget(
    buyer: Organisation, *, name: str, starts_on: date, ends_on: date, amount: Decimal, by: User, at: datetime
) -> Budget:
    """Set a budget, in pounds before VAT, for a period that includes its first and last days.

    Raises Refused for a missing or wrong answer, and if the buyer already has a budget with this name.
    """
    _require_valid(name, starts_on, ends_on, amount)
    budget = Budget(buyer=buyer, name=collapse_spaces(name), starts_on=starts_on, ends_on=ends_on, amount=amount)
    return create(budget, "set_budget", by=by, at=at)


def amend_budget(
    budget: Budget, *, name: str, starts_on: date, ends_on: date, amount: Decimal, by: User, at: datetime
) -> Budget:
    """Change a budget's name, period and amount.

    Raises Refused for an amount below what has already been committed.
    """
    _require_valid(name, starts_on, ends_on, amount)
    with transition(budget, "amend_budget", by=by, at=at) as amended:
        if amount + amended.allowed < amended.committed:
            least = amended.committed - amended.allowed
            raise Refused(
                f"{format_pounds(amended.committed)} of this budget is already committed. Enter "
                f"{format_pounds(least)} or more.",
                "amount",
            )
        record_change("amount", amended.amount, amount)
        amended.name, amended.starts_on, amended.ends_on, amended.amount = (
            collapse_spaces(name),
            starts_on,
            ends_on,
            amount,
        )
    return amended


def allow_more(budget: Budget, *, amount: Decimal, reason: str, by: User, at: datetime) -> OverspendApproval:
    """Allow spending above a budget by a given amount in pounds. The reason is stored permanently.

    Raises Refused if the reason is missing or the amount is wrong.
    """
    problems = [Problem("Enter a reason. We will save it with the budget.", "reason")] if not reason.strip() else []
    if problem := _amount_problem(amount, "Amount to add must be more than £0"):
        problems.append(problem)
    if problems:
        raise Refused.because(problems)
    with transition(budget, "allow_more", by=by, at=at) as allowed:
        allowance = OverspendApproval.objects.create(
            budget=allowed, amount=amount, reason=reason.strip(), by=by, made_at=at
        )
        record_reason(allowance)
        record_change("allowed", allowed.allowed, allowed.allowed + amount)
        allowed.allowed += amount
    return allowance


def close_budget(budget: Budget, *, by: User, at: datetime) -> Budget:
    """Close a budget to new commitments. Existing commitments remain and can still be released."""
    with transition(budget, "close_budget", by=by, at=at) as closed:
        pass
    return closed


def _require_valid(name: str, starts_on: date, ends_on: date, amount: Decimal) -> None:
    problems = []
    if not name.strip():
        problems.append(Problem("Enter a name for the budget", "name"))
    elif wrong := find_name_problem(name, noun="Name of the budget", longest=MAX_BUDGET_NAME_LENGTH):
        problems.append(Problem(wrong, "name"))
    if ends_on < starts_on:
        problems.append(Problem("The last day must be the same as or after the first day", "ends_on"))
    if problem := _amount_problem(amount, "Amount before VAT must be more than £0"):
        problems.append(problem)
    if problems:
        raise Refused.because(problems)


def _amount_problem(amount: Decimal, error: str) -> Problem | None:
    if not amount.is_finite() or amount <= ZERO_POUNDS:
        return Problem(error, "amount")
    if amount >= MAX_BUDGET:
        return Problem(f"Enter an amount under {format_pounds(MAX_BUDGET)}", "amount")
    if amount != amount.quantize(PENNY):
        return Problem("Enter an amount in pounds and pence, like 1250.50", "amount")
    return None
