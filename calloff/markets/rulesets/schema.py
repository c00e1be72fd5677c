"""The parts of a ruleset: legal types of market, descriptions of rules, cells with citations, and promises."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import NamedTuple

from django.db.models import TextChoices

from calloff.kernel.formatting import format_date
from calloff.kernel.working_days import BankHolidayCalendar

RuleValue = int | str | date  # This type includes bool, which is a subclass of int.
# The limit is in minutes. After a longer time, a child could be absent for half a day before anyone noticed.
MAX_ALERT_MINUTES = 120


class CommercialTool(TextChoices):
    DPS = "dps", "Dynamic purchasing system"
    FRAMEWORK = "framework", "Framework"
    OPEN_FRAMEWORK = "open_framework", "Open framework"
    DYNAMIC_MARKET = "dynamic_market", "Dynamic market"
    LIGHT_TOUCH_ARRANGEMENT = "light_touch_arrangement", "Light-touch arrangement"


class RuleCell(NamedTuple):
    value: RuleValue
    citation: str
    imposed: bool = True  # True if the law imposes the rule, and False if the market promises it
    standing: str = "law"  # where the rule comes from: "law", "published practice" or "this market's own rule"


class RuleDescription(NamedTuple):
    """The meaning of a cell, for pages and for people who write packs."""

    words: str  # the sentence that pages show, in which the value replaces {}
    kind: type
    choices: Mapping[str, str] = MappingProxyType({})  # the sentence for each possible value, if the value is text
    denied: str = ""  # the sentence for no, if the value is yes or no
    at_most: int = 0  # the largest number that a market can promise, or 0 if there is no limit


@dataclass(frozen=True)
class Ruleset:
    key: str
    title: str
    tools: tuple[CommercialTool, ...]
    cells: Mapping[str, RuleCell] = field(default_factory=lambda: MappingProxyType({}))
    begins_since: date | None = None  # the first day on which a procurement can start under this ruleset
    begins_until: date | None = None  # the first day on which a procurement can no longer start under this ruleset
    begins_citation: str = ""
    replaces: str = ""  # the key of the row that this row replaces from the day `begins_since`

    @property
    def is_known(self) -> bool:
        """Return whether we have recorded any law for this type of market. If not, the market's pages say so."""
        return bool(self.cells)

    @property
    def digest(self) -> str:
        """Return the SHA-256 digest of everything in the row.

        A market stores the digest when it opens, so that we notice if the row is edited later.
        """
        content = {
            "key": self.key,
            "title": self.title,
            "tools": [str(tool) for tool in self.tools],
            "begins": [str(self.begins_since), str(self.begins_until), self.begins_citation],
            "cells": {
                name: [type(cell.value).__name__, str(cell.value), cell.citation, cell.imposed, cell.standing]
                for name, cell in sorted(self.cells.items())
            },
        }
        # An empty value is left out, so that rows from before this field existed keep their digests.
        if self.replaces:
            content["replaces"] = self.replaces
        return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


_DIRECT = {
    "never": "Every purchase must be a competition. A direct call-off is not allowed.",
    "if_terms_set": "A direct call-off is allowed only where all terms and objective conditions are set.",
    "own_terms": "A direct call-off is allowed only as set out in the market's own terms.",
}
_ENTRY = {
    "conditions": "Providers join by passing every check and meeting every minimum score. There is no ranking, "
    "price or weighting.",
    "scored": "Providers can be ranked to decide who joins.",
}
_CALENDARS = {
    BankHolidayCalendar.ENGLAND_AND_WALES.value: "Working days do not include bank holidays in England and Wales.",
    BankHolidayCalendar.UNITED_KINGDOM.value: "Working days do not include a bank holiday in any part of the United "
    "Kingdom.",
}
_EXTENDING = {
    "modification": "An extension counts as a modification, so the rules for modifications apply.",
    "free": "The contract can be modified freely.",
}

RULE_DESCRIPTIONS: Mapping[str, RuleDescription] = MappingProxyType(
    {
        "decide_within": RuleDescription("An application is decided within {} working days of receipt.", int),
        "decide_at_most": RuleDescription(
            "The council can take up to {} working days to decide if it gives a reason.", int
        ),
        "decide_reasonably": RuleDescription("An application is considered within a reasonable period.", bool),
        "calendar": RuleDescription("{}", str, _CALENDARS),
        "open_throughout": RuleDescription("Providers can apply at any time while the market is open.", bool),
        "shortest_first_window": RuleDescription("Applications must be open for at least {} days at first.", int),
        "longest_term": RuleDescription("The market can last for up to {} months.", int),
        "longer_with_reasons": RuleDescription("The market can last longer if there is a good reason.", bool),
        "sunset": RuleDescription("The market ends before {}.", date),
        "extend_until": RuleDescription("The end date of the market cannot be changed after {}.", date),
        "extending": RuleDescription("{}", str, _EXTENDING),
        "first_reopening": RuleDescription("The market must open again within {} months.", int),
        "later_reopenings": RuleDescription("After that, the market must open again at least every {} months.", int),
        "entry": RuleDescription("{}", str, _ENTRY),
        "conditions_fixed": RuleDescription(
            "The conditions of membership cannot be changed once the market is established.", bool
        ),
        "reasons": RuleDescription("Every decision includes reasons.", bool),
        "cap_allowed": RuleDescription(
            "The number of members can be limited.", bool, denied="The number of members is not limited."
        ),
        "charge_allowed": RuleDescription(
            "A charge for joining is allowed.", bool, denied="Joining is free of charge."
        ),
        "fee_only_on_award": RuleDescription("A fee can only be a fixed percentage of an awarded contract.", bool),
        "may_ask_audited_accounts": RuleDescription(
            "The council can require audited accounts to join.",
            bool,
            denied="The council must not require audited accounts to join.",
        ),
        "may_ask_insurance_before_award": RuleDescription(
            "The council can require insurance before an award.",
            bool,
            denied="The council must not require insurance before an award. A promise to have it is enough.",
        ),
        "may_ask_prior_contract": RuleDescription(
            "The council can require an earlier contract with a named authority.",
            bool,
            denied="The council must not require an earlier contract with a named authority.",
        ),
        "renewed_declaration": RuleDescription(
            "Members must renew their declaration within {} working days when asked.", int
        ),
        "pending_applications_first": RuleDescription(
            "An application that is waiting must be considered before its provider can be left out of a competition.",
            bool,
        ),
        "invite_all": RuleDescription("All members of the category must be invited to every competition.", bool),
        "shortest_tender": RuleDescription(
            "Providers have at least {} days to tender. If all the providers agree, the time can be different, but it "
            "must be the same for each of them.",
            int,
        ),
        "sealed": RuleDescription("Tenders stay sealed until the deadline.", bool),
        "direct_call_off": RuleDescription("{}", str, _DIRECT),
        "standstill": RuleDescription("There is a standstill of {} working days before an award.", int),
        "standstill_for_call_offs": RuleDescription(
            "There is a standstill before a call-off.", bool, denied="A call-off does not need a standstill."
        ),
        "fewest_kpis": RuleDescription(
            "A contract above the threshold has at least {} key performance indicators.", int
        ),
        "details_notice": RuleDescription("The contract details notice (UK7) is published within {} days.", int),
        "prices_fixed": RuleDescription("Prices stay the same for {} months.", int),
        "register_alert_provider": RuleDescription(
            "If the first session of a day is not marked, we email the provider {} minutes after it starts.",
            int,
            at_most=MAX_ALERT_MINUTES,
        ),
        "register_alert_school": RuleDescription(
            "If the first session of a day is not marked, we email the school or team {} minutes after it starts.",
            int,
            at_most=MAX_ALERT_MINUTES,
        ),
        "block_purchase": RuleDescription("Buyers can buy a block of places.", bool),
        "joint_purchase": RuleDescription("Buyers can buy together.", bool),
    }
)


def make_promise(value: RuleValue, citation: str) -> RuleCell:
    """Return a rule that the market itself promises, as a cell for `find_rule`."""
    return RuleCell(value, citation, imposed=False, standing="this market's own rule")


def find_rule(ruleset: Ruleset, promises: Mapping[str, RuleCell], name: str) -> RuleCell | None:
    """Return a rule for a market: the law's rule if there is one, otherwise the market's own promise, or None.

    Raises LookupError for an unknown name, which is a programming error.
    """
    if name not in RULE_DESCRIPTIONS:
        raise LookupError(f"There is no rule “{name}”.")
    cell = ruleset.cells.get(name)
    return cell if cell is not None and cell.imposed else promises.get(name, cell)


def rule_in_words(name: str, cell: RuleCell) -> str:
    """Return a rule as a sentence, for the page that lists the rules of a market."""
    description = RULE_DESCRIPTIONS[name]
    if description.choices:
        return description.choices[str(cell.value)]
    if isinstance(cell.value, bool):
        does_not_apply = description.denied or f"This rule does not apply: “{description.words}”"
        return description.words if cell.value else does_not_apply
    return description.words.format(format_date(cell.value) if isinstance(cell.value, date) else cell.value)


def problem_of_promise(name: str, value: object) -> str:
    """Return what is wrong with a promise in a pack, or an empty string if nothing is wrong."""
    description = RULE_DESCRIPTIONS.get(name)
    if description is None:
        return f"There is no rule “{name}”. Use one of these rules: {', '.join(RULE_DESCRIPTIONS)}."
    if description.choices and value not in description.choices:
        return f"“{name}” must be one of: {', '.join(description.choices)}."
    if description.kind is bool and not isinstance(value, bool):
        return f"“{name}” must be true or false."
    if description.kind is int:
        return _problem_of_number(name, value, description.at_most)
    if description.kind is date:
        return f"“{name}” is a date that only the law can set."
    return ""


def _problem_of_number(name: str, value: object, at_most: int) -> str:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        return f"“{name}” must be a whole number of 1 or more."
    return f"“{name}” must be {at_most} or less." if at_most and value > at_most else ""
