"""Estimate the value of a contract under Schedule 3 to the Procurement Act 2023.

The result includes the calculation. The value can be compared with thresholds.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from calloff.kernel.dated_rows import row_valid_on
from calloff.kernel.formatting import format_date
from calloff.kernel.money import PENNY, format_pounds


class ProcurementThreshold(NamedTuple):
    """The value at or above which a contract is a public contract.

    A change to the threshold needs a new row. Rows are never edited.
    """

    valid_from: date  # the first day of the threshold. It applies to procurements that start on or after this day
    amount: Decimal  # in pounds, including VAT
    citation: str


LIGHT_TOUCH_THRESHOLDS = (
    ProcurementThreshold(date(2026, 1, 1), Decimal(663_540), "Procurement Act 2023 Sch 1, from 1 January 2026"),
)


class VatRate(NamedTuple):
    """The standard rate of value added tax from a given day. A change to the rate needs a new row."""

    valid_from: date
    per_cent: Decimal
    citation: str


STANDARD_VAT_RATES = (VatRate(date(2011, 1, 4), Decimal(20), "Value Added Tax Act 1994 s.2(1), from 4 January 2011"),)


def standard_vat_on(on: date, rows: Sequence[VatRate] = STANDARD_VAT_RATES) -> Decimal:
    """Return the standard rate of VAT on a day, in per cent.

    Raises LookupError if no rate is recorded for that day.
    """
    try:
        return row_valid_on(rows, on).per_cent
    except LookupError as missing:
        raise LookupError(f"No rate of VAT is recorded for {format_date(on)}.") from missing


class ValuedAmount(NamedTuple):
    """One part of the total that is payable, for example for the term, an option, an extension or past payments."""

    words: str
    net: Decimal  # in pounds, excluding VAT
    vat: Decimal = Decimal(0)  # per cent

    @property
    def gross(self) -> Decimal:
        """Return the amount including VAT, in pounds."""
        return (self.net * (1 + self.vat / 100)).quantize(PENNY)


class Valuation(NamedTuple):
    """The value of a contract, with its calculation.

    If the value is None, it cannot be estimated and counts as above every threshold.
    """

    value: Decimal | None  # in pounds, including VAT
    working: tuple[str, ...]  # the sentences that show the calculation, in order


def estimate_value(
    amounts: Sequence[ValuedAmount],
    *,
    last_day: date | None,
    ceiling: Decimal | None = None,
    like: Sequence[ValuedAmount] = (),
    good_reasons: str = "",
) -> Valuation:
    """Estimate the largest amount that could be paid under a contract (Sch 3 para 1).

    The amount includes VAT, options, extensions and past payments. `last_day` and `ceiling` (in pounds, including VAT)
    limit the contract. If both are missing, the value cannot be estimated and counts as above the threshold (Sch 3
    para 2). `like` contains other contracts that could reasonably have been part of this contract. Their values are
    added unless there are `good_reasons` not to add them (Sch 3 para 4).
    """
    if last_day is None and ceiling is None:
        return Valuation(None, (
            "This contract has no end date and no maximum value, so we cannot estimate its value. "
            "It is treated as above the threshold (Procurement Act 2023 Sch 3).",
        ))  # fmt: skip
    working = [_line(amount) for amount in amounts]
    total = sum((amount.gross for amount in amounts), Decimal(0))
    if ceiling is not None and (last_day is None or total > ceiling):
        working.append(f"The maximum that can be paid is {format_pounds(ceiling)}.")
        total = ceiling
    elif last_day is not None:
        working.append(f"It ends on {format_date(last_day)}.")
    if like and good_reasons.strip():
        working.append(f"We have not added similar contracts. Reason: {good_reasons.strip()}")
    elif like:
        working += [
            f"Added, because it could reasonably be part of the same contract: {_line(amount)}" for amount in like
        ]
        total += sum((amount.gross for amount in like), Decimal(0))
    working.append(f"Total: {format_pounds(total)} including VAT.")
    return Valuation(total, tuple(working))


def threshold_on(began_on: date, rows: Sequence[ProcurementThreshold] = LIGHT_TOUCH_THRESHOLDS) -> ProcurementThreshold:
    """Return the threshold for a procurement that started on a given day.

    Raises LookupError if no threshold is recorded for that day.
    """
    try:
        return row_valid_on(rows, began_on)
    except LookupError as missing:
        raise LookupError(
            f"No threshold is recorded for a procurement that began on {format_date(began_on)}."
        ) from missing


def is_above_threshold(
    valuation: Valuation, began_on: date, rows: Sequence[ProcurementThreshold] = LIGHT_TOUCH_THRESHOLDS
) -> bool:
    """Return whether the value of a contract is at or above the threshold on the day when its procurement started.

    Raises LookupError if no threshold is recorded for that day.
    """
    threshold = threshold_on(began_on, rows)
    return valuation.value is None or valuation.value >= threshold.amount


def _line(amount: ValuedAmount) -> str:
    vat = f" and VAT of {amount.vat.normalize():f}%" if amount.vat else ", without VAT"
    return f"{amount.words}: {format_pounds(amount.net)}{vat}, {format_pounds(amount.gross)}."
