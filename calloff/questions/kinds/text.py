"""Kinds of question whose answers are text: one line, or several paragraphs."""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any, ClassVar

from calloff.kernel.registration_numbers import CLEAN_BY_REGISTRY
from calloff.questions.kinds.box_parsing import parse_text, refuse
from calloff.questions.kinds.components import AnswerBoxes, Component, Part, shown
from calloff.questions.kinds.question import PriceScheduleLine, Question, format_subject, instruction
from calloff.questions.kinds.question_kind import AnswerNames, AnswerRules, QuestionKind

MAX_LINE_LENGTH, MAX_TEXT_LENGTH = 500, 50_000  # characters
# matches words as a browser counts them. A zero-width mark counts as a space
WORD_PATTERN = re.compile(r"[^\s\ufeff]+")


class TextKind(QuestionKind):
    """One line of text. If `registry` is set, the text is a number in that register."""

    key = "text"
    joined_by = "; "
    takes_registry = True
    longest: ClassVar[int] = MAX_LINE_LENGTH  # characters

    def parse(
        self, question: Question, raw: Any, place: str, schedule: Collection[PriceScheduleLine] = ()
    ) -> str | None:
        text = self.clean(parse_text(question, raw, place))
        limit = min(question.max_characters or self.longest, self.longest)
        if len(text) > limit:
            refuse(f"{format_subject(question)} must be {limit:,} characters or fewer", place)
        if text and question.registry:
            return CLEAN_BY_REGISTRY[question.registry](text, field=place)
        return text or None

    def clean(self, text: str) -> str:
        """Return the text as it is stored, on one line."""
        return " ".join(text.splitlines())

    def validate(self, question: Question, answer: Any, name: str, rules: AnswerRules) -> Iterator[str]:
        words = len(WORD_PATTERN.findall(answer))
        if question.max_words is not None and words > question.max_words:
            over = words - question.max_words
            yield (
                f"{name} must be {question.max_words:,} words or fewer. "
                f"Remove {over:,} {'word' if over == 1 else 'words'}"
            )

    def missing(self, question: Question) -> str:
        return instruction(question, "Enter")

    def display(self, question: Question, answer: Any, names: AnswerNames) -> Iterator[str]:
        yield str(answer)

    def draw(self, boxes: AnswerBoxes) -> list[Part]:
        return [Component("input", boxes.params | {"value": shown(boxes.value)})]

    def preview(self, question: Question, documents: Mapping[str, str]) -> str:
        return "One line"

    def export(self, question: Question, answer: Any, names: AnswerNames) -> Iterator[tuple[str, str]]:
        yield "", str(answer)


class LongTextKind(TextKind):
    """Paragraphs of text. If `max_words` is set, the page counts the words as the person types."""

    key = "long_text"
    joined_by = "\n\n"
    takes_registry = False
    longest = MAX_TEXT_LENGTH

    def clean(self, text: str) -> str:
        return text

    def draw(self, boxes: AnswerBoxes) -> list[Part]:
        area = boxes.params | {"value": shown(boxes.value), "rows": 8}
        if boxes.question.max_words:
            return [Component("character-count", area | {"maxwords": boxes.question.max_words})]
        return [Component("textarea", area)]

    def preview(self, question: Question, documents: Mapping[str, str]) -> str:
        limit = f", {question.max_words:,} words or fewer" if question.max_words else ""
        return f"In your own words{limit}"
