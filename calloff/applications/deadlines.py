"""The dates by which an authority must decide.

They are counted in working days from the day of receipt, under the law or the market's own rules.
"""

from datetime import date, datetime

from calloff.kernel.clock import local_day
from calloff.kernel.working_days import BankHolidayCalendar, working_days_after
from calloff.markets.models import Market


def decide_by(market: Market, received_at: datetime) -> date | None:
    """Return the last day for the decision, or None if the market has no rule (the `unknown` ruleset)."""
    return _due(market, received_at, "decide_within")


def decide_at_most_by(market: Market, received_at: datetime) -> date | None:
    """Return the last day for the decision if the authority gives a reason for needing more time.

    Returns None if there is no such rule. PCR 2015 reg 34(16) sets 15 working days.
    """
    return _due(market, received_at, "decide_at_most")


def _due(market: Market, received_at: datetime, rule: str) -> date | None:
    cell = market.rule(rule)
    if cell is None:
        return None
    return working_days_after(local_day(received_at), int(str(cell.value)), calendar_of(market))


def calendar_of(market: Market) -> BankHolidayCalendar:
    """Return the bank holiday calendar that a market's deadlines use."""
    cell = market.rule("calendar")
    return BankHolidayCalendar(str(cell.value)) if cell else BankHolidayCalendar.ENGLAND_AND_WALES
