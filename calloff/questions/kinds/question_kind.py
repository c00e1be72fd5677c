"""The base class of all kinds of question. Each kind is a class, and `kinds.KINDS` lists them."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, ClassVar, Literal, NamedTuple

from calloff.questions.kinds.components import AnswerBoxes, Part
from calloff.questions.kinds.question import PriceScheduleLine, Question, is_empty

OptionUse = Literal["required", "allowed", "never"]


class AnswerRules(NamedTuple):
    """The facts that are needed to check an answer, in addition to the question."""

    schedule: Collection[PriceScheduleLine] = ()
    lines: Sequence[PriceScheduleLine] = ()  # the rows of the schedule about which this question asks
    today: date | None = None  # today's date in London, or None if the date of a declaration is not limited
    later: bool = False  # whether the person intends to come back, so that missing answers are not problems yet


class AnswerNames(NamedTuple):
    """The names of things to which answers refer by key or by reference."""

    schedule: Collection[PriceScheduleLine] = ()
    documents: Mapping[str, str] = {}  # the names of documents by reference


class QuestionKind(ABC):
    """A kind of question, and how its answers are handled.

    Kinds have no state, so `kinds.KINDS` contains one instance of each. Python refuses to create a kind that lacks one
    of the abstract methods.
    """

    key: ClassVar[str]  # the name of the kind in packs
    option_use: ClassVar[OptionUse] = "never"
    # the text that joins the answers of two people, or empty if answers cannot be joined
    joined_by: ClassVar[str] = ""
    is_reusable: ClassVar[bool] = True  # whether an answer can be suggested for a later application
    is_price: ClassVar[bool] = False  # whether scoring this kind of question would rank providers by price
    takes_registry: ClassVar[bool] = False  # whether this kind can ask for a registration number

    @abstractmethod
    def parse(self, question: Question, raw: Any, place: str, schedule: Collection[PriceScheduleLine] = ()) -> Any:
        """Return the answer that a person typed, as a JSON value, or None if they typed nothing.

        `raw` is the content of the boxes of a form, or an answer that has already been parsed. Raises Refused. In each
        problem, `where` is `place` or one of its boxes.
        """

    @abstractmethod
    def validate(self, question: Question, answer: Any, name: str, rules: AnswerRules) -> Iterator[str]:
        """Yield a sentence for each problem with an answer that `parse` returned.

        `name` is the subject of the sentences.
        """

    @abstractmethod
    def missing(self, question: Question) -> str:
        """Return the error about a missing answer, which is an instruction, as in the GOV.UK Design System."""

    @abstractmethod
    def display(self, question: Question, answer: Any, names: AnswerNames) -> Iterator[str]:
        """Yield an answer as lines of text.

        This must not fail even if the form of the answer does not match its kind.
        """

    @abstractmethod
    def draw(self, boxes: AnswerBoxes) -> list[Part]:
        """Return the boxes for the answer, as GOV.UK components."""

    @abstractmethod
    def preview(self, question: Question, documents: Mapping[str, str]) -> str:
        """Return which kind of answer the question expects, for the preview of the questions.

        `documents` contains the titles of evidence by kind.
        """

    @abstractmethod
    def export(self, question: Question, answer: Any, names: AnswerNames) -> Iterator[tuple[str, str]]:
        """Yield an answer as (part, text) for a spreadsheet.

        A spreadsheet can calculate with the amounts and dates.
        """

    def check_definition(self, question: Question) -> None:
        """Raise ValueError, with a message for the pack's author, if the definition of a question does not fit its
        kind.
        """
        if self.option_use != "allowed" and bool(question.options) != (self.option_use == "required"):
            raise ValueError(f"options belong to choice and choices (and may to yes_no), not to {self.key}")
        if question.registry and not self.takes_registry:
            raise ValueError("a question about a registration number must be a text question")

    def option_labels(self, question: Question) -> dict[str, str]:
        """Return the label of each answer that can be selected, by value.

        The result is empty for a kind that has no options.
        """
        return {option.value: option.label for option in question.options}

    def is_missing(self, answer: Any, rules: AnswerRules) -> bool:
        """Return whether a value means that there is no answer yet."""
        return is_empty(answer)

    def is_asked(self, rules: AnswerRules) -> bool:
        """Return whether there is anything to answer."""
        return True

    def read_boxes(self, data: Mapping[str, Any], name: str, lines: Sequence[PriceScheduleLine]) -> Any:
        """Return what the person entered in the boxes, unchanged, for `parse`."""
        return data.get(name)

    def box_id(self, where: str, key: str, lines: Sequence[PriceScheduleLine]) -> str:
        """Return the id of the box to correct. `where` is the answer's `key`, or the key of one of its boxes."""
        return f"id_{where}"
