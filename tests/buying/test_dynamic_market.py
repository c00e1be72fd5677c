"""Tests for scenario 53: a dynamic market can be used only for public contracts.

A contract below the threshold must use a framework.
"""

from decimal import Decimal

import pytest

from calloff.buying import queries
from calloff.buying.models import Commitment
from calloff.kernel.lifecycles import Refused
from calloff.markets.call_off_value import explain_value, require_tool_allows, valuation_of
from calloff.markets.rulesets.valuation import ValuedAmount, standard_vat_on
from calloff.people.permissions import Role
from calloff.web.authority.work_due import work_at_authority
from tests.factories import NOW, person
from tests.factories_markets import MarketFactory
from tests.factories_placements import BudgetFactory
from tests.markets.scenario import term
from tests.referrals.scenario import DRAFT_WANTED, ReferralScenario

pytestmark = pytest.mark.django_db
DECIDED = {"promises": {"decide_within": {"value": 10, "citation": "This market's own rule"}}, "true_dates": {}}
LATER = {**DECIDED, **term(opens_on="2025-09-01", starts_on="2025-09-01")}
DYNAMIC = {**LATER, "tool": "dynamic_market", "ruleset": "pa-2023-light-touch-dynamic-market"}
FRAMEWORK = {**LATER, "tool": "framework", "ruleset": "pa-2023-light-touch-framework"}
ADVICE = {"by": "Borchester Legal Services", "on": "2026-02-02", "text": "We act on this."}
NO_BUDGET = DRAFT_WANTED._replace(weekly_budget=None)
LAST = DRAFT_WANTED.ends_on


def test_a_direct_offer_below_the_threshold_is_refused_with_the_legal_sections_and_the_calculation():
    scene = ReferralScenario(changes=DYNAMIC)
    referral = scene.replied(wanted=NO_BUDGET)
    with pytest.raises(Refused) as refusal:
        scene.offer(referral)
    words = str(refusal.value)
    for part in ("s.35(1)", "s.85(1)", "£6,685.71", "below the threshold of £663,540", "light-touch framework"):
        assert part in words, part


def test_asking_providers_about_a_need_below_the_threshold_is_refused_before_any_is_contacted():
    scene = ReferralScenario(changes=DYNAMIC)
    with pytest.raises(Refused, match=r"s\.35\(1\)"):
        scene.asked()
    assert scene.market.lots.get(number=1) is not None


@pytest.mark.parametrize("changes", [FRAMEWORK, {**DYNAMIC, "advice": ADVICE}, {}], ids=["framework", "advice", "PCR"])
def test_a_framework_recorded_advice_or_an_earlier_law_allows_an_offer_below_the_threshold(changes):
    scene = ReferralScenario(changes=changes)
    assert scene.offer(scene.replied()).status == "made"


@pytest.mark.parametrize(("net", "allowed"), [("663539.99", False), ("663540.00", True)])
def test_an_offer_equal_to_the_threshold_is_allowed(net, allowed):
    market = MarketFactory(changes=DYNAMIC)
    amount = ValuedAmount("A place", Decimal(net))
    if allowed:
        require_tool_allows(market, amount=amount, last_day=LAST, on=NOW.date())
    else:
        with pytest.raises(Refused, match="below the threshold"):
            require_tool_allows(market, amount=amount, last_day=LAST, on=NOW.date())


def test_vat_counts_towards_the_threshold():
    vat = standard_vat_on(NOW.date())
    amount = ValuedAmount("A place", Decimal("552950.00"), vat)
    require_tool_allows(MarketFactory(changes=DYNAMIC), amount=amount, last_day=LAST, on=NOW.date())
    assert (vat, amount.gross) == (20, Decimal("663540.00"))


def test_no_offer_is_refused_if_no_threshold_is_recorded():
    with pytest.raises(Refused, match="No threshold is recorded"):
        require_tool_allows(
            MarketFactory(changes=DYNAMIC), amount=ValuedAmount("A place", Decimal(1)), last_day=LAST,
            on=NOW.date().replace(year=2025),
        )  # fmt: skip


ESTIMATE = {"estimate": {"amounts": [
    {"words": "Places for four years", "net": "600000", "vat": "20"}, {"words": "One more year", "net": "150000"},
]}}  # fmt: skip


def test_the_value_of_a_market_is_computed_from_its_estimate():
    market = MarketFactory(changes=FRAMEWORK | ESTIMATE, began_on=NOW.date())
    assert valuation_of(market).value == Decimal("870000.00")
    said = explain_value(market, called_off=Decimal(0), on=NOW.date()).sentences
    assert said[0] == "Places for four years: £600,000 and VAT of 20%, £720,000."
    assert "at or above the threshold of £663,540" in said[-2]


def test_a_market_without_an_estimate_counts_as_above_the_threshold():
    market = MarketFactory(changes=FRAMEWORK, began_on=NOW.date())
    said = explain_value(market, called_off=Decimal(0), on=NOW.date()).sentences
    assert valuation_of(market).value is None
    assert "No estimate is recorded, so the value is treated as above the threshold" in said[0]


def test_no_contract_value_is_computed_for_a_market_under_an_earlier_law():
    assert explain_value(MarketFactory(), called_off=Decimal(0), on=NOW.date()).sentences == []


def test_an_officer_gets_a_task_when_call_offs_exceed_the_estimate():
    market = MarketFactory(changes=FRAMEWORK | ESTIMATE, began_on=NOW.date())
    olivia = person(Role.CONTRACTS_OFFICER, at=market.authority)
    budget = BudgetFactory(amount=Decimal(900_000))

    def due():
        return [one.what for one in work_at_authority(market.authority, olivia, NOW) if "estimated value" in one.what]

    Commitment.objects.create(budget=budget, source=f"{market.code}-O-0001", amount=Decimal(750_000), made_at=NOW)
    assert due() == []
    Commitment.objects.create(budget=budget, source=f"{market.code}-L-0001", amount=Decimal("0.01"), made_at=NOW)
    assert queries.called_off(market) == Decimal("750000.01")
    assert due() == [f"Call-offs have gone over the estimated value of {market}"]
    said = explain_value(market, called_off=queries.called_off(market), on=NOW.date()).sentences
    assert "£0.01 more than the estimate of £750,000" in said[-1]
