"""The parts of a question that its kind reads, and how sentences refer to a question."""

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple, Protocol


class Option(Protocol):
    """One option of a question, as the question's kind reads it. `schema.QuestionOption` implements it."""

    @property
    def value(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def hint(self) -> str: ...
    @property
    def fails(self) -> str: ...


class Question(Protocol):
    """A question as its kind reads it.

    `schema.QuestionDefinition`, which depends on the kinds, implements it.
    """

    @property
    def key(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def empty(self) -> str: ...
    @property
    def example(self) -> str: ...
    @property
    def required(self) -> bool: ...
    @property
    def options(self) -> Sequence[Option]: ...
    @property
    def evidence(self) -> str: ...
    @property
    def registry(self) -> str: ...
    @property
    def counts(self) -> str: ...
    @property
    def minimum(self) -> float | None: ...
    @property
    def maximum(self) -> float | None: ...
    @property
    def max_words(self) -> int | None: ...
    @property
    def max_characters(self) -> int | None: ...


class PriceScheduleLine(NamedTuple):
    """A row in a market's price schedule. A row that is not required can be left without a price."""

    key: str
    label: str
    unit: str
    lots: Collection[int] = ()  # the categories that it applies to, or empty for all
    required: bool = False


def is_empty(value: Any) -> bool:
    """Return whether a value counts as no answer. Zero is an answer."""
    return value is None or (isinstance(value, str) and not value.strip()) or value in ([], {})


def format_subject(question: Question) -> str:
    """Return the subject of a sentence about an answer: “The annual turnover”, “The answer to “…””."""
    return question.name[:1].upper() + question.name[1:] if question.name else f"The answer to “{question.text}”"


def instruction(question: Question, verb: str) -> str:
    """Return the question's own error for a missing answer.

    If it has none, the error is the verb with the question's name: “Enter the …”.
    """
    return question.empty or f"{verb} {question.name or f'an answer to “{question.text}”'}"
