"""The law is data: a row for each kind of market, and in it a cell for each rule, with its value and its citation.

No legal number stands anywhere else. A market pins its ruleset when it opens. What law does not impose, a market may
promise by itself: a promise has the same shape as a cell, is cited as the market's own rule, and never beats the law.

Facts stand as they are known: "law" was read in the statute or on an official page, "published practice" was found on
a public page. Days are days of Europe/London; a "last day" is included, a "first day after" is not.
"""

from calloff.markets.rulesets.law import RULESETS, get_ruleset
from calloff.markets.rulesets.schema import (
    MAX_ALERT_MINUTES,
    RULE_DESCRIPTIONS,
    CommercialTool,
    RuleCell,
    RuleDescription,
    Ruleset,
    RuleValue,
    find_rule,
    make_promise,
    problem_of_promise,
    rule_in_words,
)
from calloff.markets.rulesets.validation import (
    add_months,
    find_extension_problems,
    find_opening_problems,
    find_scheme_problems,
)

__all__ = [
    "MAX_ALERT_MINUTES",
    "RULESETS",
    "RULE_DESCRIPTIONS",
    "CommercialTool",
    "RuleCell",
    "RuleDescription",
    "RuleValue",
    "Ruleset",
    "add_months",
    "find_extension_problems",
    "find_opening_problems",
    "find_rule",
    "find_scheme_problems",
    "get_ruleset",
    "make_promise",
    "problem_of_promise",
    "rule_in_words",
]
