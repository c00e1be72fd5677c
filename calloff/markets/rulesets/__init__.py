"""The law as data.

Each type of market has a row, with a cell for each rule. A cell contains the rule's value and its citation. Numbers
from the law are nowhere else in the code. A market stores its ruleset when it opens. A market can promise a rule that
the law does not impose. A promise has the same structure as a cell and is cited as the market's own rule. It never
overrides the law.

Each cell records how we know the rule: "law" if we read it in the statute or on an official page, and "published
practice" if we found it on a public page. Days start and end in London time. A “last day” is included, and a “first
day after” is not.
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
