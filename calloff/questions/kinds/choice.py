"""Kinds of question with a choice of answers: yes or no, one option, or several options."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, ClassVar

from django.utils.datastructures import MultiValueDict

from calloff.questions.kinds.box_parsing import parse_text, refuse
from calloff.questions.kinds.components import AnswerBoxes, Component, ComponentParams, Part, legend_of, radios
from calloff.questions.kinds.question import PriceScheduleLine, Question, format_subject, instruction
from calloff.questions.kinds.question_kind import AnswerNames, AnswerRules, OptionUse, QuestionKind

YES_NO_LABELS = {"yes": "Yes", "no": "No"}


class ChoiceKind(QuestionKind):
    """A choice of one option."""

    key = "choice"
    option_use: ClassVar[OptionUse] = "required"

    def parse(self, question: Question, raw: Any, place: str, schedule: Collection[PriceScheduleLine] = ()) -> Any:
        return _one_of(question, raw, place)

    def validate(self, question: Question, answer: Any, name: str, rules: AnswerRules) -> Iterator[str]:
        yield from ()  # `parse` has already checked that the answer is one of the options.

    def missing(self, question: Question) -> str:
        return instruction(question, "Select")

    def display(self, question: Question, answer: Any, names: AnswerNames) -> Iterator[str]:
        if not isinstance(answer, str | list):
            yield str(answer)
            return
        labels = self.option_labels(question)
        for value in answer if isinstance(answer, list) else [answer]:
            yield labels.get(str(value)) or str(value)

    def draw(self, boxes: AnswerBoxes) -> list[Part]:
        return [radios(boxes, boxes.value, self.items(boxes.question))]

    def items(self, question: Question) -> list[ComponentParams]:
        """Return the options as parameters for radio buttons and checkboxes."""
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
    """A choice of several options."""

    key = "choices"

    def parse(
        self, question: Question, raw: Any, place: str, schedule: Collection[PriceScheduleLine] = ()
    ) -> list[str] | None:
        values = list(raw) if isinstance(raw, list | tuple) else [raw]
        selected = {_one_of(question, value, place) for value in values} - {None}
        return [option.value for option in question.options if option.value in selected] or None

    def draw(self, boxes: AnswerBoxes) -> list[Part]:
        selected = boxes.value if isinstance(boxes.value, list) else [boxes.value]
        items = [item | {"checked": item["value"] in selected} for item in self.items(boxes.question)]
        return [Component("checkboxes", boxes.params | {"fieldset": legend_of(boxes.params), "items": items})]

    def preview(self, question: Question, documents: Mapping[str, str]) -> str:
        return "Any of these"

    def read_boxes(self, data: Mapping[str, Any], name: str, lines: Sequence[PriceScheduleLine]) -> Any:
        return data.getlist(name) if isinstance(data, MultiValueDict) else data.get(name, [])


class YesNoKind(ChoiceKind):
    """Yes or no.

    The question's options, if it has any, set other labels for these answers or define which answer fails.
    """

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
