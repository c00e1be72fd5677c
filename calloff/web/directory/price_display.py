"""Text about prices for people who can see them: current, past and planned prices, and the price rule."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from calloff.directory.models import Price, Uplift
from calloff.kernel.formatting import format_date, format_number, format_short_date
from calloff.markets.models import Market

MONTH_NAMES = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
HOURLY_PRICE_HINT = (
    "“An hour” helps you compare prices. It is the price before VAT divided by the number of hours, to the nearest "
    "penny. We do not show it if the hours are not recorded."
)


class PriceLine(NamedTuple):
    price: Price
    state: str  # Current, Past or Planned
    because: str  # the reason for an increase, with its percentage, date, cap and approval


def price_lines(prices: Iterable[Price], today: date) -> list[PriceLine]:
    return [
        PriceLine(price, price_state(price, today), describe_uplift(price.uplift) if price.uplift else "")
        for price in prices
    ]


def price_state(price: Price, today: date) -> str:
    if price.starts_on > today:
        return "Planned"
    return "Past" if price.ends_on is not None and price.ends_on < today else "Current"


def describe_uplift(uplift: Uplift) -> str:
    """Describe a price increase: the percentage, the index and its date, the cap and the approval."""
    figure = (
        f"Increased by {format_number(uplift.percent)}%: {uplift.index}, published {format_short_date(uplift.index_on)}"
    )
    answered = f", approved {format_short_date(uplift.answered_at)}" if uplift.answered_at else ""
    return f"{figure}, up to {format_number(uplift.cap)}%{answered}"


def describe_price_rule(market: Market) -> str:
    """Describe how prices in a market can change during the market's term."""
    rule = market.pack.prices
    if rule.moves == "indexed" and rule.month:
        return (
            f"Prices can increase once a year, on 1 {MONTH_NAMES[rule.month - 1]}, with this index: {rule.index}. The "
            f"increase can be up to {rule.cap}%, if {market.authority} approves it."
        )
    if market.pack.schedule is not None:
        return f"Prices come from the signed agreement and are fixed until {format_date(market.term_ends_on)}."
    return "Prices are not agreed in this market. Each provider sets its own prices."
