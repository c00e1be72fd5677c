"""The kind of question whose answer is a date."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from calloff.questions.kinds.box_parsing import check_year, parse_day, write_day
from calloff.questions.kinds.components import DATE_PART_NAMES, AnswerBoxes, Part, date_input, legend_of
from calloff.questions.kinds.question import PriceScheduleLine, Question, format_subject, instruction
from calloff.questions.kinds.question_kind import AnswerNames, AnswerRules, QuestionKind


class DateKind(QuestionKind):
    """A date, stored in ISO format."""

    key = "date"

    def parse(
        self, question: Question, raw: Any, place: str, schedule: Collection[PriceScheduleLine] = ()
    ) -> str | None:
        return parse_day(question, raw, place, format_subject(question))

    def validate(self, question: Question, answer: Any, name: str, rules: AnswerRules) -> Iterator[str]:
        yield from check_year(date.fromisoformat(answer), name, latest=None)

    def missing(self, question: Question) -> str:
        return instruction(question, "Enter")

    def display(self, question: Question, answer: Any, names: AnswerNames) -> Iterator[str]:
        yield write_day(answer) if isinstance(answer, str) else str(answer)

    def draw(self, boxes: AnswerBoxes) -> list[Part]:
        return [date_input(boxes.value, boxes.params, legend_of(boxes.params))]

    def preview(self, question: Question, documents: Mapping[str, str]) -> str:
        return "A date"

    def export(self, question: Question, answer: Any, names: AnswerNames) -> Iterator[tuple[str, str]]:
        yield "", str(answer)

    def read_boxes(self, data: Mapping[str, Any], name: str, lines: Sequence[PriceScheduleLine]) -> Any:
        return read_day_boxes(data, name)

    def box_id(self, where: str, key: str, lines: Sequence[PriceScheduleLine]) -> str:
        return f"id_{where}-day"


def read_day_boxes(data: Mapping[str, Any], name: str) -> dict[str, str]:
    """Return what the person entered in the three boxes of a date."""
    return {part: data.get(f"{name}-{part}", "") for part in DATE_PART_NAMES}
