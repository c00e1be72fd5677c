"""Calculate the value of a market or call-off under the Procurement Act 2023, Schedule 3.

Officers can read how the value was calculated. The council's estimate is in the market's pack. If there is no
estimate, the value counts as above every threshold, and the page says so.
"""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from calloff.kernel.lifecycles import Refused
from calloff.kernel.money import format_pounds
from calloff.markets.models import Market
from calloff.markets.packs.schema import EstimatedAmount
from calloff.markets.rulesets import CommercialTool
from calloff.markets.rulesets.valuation import Valuation, ValuedAmount, estimate_value, is_above_threshold, threshold_on

PROCUREMENT_ACT_KEY_PREFIX = "pa-2023-"  # the start of the key of each ruleset under the Procurement Act 2023
NO_ESTIMATE_NOTE = (
    "No estimate is recorded, so the value is treated as above the threshold (Procurement Act 2023 Sch 3). "
    "Add an estimate to the market’s pack."
)


class ValueWorking(NamedTuple):
    """Sentences that explain a market's value, and whether its call-offs exceed the council's estimate."""

    sentences: list[str]
    is_exceeded: bool = False


def is_under_the_act(market: Market) -> bool:
    """Return whether the Procurement Act 2023 decides how a market is valued.

    Returns False for markets under earlier law, and if the law is not known.
    """
    return market.ruleset.startswith(PROCUREMENT_ACT_KEY_PREFIX)


def valuation_of(market: Market) -> Valuation:
    """Estimate a market's value from its pack.

    The value of a framework is the sum of all its call-offs (Procurement Act 2023 Sch 3 para 1).
    """
    estimate = market.pack.estimate
    if estimate is None:
        return Valuation(None, (NO_ESTIMATE_NOTE,))
    return estimate_value(
        [_amount(amount) for amount in estimate.amounts],
        last_day=market.term_ends_on,
        ceiling=Decimal(estimate.ceiling) if estimate.ceiling else None,
        like=[_amount(amount) for amount in estimate.like],
        good_reasons=estimate.good_reasons,
    )


def explain_value(market: Market, *, called_off: Decimal, on: date) -> ValueWorking:
    """Return sentences about a market's value, its calculation, the threshold and the call-offs so far.

    `called_off` is the value of the call-offs, in pounds before VAT. `on` replaces the market's start date if that
    date is not known. The result is empty if another law applies to the market.
    """
    if not is_under_the_act(market):
        return ValueWorking([])
    valuation = valuation_of(market)
    sentences = [*valuation.working, compare_with_threshold(valuation, market.began_on or on)]
    sentences.append(f"Called off so far: {format_pounds(called_off)} before VAT.")
    estimate = market.pack.estimate
    if estimate is None:
        return ValueWorking(sentences)
    net = sum((Decimal(amount.net) for amount in estimate.amounts), Decimal(0))
    if called_off > net:
        sentences.append(
            f"This is {format_pounds(called_off - net)} more than the estimate of {format_pounds(net)} before VAT. "
            "Ask your procurement team before you buy anything more."
        )
    return ValueWorking(sentences, called_off > net)


def compare_with_threshold(valuation: Valuation, began_on: date) -> str:
    """Return a sentence that compares a value with the threshold.

    If no threshold is recorded for the date, the sentence says so.
    """
    try:
        threshold = threshold_on(began_on)
    except LookupError as unknown:
        return f"{unknown} Ask your procurement team."
    side = "at or above" if is_above_threshold(valuation, began_on) else "below"
    return f"This is {side} the threshold of {format_pounds(threshold.amount)} including VAT ({threshold.citation})."


def require_tool_allows(market: Market, *, amount: ValuedAmount, last_day: date, on: date) -> None:
    """Raise Refused if a call-off from a dynamic market is below the threshold.

    A dynamic market is only for public contracts. A smaller call-off is allowed only if the market's pack records
    legal advice. The refusal cites Procurement Act 2023 ss.35(1) and 85(1), shows the calculation and names an
    alternative.
    """
    if market.tool != CommercialTool.DYNAMIC_MARKET or not is_under_the_act(market) or market.pack.advice is not None:
        return
    valuation = estimate_value([amount], last_day=last_day)
    try:
        if is_above_threshold(valuation, on):
            return
        threshold = compare_with_threshold(valuation, on)
    except LookupError as unknown:
        raise Refused(f"{unknown} Ask your council’s procurement team before you buy.") from unknown
    raise Refused(
        "You cannot buy this from a dynamic market. A dynamic market is only for public contracts "
        "(Procurement Act 2023 s.35(1)), and a smaller contract cannot be limited to its members (s.85(1)). "
        f"{' '.join(valuation.working)} {threshold} Ask your council to use a light-touch framework."
    )


def _amount(estimated: EstimatedAmount) -> ValuedAmount:
    return ValuedAmount(estimated.words, Decimal(estimated.net), Decimal(estimated.vat))
