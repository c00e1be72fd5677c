"""The law as data. Each type of market has a row with a cell for each rule, which contains its value and its citation.

Numbers from the law appear nowhere else in the code. A market fixes its ruleset when it opens. A market can promise a
rule that the law does not impose. A promise has the same form as a cell, is cited as the market's own rule, and never
overrides the law.

Each cell says how we know the fact: "law" was read in the statute or on an official page, and "published practice" was
found on a public page. Days are in Europe/London. A “last day” is included, and a “first day after” is not.
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
