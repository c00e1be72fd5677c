"""What every kind of question can do. Each kind is one class, and one row of `kinds.KINDS`."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, ClassVar, Literal, NamedTuple

from calloff.questions.kinds.components import AnswerBoxes, Part
from calloff.questions.kinds.question import PriceScheduleLine, Question, is_empty

OptionUse = Literal["required", "allowed", "never"]


class AnswerRules(NamedTuple):
    """What an answer is checked against, besides its question."""

    schedule: Collection[PriceScheduleLine] = ()
    lines: Sequence[PriceScheduleLine] = ()  # those of the schedule that this question asks for
    today: date | None = None  # in London; nothing: a declaration can have any date
    later: bool = False  # the person means to come back, so what is missing is no problem yet


class AnswerNames(NamedTuple):
    """The names of what answers refer to by a key or a reference."""

    schedule: Collection[PriceScheduleLine] = ()
    documents: Mapping[str, str] = {}  # by reference


class QuestionKind(ABC):
    """One kind of question, and everything that is done with its answers.

    Kinds have no state: `kinds.KINDS` has one instance of each. Python refuses to make a kind that lacks one of the
    abstract methods, and names the method.
    """

    key: ClassVar[str]  # as packs write it
    option_use: ClassVar[OptionUse] = "never"
    joined_by: ClassVar[str] = ""  # what comes between the answers of two people; empty: they cannot be joined
    is_reusable: ClassVar[bool] = True  # an earlier answer can be suggested in a later application
    is_price: ClassVar[bool] = False  # to score it would rank providers by price
    takes_registry: ClassVar[bool] = False  # it can ask for a number that a register gives

    @abstractmethod
    def parse(self, question: Question, raw: Any, place: str, schedule: Collection[PriceScheduleLine] = ()) -> Any:
        """Return the answer that was meant, as a JSON value, or None if nothing was typed.

        Takes what the boxes of a form contain as well as an answer that is clean already. Raises Refused: each
        problem's `where` is `place`, or names one of its boxes.
        """

    @abstractmethod
    def validate(self, question: Question, answer: Any, name: str, rules: AnswerRules) -> Iterator[str]:
        """Say what is wrong with an answer that `parse` returned. `name` begins a sentence about it."""

    @abstractmethod
    def missing(self, question: Question) -> str:
        """Ask for an answer that is not there, as GOV.UK does: an instruction."""

    @abstractmethod
    def display(self, question: Question, answer: Any, names: AnswerNames) -> Iterator[str]:
        """Write an answer in lines, for people. What has not the shape of its kind is written as it is."""

    @abstractmethod
    def draw(self, boxes: AnswerBoxes) -> list[Part]:
        """Return the boxes that the question is answered in, as GOV.UK components."""

    @abstractmethod
    def preview(self, question: Question, documents: Mapping[str, str]) -> str:
        """Say what kind of answer is wanted, before anybody answers. `documents` are the titles of evidence by kind."""

    @abstractmethod
    def export(self, question: Question, answer: Any, names: AnswerNames) -> Iterator[tuple[str, str]]:
        """Write an answer as (part, text) for a spreadsheet, amounts and dates so that it can calculate with them."""

    def check_definition(self, question: Question) -> None:
        """Raise ValueError, for whoever writes the pack, where a question does not make sense for its kind."""
        if self.option_use != "allowed" and bool(question.options) != (self.option_use == "required"):
            raise ValueError(f"options belong to choice and choices (and may to yes_no), not to {self.key}")
        if question.registry and not self.takes_registry:
            raise ValueError("a question about a registration number must be a text question")

    def option_labels(self, question: Question) -> dict[str, str]:
        """Return the words of each answer that can be chosen, by value; of a kind without options, nothing."""
        return {option.value: option.label for option in question.options}

    def is_missing(self, answer: Any, rules: AnswerRules) -> bool:
        """Say whether there is no answer yet."""
        return is_empty(answer)

    def is_asked(self, rules: AnswerRules) -> bool:
        """Say whether there is anything to answer."""
        return True

    def read_boxes(self, data: Mapping[str, Any], name: str, lines: Sequence[PriceScheduleLine]) -> Any:
        """Return what was typed in the boxes, exactly, for `parse`."""
        return data.get(name)

    def box_id(self, where: str, key: str, lines: Sequence[PriceScheduleLine]) -> str:
        """Return the id of the box to mend. `where` names an answer, by its `key`, or one of its boxes."""
        return f"id_{where}"
