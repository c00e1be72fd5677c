"""A market with prices, a provider with a signed agreement, and a school that can place orders."""

from datetime import date
from decimal import Decimal

from calloff.buying.commands import order
from calloff.people.permissions import Role
from tests.factories import NOW, person
from tests.factories_markets import AgreementFactory, MarketFactory, MemberFactory
from tests.factories_placements import BudgetFactory, PartnershipFactory

PRICE_ANNEX = [
    {"key": "tutoring_hour", "lot": 1, "label": "Tutoring", "unit": "hour", "amount": "40.25", "vat": "exempt"},
    {"key": "place_day", "lot": 1, "label": "A place", "unit": "day", "amount": "120.00", "vat": "exempt"},
    {"key": "mentoring_day", "lot": 2, "label": "Mentoring", "unit": "day", "amount": "200.00", "vat": "standard"},
]
ORDER_WANTED = {
    "line": "tutoring_hour",
    "quantity": Decimal("12.5"),
    "what": "Cover for mathematics in year 9.",
    "reason": "Its staff know our rooms.",
    "starts_on": date(2026, 3, 9),
    "ends_on": date(2026, 3, 27),
    "purchase_order": "PO-1001",
}


def ready(school, *, prices=PRICE_ANNEX, signed=True, **market):
    """Return a member that has prices in its price annex, in a market where the school can place orders."""
    made = MarketFactory(authority=school.host, priced=True, **market)
    agreement = AgreementFactory(authority=school.host, prices=prices, lots=[{"number": 1, "title": "Tutoring"}])
    member = MemberFactory(market=made, agreement=agreement, provider=agreement.provider)
    if signed:
        PartnershipFactory(buyer=school, market=made)
    return member


def ordered(member, school, *, budget=None, by=None, **changes):
    by = by or person(Role.AP_LEAD, at=school)
    budget = budget or BudgetFactory(buyer=school)
    at = changes.pop("at", NOW)
    return order(school, member=member, budget=budget, by=by, at=at, **(ORDER_WANTED | changes))
