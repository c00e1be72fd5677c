"""Direct call-off: whether a market's rules allow it, and the prices in a member's signed agreement.

Prices come only from the annex of the signed agreement. An order stores the price that applied when it was placed.
"""

from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from calloff.directory.models import PriceUnit, VatTreatment
from calloff.kernel.lifecycles import Refused
from calloff.kernel.money import PENNY
from calloff.markets.models import Market
from calloff.members.models import Member

NEVER_DIRECT = "never"
ASK_PROVIDERS_ADVICE = "Ask providers for a place instead. We will invite every member of the category."


class AnnexLine(NamedTuple):
    """One price in the annex of a signed agreement."""

    key: str
    label: str
    unit: str
    amount: Decimal  # pounds per unit, before VAT
    vat: str
    staff: bool  # whether a buyer can order at this price without naming a child

    @property
    def words(self) -> str:
        """Return the price as text with its VAT treatment, for example “£45 an hour, exempt from VAT”."""
        return f"£{self.amount:,.2f} {PriceUnit(self.unit).label}, {VatTreatment(self.vat).label}"


def why_not_direct(market: Market) -> str:
    """Return why a market does not allow direct call-off, citing the law, or an empty string if it does."""
    rule = market.rule("direct_call_off")
    if rule is None:
        return f"This market’s rules do not allow direct call-offs. {ASK_PROVIDERS_ADVICE}"
    if rule.value == NEVER_DIRECT:
        return f"This market does not allow direct call-offs ({rule.citation}). {ASK_PROVIDERS_ADVICE}"
    return ""


def require_direct(market: Market, reason: str) -> None:
    """Require that the market's ruleset allows direct call-off and that there is a reason. Raises Refused."""
    if why_not := why_not_direct(market):
        raise Refused(why_not)
    if not reason.strip():
        rule = market.rule("direct_call_off")
        citation = f" ({rule.citation})" if rule else ""
        raise Refused(
            f"Enter why you are ordering from this provider. A direct call-off needs a reason{citation}.", "reason"
        )


def annex_lines_of(member: Member) -> list[AnnexLine]:
    """Return the prices for a member's lot in its signed agreement."""
    schedule = member.market.pack.schedule
    staff = {line.key for line in schedule.lines if line.staff} if schedule else set()
    return [
        AnnexLine(
            price["key"], price["label"], price["unit"], Decimal(price["amount"]), price["vat"], price["key"] in staff
        )
        for price in member.agreement.prices
        if price["lot"] == member.lot.number
    ]


def staff_lines_of(member: Member) -> list[AnnexLine]:
    """Return the prices for orders that do not name a child."""
    return [line for line in annex_lines_of(member) if line.staff]


def find_annex_line(member: Member, key: str) -> AnnexLine:
    """Return the price with this key, for an order that does not name a child.

    Raises Refused if the agreement does not contain the price, or if the price is for a child.
    """
    annex_line = next((annex_line for annex_line in annex_lines_of(member) if annex_line.key == key), None)
    if annex_line is None:
        raise Refused(
            f"The agreement with {member.provider} does not include this price. Choose a price from the agreement.",
            "line",
        )
    if not annex_line.staff:
        raise Refused(
            "This price is for a place for one pupil. To ask for a place, send providers a referral instead.", "line"
        )
    return annex_line


def order_total(line: AnnexLine, quantity: Decimal) -> Decimal:
    """Return the price of a quantity in pounds, rounded half up to the penny."""
    return (line.amount * quantity).quantize(PENNY, ROUND_HALF_UP)
