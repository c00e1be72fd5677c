"""The latest possible start and end of a placement, so that a mistyped year is refused."""

from datetime import date, timedelta

from calloff.kernel.formatting import format_date
from calloff.markets.models import Market

AUGUST, LAST_OF_AUGUST = 8, 31  # an academic year ends on 31 August
MAX_PLACEMENT_LENGTH = timedelta(days=730)  # a longer placement is reviewed and extended


def latest_start(market: Market, today: date) -> date:
    """Return the latest possible first day: the end of the next academic year or, if earlier, of the market's term."""
    return min(_end_of_next_academic_year(today), market.term_ends_on)


def find_start_problem(starts_on: date, market: Market, today: date) -> str:
    """Return the error for a start date that is too late, or an empty string."""
    if starts_on <= latest_start(market, today):
        return ""
    if market.term_ends_on < _end_of_next_academic_year(today):
        return f"First day must be {format_date(market.term_ends_on)} or earlier, when {market} ends"
    return f"First day must be {format_date(latest_start(market, today))} or earlier, the end of the next academic year"


def find_end_problem(starts_on: date, ends_on: date) -> str:
    """Return the error for an end date that is too late, or an empty string."""
    if ends_on - starts_on <= MAX_PLACEMENT_LENGTH:
        return ""
    return "Last day must be within 2 years of the first day. You can extend a placement later."


def _end_of_next_academic_year(today: date) -> date:
    this_year = date(today.year + (today.month > AUGUST), AUGUST, LAST_OF_AUGUST)
    return this_year.replace(year=this_year.year + 1)
