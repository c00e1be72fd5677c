"""The price schedule of a market, with an amount and a VAT treatment for each row."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from calloff.kernel.lifecycles import Problem, Refused
from calloff.questions.kinds.box_parsing import collect, parse_boxes, parse_pounds, parse_text, refuse, write_pounds
from calloff.questions.kinds.components import (
    POUNDS_PARAMS,
    AnswerBoxes,
    Columns,
    Component,
    ComponentParams,
    Group,
    Paragraph,
    Part,
    shown,
)
from calloff.questions.kinds.question import PriceScheduleLine, Question, is_empty
from calloff.questions.kinds.question_kind import AnswerNames, AnswerRules, QuestionKind

VAT_TREATMENTS = {
    "exempt": "Exempt from VAT",
    "zero": "Zero rated",
    "standard": "Standard rated, plus VAT",
    "outside": "Outside the scope of VAT",
}
# Boxes in a group have no margin of their own.
_SPACED: ComponentParams = {"formGroup": {"classes": "govuk-!-margin-bottom-4"}}


class PricesKind(QuestionKind):
    """A price for each row of the schedule: {line: {"amount": "12.50", "vat": a key of VAT_TREATMENTS}}."""

    key = "prices"
    is_reusable = False
    is_price = True

    def parse(
        self, question: Question, raw: Any, place: str, schedule: Collection[PriceScheduleLine] = ()
    ) -> dict[str, Any] | None:
        boxes = parse_boxes(question, raw, place)
        lines = {line.key: line for line in price_lines_of(schedule, lot_of_key(place))}
        problems: list[Problem] = []
        prices: dict[str, Any] = {}
        for key, cell in boxes.items():
            if key in lines:
                if price := collect(problems, lambda key=key, cell=cell: _price(question, cell, place, lines[key])):  # type: ignore[misc]
                    prices[key] = price
            elif not _is_blank(cell):
                problems.append(Problem("The price schedule does not list this item. Remove the price.", place))
        if problems:
            raise Refused.because(problems)
        return {key: prices[key] for key in lines if key in prices} or None

    def validate(self, question: Question, answer: Any, name: str, rules: AnswerRules) -> Iterator[str]:
        if not rules.later:
            required = (line for line in rules.lines if line.required)
            yield from (f"Enter the price for {line.label}" for line in required if line.key not in answer)

    def missing(self, question: Question) -> str:
        return question.empty or f"Enter at least one price: {question.name or question.text}"

    def is_missing(self, answer: Any, rules: AnswerRules) -> bool:
        if is_empty(answer):
            return True
        has_price = isinstance(answer, dict) and any(line.key in answer for line in rules.lines)
        return bool(rules.lines) and isinstance(answer, dict) and not has_price

    def is_asked(self, rules: AnswerRules) -> bool:
        return bool(rules.lines) or not rules.schedule

    def display(self, question: Question, answer: Any, names: AnswerNames) -> Iterator[str]:
        if not isinstance(answer, dict):
            yield str(answer)
            return
        lines = {line.key: line for line in names.schedule}
        for key, price in answer.items():
            line = lines.get(str(key))
            name = f"{line.label}, {line.unit}" if line else str(key)
            if isinstance(price, dict):
                vat = str(price.get("vat", ""))
                yield f"{name}: {write_pounds(str(price.get('amount', '')))} ({VAT_TREATMENTS.get(vat, vat)})"
            else:
                yield f"{name}: {price}"

    def draw(self, boxes: AnswerBoxes) -> list[Part]:
        if not boxes.lines:
            paragraph = Paragraph("The price schedule does not ask for a price here.", boxes.params["id"])
            return [Group(boxes.params, (paragraph,))]
        return [Group(boxes.params, [_price_boxes(boxes, line) for line in boxes.lines])]

    def preview(self, question: Question, documents: Mapping[str, str]) -> str:
        return "Your price for each item. The price schedule is at the end of this page."

    def export(self, question: Question, answer: Any, names: AnswerNames) -> Iterator[tuple[str, str]]:
        if not isinstance(answer, dict):
            yield "", str(answer)
            return
        for key, price in answer.items():
            cells = price if isinstance(price, dict) else {"": price}
            yield from ((f"{key} {part}".strip(), str(value)) for part, value in cells.items())

    def read_boxes(self, data: Mapping[str, Any], name: str, lines: Sequence[PriceScheduleLine]) -> Any:
        return {
            line.key: {part: data.get(f"{name}-{line.key}-{part}", "") for part in ("amount", "vat")} for line in lines
        }

    def box_id(self, where: str, key: str, lines: Sequence[PriceScheduleLine]) -> str:
        return f"id_{where}-{lines[0].key}-amount" if where == key and lines else f"id_{where}"


def price_lines_of(
    schedule: Collection[PriceScheduleLine], lot: int | None, lots: Collection[int] | None = None
) -> list[PriceScheduleLine]:
    """Return the rows for which a price question asks for a price.

    These are the rows for the question's own category, or for the `lots` that the provider applies for. If neither is
    given, the result is all rows that an answer can contain.
    """
    numbers = lots if lot is None else {lot}
    return [line for line in schedule if numbers is None or not line.lots or set(line.lots) & set(numbers)]


def lot_of_key(key: str) -> int | None:
    """Return the category number in the key of an answer, or None."""
    lot = key.partition("@")[2]
    return int(lot) if re.fullmatch("[0-9]{1,6}", lot) else None


def _price(question: Question, cell: Any, place: str, line: PriceScheduleLine) -> dict[str, str] | None:
    boxes = parse_boxes(question, cell, f"{place}-{line.key}-amount")
    typed = parse_text(question, boxes.get("amount"), f"{place}-{line.key}-amount")
    vat = parse_text(question, boxes.get("vat"), f"{place}-{line.key}-vat")
    if not typed and not vat:
        return None
    amount = parse_pounds(typed)
    if not typed:
        refuse(f"Enter the price for {line.label}", f"{place}-{line.key}-amount")
    if amount is None or amount < 0:
        refuse(
            f"The price for {line.label} must be an amount in pounds, like 45 or 45.50", f"{place}-{line.key}-amount"
        )
    if vat not in VAT_TREATMENTS:
        refuse(f"Select how VAT applies to {line.label}", f"{place}-{line.key}-vat")
    return {"amount": f"{amount:.2f}", "vat": vat}


def _price_boxes(boxes: AnswerBoxes, line: PriceScheduleLine) -> Columns:
    cell = boxes.typed.get(line.key)
    typed = cell if isinstance(cell, Mapping) else {}
    is_optional = boxes.question.required and not line.required
    amount = boxes.box(
        f"{line.key}-amount",
        label={"text": f"{line.label} (optional)" if is_optional else line.label},
        hint={"text": line.unit},
        value=shown(typed.get("amount")),
    )
    vat = boxes.box(
        f"{line.key}-vat",
        label={"text": f"VAT on {line.label}"},
        items=[
            {"value": key, "text": text, "selected": typed.get("vat") == key}
            for key, text in {"": "Select how VAT applies", **VAT_TREATMENTS}.items()
        ],
    )
    return Columns(
        Component("input", POUNDS_PARAMS | amount | _SPACED),
        Component("select", vat | _SPACED),
    )


def _is_blank(cell: Any) -> bool:
    return not any(cell.values()) if isinstance(cell, Mapping) else not cell
