"""The law, row by row. A market pins one of these rows when it opens, by its key and its digest.

A row that is used never changes: when the law changes, add a new row with its own dates.
"""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from calloff.kernel.working_days import Calendar
from calloff.markets.rulesets.schema import Cell, Ruleset, Tool

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

_PCR_CALENDAR = Cell(Calendar.ENGLAND_AND_WALES.value, "PCR 2015 (bank holidays of England and Wales)")
_ACT_CALENDAR = Cell(Calendar.UNITED_KINGDOM.value, "Procurement Act 2023 s.123")
_MODIFICATION = Cell("modification", "PCR 2015 reg 72")


def _row(*, calendar: Cell, **cells: Cell) -> Mapping[str, Cell]:
    return MappingProxyType({"calendar": calendar, **cells})


RULESETS: tuple[Ruleset, ...] = (
    Ruleset(
        key="pcr-2015-dps",
        title="Public Contracts Regulations 2015: dynamic purchasing system",
        tools=(Tool.DPS,),
        begins_until=_PCR_ENDED,
        begins_citation=_PCR_COMMENCEMENT,
        cells=_row(
            calendar=_PCR_CALENDAR,
            decide_within=Cell(10, "PCR 2015 reg 34(16)"),
            decide_at_most=Cell(15, _DPS),
            open_throughout=Cell(True, _DPS),
            shortest_first_window=Cell(30, _DPS),
            sunset=Cell(date(2029, 2, 24), f"{_DPS}, saved by the transitional provisions until 23 February 2029"),
            extend_until=Cell(date(2026, 2, 23), f"{_DPS}, as saved: no change after 23 February 2026"),
            entry=Cell("conditions", _DPS, standing=_PUBLISHED),
            cap_allowed=Cell(False, _DPS),
            charge_allowed=Cell(False, _DPS),
            renewed_declaration=Cell(5, _DPS),
            invite_all=Cell(True, _DPS),
            shortest_tender=Cell(10, _DPS),
            direct_call_off=Cell("never", _DPS, standing=_PUBLISHED),
        ),
    ),
    Ruleset(
        key="pcr-2015-light-touch",
        title="Public Contracts Regulations 2015: light-touch arrangement, bound by its own published rules",
        tools=(Tool.LIGHT_TOUCH_ARRANGEMENT, Tool.FRAMEWORK),
        begins_until=_PCR_ENDED,
        begins_citation=_PCR_COMMENCEMENT,
        cells=_row(
            calendar=_PCR_CALENDAR,
            extending=_MODIFICATION,
            direct_call_off=Cell("own_terms", "PCR 2015 regs 74–76", standing=_PUBLISHED),
        ),
    ),
    Ruleset(
        key="pcr-2015-framework",
        title="Public Contracts Regulations 2015: framework",
        tools=(Tool.FRAMEWORK,),
        begins_until=_PCR_ENDED,
        begins_citation=_PCR_COMMENCEMENT,
        cells=_row(
            calendar=_PCR_CALENDAR,
            longest_term=Cell(48, _FRAMEWORK),
            longer_with_reasons=Cell(True, f"{_FRAMEWORK}: in exceptional cases"),
            extending=_MODIFICATION,
            direct_call_off=Cell("if_terms_set", _FRAMEWORK),
            sealed=Cell(True, _FRAMEWORK),
        ),
    ),
    Ruleset(
        key="pa-2023-dynamic-market",
        title="Procurement Act 2023: dynamic market",
        tools=(Tool.DYNAMIC_MARKET,),
        begins_since=_PCR_ENDED,
        begins_citation=_ACT_COMMENCEMENT,
        cells=_row(
            calendar=_ACT_CALENDAR,
            decide_reasonably=Cell(True, _MARKET),
            open_throughout=Cell(True, _MARKET),
            entry=Cell("conditions", _MARKET, standing=_PUBLISHED),
            conditions_fixed=Cell(True, _MARKET),
            reasons=Cell(True, _MARKET),
            cap_allowed=Cell(False, _MARKET),
            fee_only_on_award=Cell(True, _MARKET),
            may_ask_audited_accounts=Cell(False, _MARKET),
            may_ask_insurance_before_award=Cell(False, _MARKET),
            may_ask_prior_contract=Cell(False, _MARKET),
            pending_applications_first=Cell(True, "Procurement Act 2023 s.34(4)"),
            shortest_tender=Cell(10, "Procurement Act 2023"),
            standstill_for_call_offs=Cell(False, "Procurement Act 2023"),
            fewest_kpis=Cell(3, "Procurement Act 2023: contracts above £5 million"),
            details_notice=Cell(30, "Procurement Act 2023: contract details notice (UK7)"),
        ),
    ),
    Ruleset(
        key="pa-2023-framework",
        title="Procurement Act 2023: framework",
        tools=(Tool.FRAMEWORK,),
        begins_since=_PCR_ENDED,
        begins_citation=_ACT_COMMENCEMENT,
        cells=_row(
            calendar=_ACT_CALENDAR,
            longest_term=Cell(48, _ACT_FRAMEWORK),
            longer_with_reasons=Cell(True, f"{_ACT_FRAMEWORK}: where justified"),
            standstill=Cell(8, "Procurement Act 2023"),
            standstill_for_call_offs=Cell(False, "Procurement Act 2023"),
            fewest_kpis=Cell(3, "Procurement Act 2023: contracts above £5 million"),
            details_notice=Cell(30, "Procurement Act 2023: contract details notice (UK7)"),
        ),
    ),
    Ruleset(
        key="pa-2023-open-framework",
        title="Procurement Act 2023: open framework",
        tools=(Tool.OPEN_FRAMEWORK,),
        begins_since=_PCR_ENDED,
        begins_citation=_ACT_COMMENCEMENT,
        cells=_row(
            calendar=_ACT_CALENDAR,
            longest_term=Cell(96, _OPEN),
            first_reopening=Cell(36, _OPEN),
            later_reopenings=Cell(60, _OPEN),
            standstill=Cell(8, "Procurement Act 2023"),
            standstill_for_call_offs=Cell(False, "Procurement Act 2023"),
            details_notice=Cell(30, "Procurement Act 2023: contract details notice (UK7)"),
        ),
    ),
    Ruleset(
        key="pa-2023-light-touch",
        title="Procurement Act 2023: light-touch contract",
        tools=(Tool.LIGHT_TOUCH_ARRANGEMENT, Tool.FRAMEWORK),
        begins_since=_PCR_ENDED,
        begins_citation=_ACT_COMMENCEMENT,
        cells=_row(
            calendar=_ACT_CALENDAR,
            extending=Cell("free", _LIGHT),
            direct_call_off=Cell("own_terms", _LIGHT),
            standstill_for_call_offs=Cell(False, _LIGHT),
            details_notice=Cell(120, f"{_LIGHT}: contract details notice (UK7)"),
        ),
    ),
    Ruleset(
        key="pa-2023-light-touch-dynamic-market",
        title="Procurement Act 2023: dynamic market for light-touch contracts",
        tools=(Tool.DYNAMIC_MARKET,),
        begins_since=_PCR_ENDED,
        begins_citation=_ACT_COMMENCEMENT,
        cells=_row(
            calendar=_ACT_CALENDAR,
            decide_reasonably=Cell(True, _MARKET),
            open_throughout=Cell(True, _MARKET),
            entry=Cell("conditions", _MARKET, standing=_PUBLISHED),
            conditions_fixed=Cell(True, _MARKET),
            reasons=Cell(True, _MARKET),
            cap_allowed=Cell(False, _MARKET),
            fee_only_on_award=Cell(True, _MARKET),
            may_ask_audited_accounts=Cell(False, _MARKET),
            may_ask_insurance_before_award=Cell(False, _MARKET),
            may_ask_prior_contract=Cell(False, _MARKET),
            pending_applications_first=Cell(True, "Procurement Act 2023 s.34(4)"),
            standstill_for_call_offs=Cell(False, "Procurement Act 2023 s.51"),
            extending=Cell("free", "Procurement Act 2023 s.74(2)"),
            details_notice=Cell(120, "Procurement Act 2023 s.53: contract details notice (UK7)"),
        ),
    ),
    Ruleset(
        key="pa-2023-light-touch-framework",
        title="Procurement Act 2023: framework for light-touch contracts",
        tools=(Tool.FRAMEWORK,),
        begins_since=_PCR_ENDED,
        begins_citation=_ACT_COMMENCEMENT,
        cells=_row(
            calendar=_ACT_CALENDAR,
            extending=Cell("free", "Procurement Act 2023 s.74(2)"),
            direct_call_off=Cell("own_terms", f"{_LIGHT}: free of ss.45(3)–(5), 46 and 47"),
            standstill_for_call_offs=Cell(False, "Procurement Act 2023 s.51"),
            details_notice=Cell(120, "Procurement Act 2023 s.53: contract details notice (UK7)"),
        ),
    ),
    Ruleset(
        key="pa-2023-light-touch-open-framework",
        title="Procurement Act 2023: open framework for light-touch contracts",
        tools=(Tool.OPEN_FRAMEWORK,),
        begins_since=_PCR_ENDED,
        begins_citation=_ACT_COMMENCEMENT,
        cells=_row(
            calendar=_ACT_CALENDAR,
            longest_term=Cell(96, _OPEN),
            first_reopening=Cell(36, _OPEN),
            later_reopenings=Cell(60, _OPEN),
            direct_call_off=Cell("own_terms", f"{_LIGHT}: free of ss.45(3)–(5), 46 and 47"),
            standstill_for_call_offs=Cell(False, "Procurement Act 2023 s.51"),
            details_notice=Cell(120, "Procurement Act 2023 s.53: contract details notice (UK7)"),
        ),
    ),
    Ruleset(
        key="unknown",
        title="Not known: no law is recorded for this market",
        tools=tuple(Tool),
    ),
)
_BY_KEY = {row.key: row for row in RULESETS}


def get(key: str) -> Ruleset:
    """Find a ruleset by its key. Raises LookupError where there is none."""
    if key not in _BY_KEY:
        raise LookupError(f"There is no ruleset “{key}”. There are: {', '.join(_BY_KEY)}.")
    return _BY_KEY[key]
