"""Test data for endpoints: budgets, orders for staff hours with each status, and a suspension with its notices."""

from decimal import Decimal

from calloff.buying.commitments import commit_amount
from tests.buying.scenario import PRICE_ANNEX
from tests.factories import NOW, SchoolOrganisationFactory
from tests.factories_markets import AgreementFactory, MarketFactory, MemberFactory
from tests.factories_placements import (
    BudgetFactory,
    OrderFactory,
    PartnershipFactory,
    ReferralFactory,
    SuspensionFactory,
    SuspensionNoticeFactory,
)


def make(world):
    """Make a market in which the school can order staff hours, with orders and budgets.

    There is also a suspension with a notice.
    """
    world.staff_market = MarketFactory(authority=world.authority, priced=True)
    PartnershipFactory(buyer=world.school, market=world.staff_market)
    world.staff_member = _member(world)
    world.staff_budget = BudgetFactory(buyer=world.school, amount=Decimal(100_000))
    commit_amount(world.staff_budget, source="TST-L-9000", amount=Decimal(1), at=NOW)
    world.order_sent = _order(world)
    world.order_accepted = _order(world, status="accepted", starts_on=world.order_sent.starts_on.replace(day=2))
    world.told = SuspensionFactory(provider=world.provider, authority=world.authority)
    world.recall = SuspensionNoticeFactory(suspension=world.told, buyer=world.school)
    world.watched_referral = ReferralFactory(market=world.market, buyer=world.school)


def more(world):
    """Add one row to each list of these records."""
    BudgetFactory(buyer=world.school)
    _order(world)
    _member(world)
    SuspensionNoticeFactory(suspension=world.told, buyer=SchoolOrganisationFactory(host=world.authority))
    other = SuspensionFactory(provider=world.provider, authority=world.authority)
    SuspensionNoticeFactory(suspension=other, buyer=world.school)
    ReferralFactory(market=world.market, buyer=SchoolOrganisationFactory(host=world.authority))


def _member(world):
    """Return a member with signed prices for its staff hours.

    The first such member is the main provider of the test data.
    """
    own = {"authority": world.authority, "prices": PRICE_ANNEX}
    if not hasattr(world, "staff_member"):
        own["provider"] = world.provider
    agreement = AgreementFactory(**own)
    return MemberFactory(market=world.staff_market, agreement=agreement, provider=agreement.provider)


def _order(world, **given):
    one = OrderFactory(market=world.staff_market, member=world.staff_member, buyer=world.school, **given)
    commit_amount(world.staff_budget, source=one.reference, amount=one.total, at=NOW)
    return one
