"""The authority's clock for an application: from receipt, in working days, by the law's rule or the market's own."""

from datetime import date, datetime

from calloff.kernel.clock import local_day
from calloff.kernel.working_days import BankHolidayCalendar, working_days_after
from calloff.markets.models import Market


def decide_by(market: Market, received_at: datetime) -> date | None:
    """Return the last day on which to decide, or nothing where no rule is recorded (the `unknown` ruleset)."""
    return _due(market, received_at, "decide_within")


def decide_at_most_by(market: Market, received_at: datetime) -> date | None:
    """Return the last day that a reason can buy: fifteen working days in PCR 2015 reg 34(16)."""
    return _due(market, received_at, "decide_at_most")


def _due(market: Market, received_at: datetime, rule: str) -> date | None:
    cell = market.rule(rule)
    if cell is None:
        return None
    return working_days_after(local_day(received_at), int(str(cell.value)), calendar_of(market))


def calendar_of(market: Market) -> BankHolidayCalendar:
    cell = market.rule("calendar")
    return BankHolidayCalendar(str(cell.value)) if cell else BankHolidayCalendar.ENGLAND_AND_WALES
