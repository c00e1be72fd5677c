"""Gaps: topics for which neither the law, as recorded here, nor the market has a rule.

Pages list each gap, because people might think that “no rule” means “no limit”.
"""

from collections.abc import Mapping
from types import MappingProxyType

from calloff.markets.rulesets.schema import RULE_DESCRIPTIONS, RuleCell, Ruleset, find_rule

UNKNOWN_LAW = (
    "The law for this market is not recorded. Ask your procurement team, then load the market’s pack with its rules."
)
NO_LIMIT_CHECKED = "No law is recorded for this market, so no legal limit was checked. Ask your procurement team first."

RULE_TOPICS: Mapping[str, str] = MappingProxyType(
    {
        "decide_within": "How soon an application must be decided",
        "decide_at_most": "How long a decision can take if the council gives a reason",
        "decide_reasonably": "Whether an application must be considered within a reasonable period",
        "calendar": "Which bank holidays do not count as working days",
        "open_throughout": "Whether providers can apply at any time",
        "shortest_first_window": "How long applications must be open at first",
        "longest_term": "How long the market can last",
        "longer_with_reasons": "Whether the council can extend the market if it gives a reason",
        "sunset": "The latest date the market can end",
        "extend_until": "The last day to change the market’s end date",
        "extending": "Ways to extend the market",
        "first_reopening": "When the market opens again for the first time",
        "later_reopenings": "How often the market opens again after the first time",
        "entry": "Rules for deciding who can join",
        "conditions_fixed": "Whether the conditions of membership can change",
        "reasons": "Whether every decision must include reasons",
        "cap_allowed": "Whether the number of members can be limited",
        "charge_allowed": "Whether there can be a charge for joining",
        "fee_only_on_award": "Rules for charging a fee",
        "may_ask_audited_accounts": "Whether audited accounts can be required",
        "may_ask_insurance_before_award": "Whether insurance can be required before an award",
        "may_ask_prior_contract": "Whether providers must have had an earlier contract",
        "renewed_declaration": "How soon a member must renew its declaration",
        "pending_applications_first": "Whether waiting applications must be considered before a competition",
        "invite_all": "Whether every competition must invite all members",
        "shortest_tender": "How long providers have to reply",
        "sealed": "Whether tenders stay sealed until the deadline",
        "direct_call_off": "Whether a buyer can choose a provider directly",
        "standstill": "How long to wait before an award (standstill)",
        "standstill_for_call_offs": "Whether a call-off also needs a standstill",
        "fewest_kpis": "How many key performance indicators a contract needs",
        "details_notice": "When the contract details notice must be published",
        "prices_fixed": "How long prices stay the same",
        "register_alert_provider": "Time of our email to the provider about an unmarked register",
        "register_alert_school": "Time of our email to the school about an unmarked register",
        "block_purchase": "Whether buyers can buy a block of places",
        "joint_purchase": "Whether buyers can buy together",
    }
)


RULES_WITH_DEFAULT = frozenset(
    {"register_alert_provider", "register_alert_school"}
)  # The defaults for these rules are in placements.register_alerts.


def rule_topic(name: str) -> str:
    """Return the topic of a rule or, if it has no topic here, its description without the value."""
    return RULE_TOPICS.get(name) or RULE_DESCRIPTIONS[name].words.replace("{}", "…")


def find_unrecorded_rules(ruleset: Ruleset, promises: Mapping[str, RuleCell]) -> list[str]:
    """Return the topics of the rules that a market does not have, in the order of the rules."""
    names = (name for name in RULE_DESCRIPTIONS if name not in RULES_WITH_DEFAULT)
    return [rule_topic(name) for name in names if find_rule(ruleset, promises, name) is None]
