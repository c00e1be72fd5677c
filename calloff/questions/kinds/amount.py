"""Answers that are amounts: whole numbers, and pounds."""

from collections.abc import Callable, Collection, Iterator, Mapping
from decimal import Decimal
from typing import Any

from calloff.kernel.money import format_pounds
from calloff.questions.kinds.box_parsing import (
    check_bounds,
    parse_pounds,
    parse_text,
    parse_whole_number,
    refuse,
    write_number,
    write_pounds,
)
from calloff.questions.kinds.components import (
    POUNDS_PARAMS,
    WHOLE_NUMBER_PARAMS,
    AnswerBoxes,
    Component,
    Part,
    shown,
)
from calloff.questions.kinds.question import PriceScheduleLine, Question, format_subject, instruction
from calloff.questions.kinds.question_kind import AnswerNames, AnswerRules, QuestionKind

POUNDS_EXAMPLE = "45 or 1,250.50"


class NumberKind(QuestionKind):
    """A whole number, with an optional minimum and maximum."""

    key = "number"

    def parse(
        self, question: Question, raw: Any, place: str, schedule: Collection[PriceScheduleLine] = ()
    ) -> int | None:
        return parse_whole_number(parse_text(question, raw, place), format_subject(question), place)

    def validate(self, question: Question, answer: Any, name: str, rules: AnswerRules) -> Iterator[str]:
        yield from check_bounds(question, Decimal(answer), name, write_number)

    def missing(self, question: Question) -> str:
        return instruction(question, "Enter")

    def display(self, question: Question, answer: Any, names: AnswerNames) -> Iterator[str]:
        yield f"{answer:,}" if isinstance(answer, int) else str(answer)

    def draw(self, boxes: AnswerBoxes) -> list[Part]:
        return [Component("input", boxes.params | {"value": shown(boxes.value)} | WHOLE_NUMBER_PARAMS)]

    def preview(self, question: Question, documents: Mapping[str, str]) -> str:
        return f"A whole number{_limits(question, lambda bound: f'{bound:,.0f}')}"

    def export(self, question: Question, answer: Any, names: AnswerNames) -> Iterator[tuple[str, str]]:
        yield "", str(answer)


class MoneyKind(QuestionKind):
    """An amount in pounds and pence, stored as exact text, for example "1250.50"."""

    key = "money"
    is_price = True

    def parse(
        self, question: Question, raw: Any, place: str, schedule: Collection[PriceScheduleLine] = ()
    ) -> str | None:
        if not (typed := parse_text(question, raw, place)):
            return None
        amount = parse_pounds(typed)
        if amount is None:
            example = question.example or POUNDS_EXAMPLE
            refuse(f"{format_subject(question)} must be an amount in pounds, like {example}", place)
        return f"{amount:.2f}"

    def validate(self, question: Question, answer: Any, name: str, rules: AnswerRules) -> Iterator[str]:
        yield from check_bounds(question, Decimal(answer), name, format_pounds)

    def missing(self, question: Question) -> str:
        return instruction(question, "Enter")

    def display(self, question: Question, answer: Any, names: AnswerNames) -> Iterator[str]:
        yield write_pounds(answer) if isinstance(answer, str) else str(answer)

    def draw(self, boxes: AnswerBoxes) -> list[Part]:
        return [Component("input", boxes.params | POUNDS_PARAMS | {"value": shown(boxes.value)})]

    def preview(self, question: Question, documents: Mapping[str, str]) -> str:
        return f"An amount in pounds{_limits(question, lambda bound: format_pounds(Decimal(str(bound))))}"

    def export(self, question: Question, answer: Any, names: AnswerNames) -> Iterator[tuple[str, str]]:
        yield "", str(answer)


def _limits(question: Question, write: Callable[[float], str]) -> str:
    if question.minimum is not None and question.maximum is not None:
        return f", from {write(question.minimum)} to {write(question.maximum)}"
    if question.minimum is not None:
        return f", at least {write(question.minimum)}"
    return f", up to {write(question.maximum)}" if question.maximum is not None else ""
