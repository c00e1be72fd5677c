"""Calling off directly: what the rules of a market allow, and what a signed agreement's annex asks for it.

The only truth for a price is the annex of the member's signed agreement. What was ordered keeps the price it had.
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
    """One line of a signed agreement's annex."""

    key: str
    label: str
    unit: str
    amount: Decimal  # pounds a unit, before VAT
    vat: str
    staff: bool  # may be ordered without a named child

    @property
    def words(self) -> str:
        """Say the price with its VAT treatment: £45 an hour, exempt from VAT."""
        return f"£{self.amount:,.2f} {PriceUnit(self.unit).label}, {VatTreatment(self.vat).label}"


def why_not_direct(market: Market) -> str:
    """Say, with the citation, why nothing can be called off directly in a market: nothing where it can be."""
    rule = market.rule("direct_call_off")
    if rule is None:
        return f"This market’s rules do not allow direct call-offs. {ASK_PROVIDERS_ADVICE}"
    if rule.value == NEVER_DIRECT:
        return f"This market does not allow direct call-offs ({rule.citation}). {ASK_PROVIDERS_ADVICE}"
    return ""


def require_direct(market: Market, reason: str) -> None:
    """Refuse a direct call-off where the market's ruleset has none, and one without its reason. Raises Refused."""
    if why_not := why_not_direct(market):
        raise Refused(why_not)
    if not reason.strip():
        rule = market.rule("direct_call_off")
        citation = f" ({rule.citation})" if rule else ""
        raise Refused(
            f"Enter why you are ordering from this provider. A direct call-off needs a reason{citation}.", "reason"
        )


def annex_lines_of(member: Member) -> list[AnnexLine]:
    """Return the lines of the annex of a member's signed agreement in its category, as they were signed."""
    schedule = member.market.pack.schedule
    staff = {line.key for line in schedule.lines if line.staff} if schedule else set()
    return [
        AnnexLine(one["key"], one["label"], one["unit"], Decimal(one["amount"]), one["vat"], one["key"] in staff)
        for one in member.agreement.prices
        if one["lot"] == member.lot.number
    ]


def staff_lines_of(member: Member) -> list[AnnexLine]:
    """Return the lines that may be ordered without a named child."""
    return [line for line in annex_lines_of(member) if line.staff]


def find_annex_line(member: Member, key: str) -> AnnexLine:
    """Find the line of the annex that is ordered. Raises Refused where the agreement has none, or it is for a child."""
    found = next((line for line in annex_lines_of(member) if line.key == key), None)
    if found is None:
        raise Refused(
            f"The agreement with {member.provider} does not include this price. Choose a price from the agreement.",
            "line",
        )
    if not found.staff:
        raise Refused("This price is for a named child. Send providers a referral instead.", "line")
    return found


def order_total(line: AnnexLine, quantity: Decimal) -> Decimal:
    """Multiply to the penny, half a penny up."""
    return (line.amount * quantity).quantize(PENNY, ROUND_HALF_UP)
