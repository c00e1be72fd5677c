"""The law, as a table with one row for each type of market. When a market opens, it stores the key and the digest of
its row.

Never change a row that a market uses, not even to end it. When the law changes, add a row with the day from which it
applies (`begins_since`) and the key of the row that it `replaces`. From that day, no market can start under the
replaced row.
"""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from calloff.kernel.working_days import BankHolidayCalendar
from calloff.markets.rulesets.schema import CommercialTool, RuleCell, Ruleset

_PCR_ENDED = date(2025, 2, 24)
_PCR_COMMENCEMENT = "Procurement Act 2023, commencement: from 24 February 2025, save transitional cases"
_ACT_COMMENCEMENT = "Procurement Act 2023, in force from 24 February 2025"
_PUBLISHED = "published practice"

_DPS = "PCR 2015 reg 34"
_FRAMEWORK = "PCR 2015 reg 33"
_MARKET = "Procurement Act 2023 ss.34–39"
_ACT_FRAMEWORK = "Procurement Act 2023 ss.45–48"
_OPEN = "Procurement Act 2023 s.49"
_LIGHT = "Procurement Act 2023 s.9"

_PCR_CALENDAR = RuleCell(BankHolidayCalendar.ENGLAND_AND_WALES.value, "PCR 2015 (bank holidays of England and Wales)")
_ACT_CALENDAR = RuleCell(BankHolidayCalendar.UNITED_KINGDOM.value, "Procurement Act 2023 s.123")
_MODIFICATION = RuleCell("modification", "PCR 2015 reg 72")


def _row(*, calendar: RuleCell, **cells: RuleCell) -> Mapping[str, RuleCell]:
    return MappingProxyType({"calendar": calendar, **cells})


RULESETS: tuple[Ruleset, ...] = (
    Ruleset(
        key="pcr-2015-dps",
        title="Public Contracts Regulations 2015: dynamic purchasing system",
        tools=(CommercialTool.DPS,),
        begins_until=_PCR_ENDED,
        begins_citation=_PCR_COMMENCEMENT,
        cells=_row(
            calendar=_PCR_CALENDAR,
            decide_within=RuleCell(10, "PCR 2015 reg 34(16)"),
            decide_at_most=RuleCell(15, _DPS),
            open_throughout=RuleCell(True, _DPS),
            shortest_first_window=RuleCell(30, _DPS),
            sunset=RuleCell(date(2029, 2, 24), f"{_DPS}, saved by the transitional provisions until 23 February 2029"),
            extend_until=RuleCell(date(2026, 2, 23), f"{_DPS}, as saved: no change after 23 February 2026"),
            entry=RuleCell("conditions", _DPS, standing=_PUBLISHED),
            cap_allowed=RuleCell(False, _DPS),
            charge_allowed=RuleCell(False, _DPS),
            renewed_declaration=RuleCell(5, _DPS),
            invite_all=RuleCell(True, _DPS),
            shortest_tender=RuleCell(10, _DPS),
            direct_call_off=RuleCell("never", _DPS, standing=_PUBLISHED),
        ),
    ),
    Ruleset(
        key="pcr-2015-light-touch",
        title="Public Contracts Regulations 2015: light-touch arrangement, bound by its own published rules",
        tools=(CommercialTool.LIGHT_TOUCH_ARRANGEMENT, CommercialTool.FRAMEWORK),
        begins_until=_PCR_ENDED,
        begins_citation=_PCR_COMMENCEMENT,
        cells=_row(
            calendar=_PCR_CALENDAR,
            extending=_MODIFICATION,
            direct_call_off=RuleCell("own_terms", "PCR 2015 regs 74–76", standing=_PUBLISHED),
        ),
    ),
    Ruleset(
        key="pcr-2015-framework",
        title="Public Contracts Regulations 2015: framework",
        tools=(CommercialTool.FRAMEWORK,),
        begins_until=_PCR_ENDED,
        begins_citation=_PCR_COMMENCEMENT,
        cells=_row(
            calendar=_PCR_CALENDAR,
            longest_term=RuleCell(48, _FRAMEWORK),
            longer_with_reasons=RuleCell(True, f"{_FRAMEWORK}: in exceptional cases"),
            extending=_MODIFICATION,
            direct_call_off=RuleCell("if_terms_set", _FRAMEWORK),
            sealed=RuleCell(True, _FRAMEWORK),
        ),
    ),
    Ruleset(
        key="pa-2023-dynamic-market",
        title="Procurement Act 2023: dynamic market",
        tools=(CommercialTool.DYNAMIC_MARKET,),
        begins_since=_PCR_ENDED,
        begins_citation=_ACT_COMMENCEMENT,
        cells=_row(
            calendar=_ACT_CALENDAR,
            decide_reasonably=RuleCell(True, _MARKET),
            open_throughout=RuleCell(True, _MARKET),
            entry=RuleCell("conditions", _MARKET, standing=_PUBLISHED),
            conditions_fixed=RuleCell(True, _MARKET),
            reasons=RuleCell(True, _MARKET),
            cap_allowed=RuleCell(False, _MARKET),
            fee_only_on_award=RuleCell(True, _MARKET),
            may_ask_audited_accounts=RuleCell(False, _MARKET),
            may_ask_insurance_before_award=RuleCell(False, _MARKET),
            may_ask_prior_contract=RuleCell(False, _MARKET),
            pending_applications_first=RuleCell(True, "Procurement Act 2023 s.34(4)"),
            shortest_tender=RuleCell(10, "Procurement Act 2023"),
            standstill_for_call_offs=RuleCell(False, "Procurement Act 2023"),
            fewest_kpis=RuleCell(3, "Procurement Act 2023: contracts above £5 million"),
            details_notice=RuleCell(30, "Procurement Act 2023: contract details notice (UK7)"),
        ),
    ),
    Ruleset(
        key="pa-2023-framework",
        title="Procurement Act 2023: framework",
        tools=(CommercialTool.FRAMEWORK,),
        begins_since=_PCR_ENDED,
        begins_citation=_ACT_COMMENCEMENT,
        cells=_row(
            calendar=_ACT_CALENDAR,
            longest_term=RuleCell(48, _ACT_FRAMEWORK),
            longer_with_reasons=RuleCell(True, f"{_ACT_FRAMEWORK}: where justified"),
            standstill=RuleCell(8, "Procurement Act 2023"),
            standstill_for_call_offs=RuleCell(False, "Procurement Act 2023"),
            fewest_kpis=RuleCell(3, "Procurement Act 2023: contracts above £5 million"),
            details_notice=RuleCell(30, "Procurement Act 2023: contract details notice (UK7)"),
        ),
    ),
    Ruleset(
        key="pa-2023-open-framework",
        title="Procurement Act 2023: open framework",
        tools=(CommercialTool.OPEN_FRAMEWORK,),
        begins_since=_PCR_ENDED,
        begins_citation=_ACT_COMMENCEMENT,
        cells=_row(
            calendar=_ACT_CALENDAR,
            longest_term=RuleCell(96, _OPEN),
            first_reopening=RuleCell(36, _OPEN),
            later_reopenings=RuleCell(60, _OPEN),
            standstill=RuleCell(8, "Procurement Act 2023"),
            standstill_for_call_offs=RuleCell(False, "Procurement Act 2023"),
            details_notice=RuleCell(30, "Procurement Act 2023: contract details notice (UK7)"),
        ),
    ),
    Ruleset(
        key="pa-2023-light-touch",
        title="Procurement Act 2023: light-touch contract",
        tools=(CommercialTool.LIGHT_TOUCH_ARRANGEMENT, CommercialTool.FRAMEWORK),
        begins_since=_PCR_ENDED,
        begins_citation=_ACT_COMMENCEMENT,
        cells=_row(
            calendar=_ACT_CALENDAR,
            extending=RuleCell("free", _LIGHT),
            direct_call_off=RuleCell("own_terms", _LIGHT),
            standstill_for_call_offs=RuleCell(False, _LIGHT),
            details_notice=RuleCell(120, f"{_LIGHT}: contract details notice (UK7)"),
        ),
    ),
    Ruleset(
        key="pa-2023-light-touch-dynamic-market",
        title="Procurement Act 2023: dynamic market for light-touch contracts",
        tools=(CommercialTool.DYNAMIC_MARKET,),
        begins_since=_PCR_ENDED,
        begins_citation=_ACT_COMMENCEMENT,
        cells=_row(
            calendar=_ACT_CALENDAR,
            decide_reasonably=RuleCell(True, _MARKET),
            open_throughout=RuleCell(True, _MARKET),
            entry=RuleCell("conditions", _MARKET, standing=_PUBLISHED),
            conditions_fixed=RuleCell(True, _MARKET),
            reasons=RuleCell(True, _MARKET),
            cap_allowed=RuleCell(False, _MARKET),
            fee_only_on_award=RuleCell(True, _MARKET),
            may_ask_audited_accounts=RuleCell(False, _MARKET),
            may_ask_insurance_before_award=RuleCell(False, _MARKET),
            may_ask_prior_contract=RuleCell(False, _MARKET),
            pending_applications_first=RuleCell(True, "Procurement Act 2023 s.34(4)"),
            standstill_for_call_offs=RuleCell(False, "Procurement Act 2023 s.51"),
            extending=RuleCell("free", "Procurement Act 2023 s.74(2)"),
            details_notice=RuleCell(120, "Procurement Act 2023 s.53: contract details notice (UK7)"),
        ),
    ),
    Ruleset(
        key="pa-2023-light-touch-framework",
        title="Procurement Act 2023: framework for light-touch contracts",
        tools=(CommercialTool.FRAMEWORK,),
        begins_since=_PCR_ENDED,
        begins_citation=_ACT_COMMENCEMENT,
        cells=_row(
            calendar=_ACT_CALENDAR,
            extending=RuleCell("free", "Procurement Act 2023 s.74(2)"),
            direct_call_off=RuleCell("own_terms", f"{_LIGHT}: free of ss.45(3)–(5), 46 and 47"),
            standstill_for_call_offs=RuleCell(False, "Procurement Act 2023 s.51"),
            details_notice=RuleCell(120, "Procurement Act 2023 s.53: contract details notice (UK7)"),
        ),
    ),
    Ruleset(
        key="pa-2023-light-touch-open-framework",
        title="Procurement Act 2023: open framework for light-touch contracts",
        tools=(CommercialTool.OPEN_FRAMEWORK,),
        begins_since=_PCR_ENDED,
        begins_citation=_ACT_COMMENCEMENT,
        cells=_row(
            calendar=_ACT_CALENDAR,
            longest_term=RuleCell(96, _OPEN),
            first_reopening=RuleCell(36, _OPEN),
            later_reopenings=RuleCell(60, _OPEN),
            direct_call_off=RuleCell("own_terms", f"{_LIGHT}: free of ss.45(3)–(5), 46 and 47"),
            standstill_for_call_offs=RuleCell(False, "Procurement Act 2023 s.51"),
            details_notice=RuleCell(120, "Procurement Act 2023 s.53: contract details notice (UK7)"),
        ),
    ),
    Ruleset(
        key="unknown",
        title="Not known: no law is recorded for this market",
        tools=tuple(CommercialTool),
    ),
)
_BY_KEY = {row.key: row for row in RULESETS}


def get_ruleset(key: str) -> Ruleset:
    """Return the ruleset with this key. Raises LookupError if there is no such ruleset."""
    if key not in _BY_KEY:
        raise LookupError(f"There is no ruleset “{key}”. There are: {', '.join(_BY_KEY)}.")
    return _BY_KEY[key]


def find_replacement(key: str, on: date) -> Ruleset | None:
    """Return the ruleset that replaces the given one by a given day, or None.

    If there are several, the newest is returned.
    """
    found = [row for row in RULESETS if row.replaces == key and row.begins_since and row.begins_since <= on]
    newest = max(found, key=lambda row: row.begins_since or date.min, default=None)
    return newest and (find_replacement(newest.key, on) or newest)
