"""The parts of a question that its kind reads, and how sentences refer to a question."""

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple, Protocol


class Option(Protocol):
    """One option of a question, as the kind of the question reads it.

    `schema.QuestionOption` implements this protocol.
    """

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

    `schema.QuestionDefinition`, which depends on the kinds, implements this protocol.
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
    """A row in the price schedule of a market. If a row is not required, its price can be left empty."""

    key: str
    label: str
    unit: str
    lots: Collection[int] = ()  # the categories for which the row is used, or empty for all categories
    required: bool = False


def is_empty(value: Any) -> bool:
    """Return whether a value counts as no answer. Zero counts as an answer."""
    return value is None or (isinstance(value, str) and not value.strip()) or value in ([], {})


def format_subject(question: Question) -> str:
    """Return the subject of a sentence about an answer, for example “The annual turnover” or “The answer to “…””."""
    return question.name[:1].upper() + question.name[1:] if question.name else f"The answer to “{question.text}”"


def instruction(question: Question, verb: str) -> str:
    """Return the question's own error about a missing answer.

    If the question has no such error, the result is the verb with the question's name, for example “Enter the …”.
    """
    return question.empty or f"{verb} {question.name or f'an answer to “{question.text}”'}"
