"""What a contract is worth by Procurement Act 2023 Schedule 3, with the working, and against which threshold."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from calloff.kernel.dated_rows import row_valid_on
from calloff.kernel.formatting import format_date
from calloff.kernel.money import PENNY, format_pounds


class ProcurementThreshold(NamedTuple):
    """From which day a contract of a value is a public contract: a row a change, and no row is ever edited."""

    valid_from: date  # compared with the day on which the procurement started
    amount: Decimal  # pounds, including VAT
    citation: str


LIGHT_TOUCH_THRESHOLDS = (
    ProcurementThreshold(date(2026, 1, 1), Decimal(663_540), "Procurement Act 2023 Sch 1, from 1 January 2026"),
)


class VatRate(NamedTuple):
    """The standard rate of value added tax from a day on: a row a change."""

    valid_from: date
    per_cent: Decimal
    citation: str


STANDARD_VAT_RATES = (VatRate(date(2011, 1, 4), Decimal(20), "Value Added Tax Act 1994 s.2(1), from 4 January 2011"),)


def standard_vat_on(on: date, rows: Sequence[VatRate] = STANDARD_VAT_RATES) -> Decimal:
    """Return the standard rate on a day, in per cent. Raises LookupError where none is recorded."""
    try:
        return row_valid_on(rows, on).per_cent
    except LookupError as missing:
        raise LookupError(f"No rate of VAT is recorded for {format_date(on)}.") from missing


class ValuedAmount(NamedTuple):
    """One part of what could be paid: the term, an option, an extension, what was already paid."""

    words: str
    net: Decimal  # pounds, without VAT
    vat: Decimal = Decimal(0)  # per cent

    @property
    def gross(self) -> Decimal:
        return (self.net * (1 + self.vat / 100)).quantize(PENNY)


class Valuation(NamedTuple):
    """A value with its working. No value: it cannot be estimated, and counts as above every threshold."""

    value: Decimal | None  # pounds, including VAT
    working: tuple[str, ...]  # sentences, in order


def estimate_value(
    amounts: Sequence[ValuedAmount],
    *,
    last_day: date | None,
    ceiling: Decimal | None = None,
    like: Sequence[ValuedAmount] = (),
    good_reasons: str = "",
) -> Valuation:
    """Estimate the most that could be paid: with VAT, options, extensions and what was already paid (Sch 3 para 1).

    `last_day` and `ceiling` (pounds, including VAT) bound the contract. Without either the value cannot be estimated,
    and is treated as above the threshold (Sch 3 para 2). `like` are the contracts that could reasonably be one with
    this: each counts the value of all, unless there are `good_reasons` not to (Sch 3 para 4).
    """
    if last_day is None and ceiling is None:
        return Valuation(None, (
            "This contract has no end date and no maximum value, so we cannot estimate its value. "
            "It is treated as above the threshold (Procurement Act 2023 Sch 3).",
        ))  # fmt: skip
    working = [_line(one) for one in amounts]
    total = sum((one.gross for one in amounts), Decimal(0))
    if ceiling is not None and (last_day is None or total > ceiling):
        working.append(f"The maximum that can be paid is {format_pounds(ceiling)}.")
        total = ceiling
    elif last_day is not None:
        working.append(f"It ends on {format_date(last_day)}.")
    if like and good_reasons.strip():
        working.append(f"We have not added similar contracts. Reason: {good_reasons.strip()}")
    elif like:
        working += [f"Added, because it could reasonably be part of the same contract: {_line(one)}" for one in like]
        total += sum((one.gross for one in like), Decimal(0))
    working.append(f"Total: {format_pounds(total)} including VAT.")
    return Valuation(total, tuple(working))


def threshold_on(began_on: date, rows: Sequence[ProcurementThreshold] = LIGHT_TOUCH_THRESHOLDS) -> ProcurementThreshold:
    """Return the threshold for a procurement that started on a day. Raises LookupError where none is recorded."""
    try:
        return row_valid_on(rows, began_on)
    except LookupError as missing:
        raise LookupError(
            f"No threshold is recorded for a procurement that began on {format_date(began_on)}."
        ) from missing


def is_above_threshold(
    valuation: Valuation, began_on: date, rows: Sequence[ProcurementThreshold] = LIGHT_TOUCH_THRESHOLDS
) -> bool:
    """Say whether a contract reaches the threshold of the day on which its procurement started."""
    threshold = threshold_on(began_on, rows)
    return valuation.value is None or valuation.value >= threshold.amount


def _line(one: ValuedAmount) -> str:
    vat = f" and VAT of {one.vat.normalize():f}%" if one.vat else ", without VAT"
    return f"{one.words}: {format_pounds(one.net)}{vat}, {format_pounds(one.gross)}."
