"""The law is data: a row for each kind of market, and in it a cell for each rule, with its value and its citation.

No legal number stands anywhere else. A market pins its ruleset when it opens. What law does not impose, a market may
promise by itself: a promise has the same shape as a cell, is cited as the market's own rule, and never beats the law.

Facts stand as they are known: "law" was read in the statute or on an official page, "published practice" was found on
a public page. Days are days of Europe/London; a "last day" is included, a "first day after" is not.
"""

from calloff.markets.rulesets.law import RULESETS, get
from calloff.markets.rulesets.schema import (
    MOST_ALERT_MINUTES,
    RULES,
    Cell,
    Rule,
    Ruleset,
    Tool,
    Value,
    in_words,
    problem_of_promise,
    promise,
    rule,
)
from calloff.markets.rulesets.validation import (
    months_after,
    problems_of_extending,
    problems_of_opening,
    problems_of_scheme,
)

__all__ = [
    "MOST_ALERT_MINUTES",
    "RULES",
    "RULESETS",
    "Cell",
    "Rule",
    "Ruleset",
    "Tool",
    "Value",
    "get",
    "in_words",
    "months_after",
    "problem_of_promise",
    "problems_of_extending",
    "problems_of_opening",
    "problems_of_scheme",
    "promise",
    "rule",
]
