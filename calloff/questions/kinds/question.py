"""What the kinds read of a question, and how a sentence names it."""

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple, Protocol


class Option(Protocol):
    """An answer to choose from, as a kind reads it: `schema.QuestionOption`."""

    @property
    def value(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def hint(self) -> str: ...
    @property
    def fails(self) -> str: ...


class Question(Protocol):
    """What a kind reads of a question: `schema.QuestionDefinition`, which is built on the kinds."""

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
    """A line of a market's price schedule. One that is not required may be left without a price."""

    key: str
    label: str
    unit: str
    lots: Collection[int] = ()  # a line of some lots only; empty: of all
    required: bool = False


def is_empty(value: Any) -> bool:
    """Say whether a value is no answer. (Zero is one.)"""
    return value is None or (isinstance(value, str) and not value.strip()) or value in ([], {})


def format_subject(question: Question) -> str:
    """Begin a sentence about an answer: “The annual turnover …”, “The answer to “…” …”."""
    return question.name[:1].upper() + question.name[1:] if question.name else f"The answer to “{question.text}”"


def instruction(question: Question, verb: str) -> str:
    """Ask for an answer by the question's own sentence, or by its name after a verb."""
    return question.empty or f"{verb} {question.name or f'an answer to “{question.text}”'}"
