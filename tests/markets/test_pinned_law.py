"""Tests for the law as data.

A row must not change once it is recorded, and a market notices a change to its own row.
"""

from dataclasses import replace
from types import MappingProxyType

import pytest

from calloff.kernel.lifecycles import Refused
from calloff.markets import rulesets
from calloff.markets.models import Market
from calloff.markets.opening_checklist import find_missing_requirements
from calloff.markets.rulesets import CommercialTool, RuleCell, law
from calloff.members import commands as members
from calloff.members.lot_decision import LotDecision
from tests.factories import NOW
from tests.markets.scenario import DYNAMIC_MARKET, draft, olivia, opened, term
from tests.members.scenario import approver, ready

RECORDED = {
    "pcr-2015-dps": "c32c730d79e900794c7ae42da26d39a23cb905ce493662889efad092aaaf307c",
    "pcr-2015-light-touch": "4ce13ce4e467c6446cc2a429df61a7e5d31eebc9e9f1855cf5a0ca8dba9f4468",
    "pcr-2015-framework": "cec25f91cd2b0f9595010226a91ea9d3b0298c1935f46a2d584562b2ba960b35",
    "pa-2023-dynamic-market": "dc113785526c6662ddeee7ea074d180d9e9938e5a4bb025c6bbe517f22e93a74",
    "pa-2023-framework": "3ac39222d0f76413d17e8dc0397d31696266627d3fcfc25067deeeec069cd203",
    "pa-2023-open-framework": "a6a6853662ab1baa60cb4dfd07fe33f5ea1ec9b1e04697d30bc2f196cd6ec9e2",
    "pa-2023-light-touch": "3a087e9c63e6fbbfe8918c0edab728352d564d90a7a713843112477fc58e7cbd",
    "pa-2023-light-touch-dynamic-market": "606168172d5715bfd0ec3ae36db82db3632d6d1f57652c188fd6a2ae13c15377",
    "pa-2023-light-touch-framework": "df2b046e0e04cf19c8fe5e0cefa67d82bfe08e68b58b9239086b55c6f47bfcd2",
    "pa-2023-light-touch-open-framework": "1f4c42cdf2d591981088d4333bf3686d769727423db5a6c13c5a59589777a64f",
    "unknown": "803c43a55427927f20464ece085ff0ae3c1079d9479f0a3237b69bcaa860c0c4",
}
LATER = {"true_dates": {}, **term(opens_on="2025-09-01", starts_on="2025-09-01")}
LIGHT_MARKET = {**DYNAMIC_MARKET, **LATER, "ruleset": "pa-2023-light-touch-dynamic-market"}
ADVICE = {"by": "Borchester Legal Services", "on": "2026-02-02", "text": "Every placement is above the threshold."}


def fault_of_row(ruleset):
    """Return advice for a person who has added or edited a row of the law, or an empty string if no advice is
    needed.
    """
    recorded = RECORDED.get(ruleset.key)
    if recorded == ruleset.digest:
        return ""
    if recorded is None:
        return f"“{ruleset.key}” is a new row: add it to RECORDED in tests/markets/test_pinned_law.py, {ruleset.digest}"
    return (
        f"The row “{ruleset.key}” was edited, and markets have pinned it: put it back as it was and add a new dated "
        "row to calloff/markets/rulesets/law.py, with its own key, the day from which procurements begin under it "
        "(begins_since) and the key of this row (replaces)"
    )


@pytest.mark.parametrize("ruleset", rulesets.RULESETS, ids=lambda ruleset: ruleset.key)
def test_a_published_row_of_the_law_table_is_never_edited(ruleset):
    assert not fault_of_row(ruleset)


def test_editing_a_row_of_the_law_table_fails_with_advice_to_add_a_dated_row():
    row = rulesets.get_ruleset("pcr-2015-dps")
    longer = replace(row, cells=MappingProxyType({**row.cells, "longest_term": RuleCell(47, "a slip")}))
    assert "add a new dated row to calloff/markets/rulesets/law.py" in fault_of_row(longer)
    assert "add a new dated row" in fault_of_row(replace(row, begins_until=None))
    assert "add it to RECORDED" in fault_of_row(replace(row, key="pa-2028"))


def test_no_row_of_the_law_table_is_ever_removed():
    gone = RECORDED.keys() - {ruleset.key for ruleset in rulesets.RULESETS}
    assert not gone, f"Markets have pinned {sorted(gone)}: put them back as they were. New law is a new dated row."


@pytest.mark.parametrize(
    "tool",
    [
        CommercialTool.FRAMEWORK,
        CommercialTool.OPEN_FRAMEWORK,
        CommercialTool.DYNAMIC_MARKET,
        CommercialTool.LIGHT_TOUCH_ARRANGEMENT,
    ],
)
def test_every_type_of_market_under_the_act_has_a_light_touch_row(tool):
    light = [row for row in rulesets.RULESETS if row.key.startswith("pa-2023-light-touch") and tool in row.tools]
    assert light
    for row in light:
        assert {"shortest_tender", "fewest_kpis"}.isdisjoint(row.cells), row.key
        assert row.cells["details_notice"].value == 120, row.key
        assert not row.cells["standstill_for_call_offs"].value, row.key
        assert all(cell.citation for cell in row.cells.values())


def test_the_standard_dynamic_market_has_its_own_notice_period_and_kpi_minimum():
    cells = rulesets.get_ruleset("pa-2023-dynamic-market").cells
    assert (cells["shortest_tender"].value, cells["fewest_kpis"].value, cells["details_notice"].value) == (10, 3, 30)


def edit(monkeypatch, key):
    """Edit a number in a row, as a person might do who should have added a row instead."""
    row = rulesets.get_ruleset(key)
    cells = MappingProxyType({**row.cells, "longest_term": RuleCell(47, "a slip")})
    monkeypatch.setitem(law._BY_KEY, key, replace(row, cells=cells))


@pytest.mark.django_db
def test_a_market_keeps_the_content_of_its_law_from_the_day_it_opens():
    assert draft().ruleset_digest == ""
    assert opened(code="TSX", slug="other").ruleset_digest == RECORDED["pcr-2015-light-touch"]


@pytest.mark.django_db
def test_if_a_markets_pinned_law_is_edited_decisions_and_extensions_are_blocked_with_a_warning(monkeypatch):
    market = opened()
    assert not market.law_has_changed
    edit(monkeypatch, market.ruleset)
    assert market.law_has_changed
    with pytest.raises(Refused, match="has changed since the market opened"):
        members.extend(
            market, closes_on=market.last_day, term_ends_on=market.term_ends_on.replace(year=2029), reason="More time.",
            by=olivia(market.authority), at=NOW,
        )  # fmt: skip


@pytest.mark.django_db
def test_no_decision_can_be_made_under_law_that_was_edited(monkeypatch):
    application = ready(lots=[1])
    monkeypatch.setattr(Market, "law_has_changed", True)
    with pytest.raises(Refused, match="has changed since"):
        members.decide(application, outcomes=[LotDecision(1, True, "Yes.")], by=approver(application), at=NOW)


@pytest.mark.django_db
def test_for_single_placements_a_framework_is_suggested_instead_of_a_dynamic_market():
    """Scenario 53."""
    [problem] = find_missing_requirements(draft(**LIGHT_MARKET, single_placements=True), NOW)
    assert problem.where == "tool"
    for words in ("s.35(1)", "s.85(1)", "pa-2023-light-touch-framework"):
        assert words in problem.sentence


@pytest.mark.django_db
@pytest.mark.parametrize(
    "changes",
    [
        {**LIGHT_MARKET, "single_placements": True, "advice": ADVICE},
        {**LIGHT_MARKET, "single_placements": False},
        {**LIGHT_MARKET, "tool": "framework", "ruleset": "pa-2023-light-touch-framework", "single_placements": True},
    ],
    ids=["with advice", "not for single placements", "a light-touch framework"],
)
def test_a_market_for_single_placements_can_open_after_advice_or_with_another_purpose_or_as_a_framework(changes):
    assert find_missing_requirements(draft(**changes), NOW) == []
