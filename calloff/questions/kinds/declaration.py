"""A statement with a date and a number, in place of a certificate."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from calloff.kernel.lifecycles import Problem, Refused
from calloff.questions.kinds.box_parsing import (
    check_bounds,
    check_year,
    collect,
    parse_boxes,
    parse_day,
    parse_text,
    parse_whole_number,
    write_day,
    write_number,
)
from calloff.questions.kinds.components import (
    WHOLE_NUMBER_PARAMS,
    AnswerBoxes,
    Component,
    Group,
    Part,
    date_input,
    shown,
)
from calloff.questions.kinds.day import read_day_boxes
from calloff.questions.kinds.question import PriceScheduleLine, Question
from calloff.questions.kinds.question_kind import AnswerNames, AnswerRules, QuestionKind
from calloff.questions.kinds.text import LongTextKind


class DeclarationKind(QuestionKind):
    """When something was last done, and for how many people or things.

    The answer is {"on": ISO date, "count": int, "text": str}. `text` is optional.
    """

    key = "declaration"

    def parse(
        self, question: Question, raw: Any, place: str, schedule: Collection[PriceScheduleLine] = ()
    ) -> dict[str, Any] | None:
        boxes = parse_boxes(question, raw, place)
        problems: list[Problem] = []
        on = collect(problems, lambda: parse_day(question, boxes.get("on"), f"{place}-on", "The date"))
        typed = collect(problems, lambda: parse_text(question, boxes.get("count"), f"{place}-count"))
        count_name = question.counts or "The number"
        count = collect(problems, lambda: parse_whole_number(typed or "", count_name, f"{place}-count"))
        text = collect(problems, lambda: LongTextKind().parse(question, boxes.get("text"), f"{place}-text"))
        if not problems and not typed and on is None and text is None:
            return None
        subject = question.name or question.text
        if on is None and not any(problem.where == f"{place}-on" for problem in problems):
            problems.append(Problem(f"Enter the date for {subject}", f"{place}-on"))
        if not typed and not any(problem.where == f"{place}-count" for problem in problems):
            problems.append(Problem(f"Enter the number for {subject}", f"{place}-count"))
        if count is not None and count < 0:
            problems.append(Problem(f"{count_name} must be 0 or more", f"{place}-count"))
        if problems:
            # The problems are in the order of the boxes, and the date comes first.
            raise Refused.because(sorted(problems, key=lambda problem: not problem.where.endswith("-on")))
        return {"on": on, "count": count} | ({"text": text} if text else {})

    def validate(self, question: Question, answer: Any, name: str, rules: AnswerRules) -> Iterator[str]:
        yield from check_bounds(question, Decimal(answer["count"]), question.counts or "The number", write_number)
        yield from check_year(date.fromisoformat(answer["on"]), "The date", latest=rules.today)

    def missing(self, question: Question) -> str:
        return question.empty or f"Enter the date and the number: {question.name or question.text}"

    def display(self, question: Question, answer: Any, names: AnswerNames) -> Iterator[str]:
        if not isinstance(answer, dict):
            yield str(answer)
            return
        labels = {"on": "Date: ", "count": f"{question.counts or 'Number'}: ", "text": ""}
        for part, value in answer.items():
            yield labels.get(part, f"{part}: ") + (write_day(str(value)) if part == "on" else str(value))

    def draw(self, boxes: AnswerBoxes) -> list[Part]:
        typed = boxes.typed
        legend = {"legend": {"text": "Date"}, "role": "group"}
        count = boxes.box(
            "count",
            label={"text": boxes.question.counts or "Number"},
            value=shown(typed.get("count")),
            **WHOLE_NUMBER_PARAMS,
        )
        text = boxes.box("text", label={"text": "Anything to add (optional)"}, value=shown(typed.get("text")), rows=3)
        on = date_input(typed.get("on"), boxes.box("on"), legend)
        return [Group(boxes.params, (on, Component("input", count), Component("textarea", text)))]

    def preview(self, question: Question, documents: Mapping[str, str]) -> str:
        if not question.counts:
            return "A date and a number"
        return f"A date, and a number: {question.counts[:1].lower()}{question.counts[1:]}"

    def export(self, question: Question, answer: Any, names: AnswerNames) -> Iterator[tuple[str, str]]:
        if isinstance(answer, dict):
            yield from ((str(part), str(value)) for part, value in answer.items())
        else:
            yield "", "\n".join(self.display(question, answer, names))

    def read_boxes(self, data: Mapping[str, Any], name: str, lines: Sequence[PriceScheduleLine]) -> Any:
        boxes = {part: data.get(f"{name}-{part}", "") for part in ("count", "text")}
        return {"on": read_day_boxes(data, f"{name}-on"), **boxes}

    def box_id(self, where: str, key: str, lines: Sequence[PriceScheduleLine]) -> str:
        if where == key:
            return f"id_{where}-on-day"
        return f"id_{where}-day" if where.endswith("-on") else f"id_{where}"
