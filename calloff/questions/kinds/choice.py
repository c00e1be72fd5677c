"""Answers to choose: yes or no, one of the options, or some of them."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, ClassVar

from django.utils.datastructures import MultiValueDict

from calloff.questions.kinds.box_parsing import parse_text, refuse
from calloff.questions.kinds.components import AnswerBoxes, Component, ComponentParams, Part, legend_of, radios
from calloff.questions.kinds.question import PriceScheduleLine, Question, format_subject, instruction
from calloff.questions.kinds.question_kind import AnswerNames, AnswerRules, OptionUse, QuestionKind

YES_NO_LABELS = {"yes": "Yes", "no": "No"}


class ChoiceKind(QuestionKind):
    """One of the options."""

    key = "choice"
    option_use: ClassVar[OptionUse] = "required"

    def parse(self, question: Question, raw: Any, place: str, schedule: Collection[PriceScheduleLine] = ()) -> Any:
        return _one_of(question, raw, place)

    def validate(self, question: Question, answer: Any, name: str, rules: AnswerRules) -> Iterator[str]:
        yield from ()  # it is one of the options, or `parse` refused it

    def missing(self, question: Question) -> str:
        return instruction(question, "Select")

    def display(self, question: Question, answer: Any, names: AnswerNames) -> Iterator[str]:
        if not isinstance(answer, str | list):
            yield str(answer)
            return
        labels = self.option_labels(question)
        for one in answer if isinstance(answer, list) else [answer]:
            yield labels.get(str(one)) or str(one)

    def draw(self, boxes: AnswerBoxes) -> list[Part]:
        return [radios(boxes, boxes.value, self.items(boxes.question))]

    def items(self, question: Question) -> list[ComponentParams]:
        """Return the options as radios and checkboxes take them."""
        hints = {option.value: option.hint for option in question.options}
        return [
            {"value": value, "text": label, "hint": {"text": hints[value]} if hints.get(value) else None}
            for value, label in self.option_labels(question).items()
        ]

    def preview(self, question: Question, documents: Mapping[str, str]) -> str:
        return "One of these"

    def export(self, question: Question, answer: Any, names: AnswerNames) -> Iterator[tuple[str, str]]:
        yield "", "\n".join(self.display(question, answer, names))


class ChoicesKind(ChoiceKind):
    """Some of the options."""

    key = "choices"

    def parse(
        self, question: Question, raw: Any, place: str, schedule: Collection[PriceScheduleLine] = ()
    ) -> list[str] | None:
        several = list(raw) if isinstance(raw, list | tuple) else [raw]
        chosen = {_one_of(question, one, place) for one in several} - {None}
        return [option.value for option in question.options if option.value in chosen] or None

    def draw(self, boxes: AnswerBoxes) -> list[Part]:
        chosen = boxes.value if isinstance(boxes.value, list) else [boxes.value]
        items = [item | {"checked": item["value"] in chosen} for item in self.items(boxes.question)]
        return [Component("checkboxes", boxes.params | {"fieldset": legend_of(boxes.params), "items": items})]

    def preview(self, question: Question, documents: Mapping[str, str]) -> str:
        return "Any of these"

    def read_boxes(self, data: Mapping[str, Any], name: str, lines: Sequence[PriceScheduleLine]) -> Any:
        return data.getlist(name) if isinstance(data, MultiValueDict) else data.get(name, [])


class YesNoKind(ChoiceKind):
    """Yes or no. Its options, if it has any, word the two answers or say what they lead to."""

    key = "yes_no"
    option_use = "allowed"

    def parse(
        self, question: Question, raw: Any, place: str, schedule: Collection[PriceScheduleLine] = ()
    ) -> str | None:
        if isinstance(raw, bool):
            return "yes" if raw else "no"
        typed = parse_text(question, raw, place)
        if typed not in {"", *YES_NO_LABELS}:
            refuse(f"{format_subject(question)} must be yes or no", place)
        return typed or None

    def missing(self, question: Question) -> str:
        return question.empty or f"Select yes or no: {question.name or question.text}"

    def option_labels(self, question: Question) -> dict[str, str]:
        return YES_NO_LABELS | super().option_labels(question)

    def preview(self, question: Question, documents: Mapping[str, str]) -> str:
        return "Yes or no"

    def check_definition(self, question: Question) -> None:
        super().check_definition(question)
        if not {option.value for option in question.options} <= YES_NO_LABELS.keys():
            raise ValueError("the options of a yes_no are yes and no")


def _one_of(question: Question, raw: Any, place: str) -> str | None:
    typed = parse_text(question, raw, place)
    if typed and typed not in {option.value for option in question.options}:
        refuse(f"{format_subject(question)} must be one of the answers listed", place)
    return typed or None
