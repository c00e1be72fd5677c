"""The schema of question sets, which officers write and read as YAML.

Forms, checks and exports are made from these definitions.

Published sets are stored without values that equal their defaults. So fields can be added, but a default must never
change.

The key of an answer is the question's key or, for a question that is asked once for each category, `key@LOT` (as in
`method@4`).
"""

from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, model_validator

from calloff.questions.kinds import KINDS, kind_of

QuestionKey = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,49}$")]
QuestionText = Annotated[str, Field(min_length=1, max_length=2000)]

if TYPE_CHECKING:
    KindKey = str
else:
    KindKey = Literal[tuple(KINDS)]  # This type makes an error about a pack list the possible kinds.
MINUTES_FOR_DOCUMENT, WORDS_A_MINUTE = 5, 20


class StrictQuestionModel(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class QuestionOption(StrictQuestionModel):
    value: QuestionKey
    label: QuestionText
    hint: str = ""
    # “mandatory” means that a wrong answer fails automatically, and “discretionary” that a person must judge the
    # answer.
    fails: Literal["", "mandatory", "discretionary"] = ""


class ShowCondition(StrictQuestionModel):
    """A condition that shows a question only if an earlier question has one of the given answers."""

    question: QuestionKey
    is_any_of: list[str] = Field(min_length=1)  # the values of options or, for a yes_no question, “yes” or “no”


class QuestionDefinition(StrictQuestionModel):
    key: QuestionKey
    kind: KindKey
    text: QuestionText  # a question or an instruction, which is the label of the field
    hint: str = ""
    # the name of the answer in errors, after “Enter” or “Select”, for example “the date of …”. If it is empty, the
    # text is used
    name: str = ""
    # the whole error about a missing answer, for example “Enter …”. If it is empty, the name is used to make the
    # error
    empty: str = ""
    example: str = ""  # an example of an amount for the error, for example “£5,000,000”
    required: bool = True
    options: list[QuestionOption] = []
    when: ShowCondition | None = None
    # The question is asked only if the provider applies for one of these categories. If this is empty, it is always
    # asked.
    lots: list[int] = []
    # whether the question is asked once for each category that the provider applies for (only for those in `lots`, if
    # it is not empty)
    per_lot: bool = False
    evidence: str = ""  # the kind of evidence from which a person selects a document
    registry: Literal["", "company", "charity", "ukprn", "urn"] = ""  # the register that must contain the number
    counts: str = ""  # what the number in a declaration counts, for example “Number of staff checked”
    # the limits for a number, for an amount in pounds, or for the number in a declaration
    minimum: float | None = None
    maximum: float | None = None
    max_words: int | None = None
    max_characters: int | None = None
    assessed: Literal["", "pass_fail", "score"] = ""
    pass_mark: int | None = None  # the lowest score that passes, if answers have a score from 0 to 5
    # This is allowed only if the ruleset allows ranking, which it does not for a DPS or dynamic market.
    weight: int | None = None
    guidance: str = ""  # guidance for evaluators, which describes a good answer
    # the source of the question: Calloff model terms, a council document, or the law
    source: Literal["model", "printed", "law"] = "model"
    citation: str = ""

    @model_validator(mode="after")
    def fits_its_kind(self) -> Self:
        values = [option.value for option in self.options]
        if len(set(values)) != len(values):
            raise ValueError("two options have the same value")
        if self.minimum is not None and self.maximum is not None and self.minimum > self.maximum:
            raise ValueError("the minimum is more than the maximum")
        kind_of(self).check_definition(self)
        if (self.assessed == "score") != (self.pass_mark is not None):
            raise ValueError("a scored question has a pass_mark, and no other has")
        return self

    @property
    def minutes(self) -> int:
        """Return roughly how many minutes it takes to answer the question.

        A document takes 5 minutes. A long answer takes 1 minute for each 20 words of half its limit.
        """
        if self.evidence:
            return MINUTES_FOR_DOCUMENT
        return max(1, (self.max_words or 0) // (2 * WORDS_A_MINUTE))


class SectionDefinition(StrictQuestionModel):
    key: QuestionKey
    title: QuestionText
    intro: str = ""
    questions: list[QuestionDefinition] = Field(min_length=1)
    _known: dict[str, QuestionDefinition] = PrivateAttr(default_factory=dict)

    def known(self) -> dict[str, QuestionDefinition]:
        """Return all questions of the set by key. A condition can refer to a question in an earlier section."""
        return self._known or {question.key: question for question in self.questions}


class QuestionSet(StrictQuestionModel):
    key: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,49}$")]
    version: int = Field(ge=1)
    title: QuestionText
    source: str  # the source of the text, which pages show with the text, for example “Calloff model terms”
    sections: list[SectionDefinition] = Field(min_length=1)

    @model_validator(mode="after")
    def holds_together(self) -> Self:
        earlier_questions: dict[str, QuestionDefinition] = {}
        titles: set[str] = set()
        for section in self.sections:
            if section.key in titles:
                raise ValueError(f"the section {section.key} is there twice")
            titles.add(section.key)
            for question in section.questions:
                if question.key in earlier_questions:
                    raise ValueError(f"the key {question.key} is used twice")
                if question.when and question.when.question not in earlier_questions:
                    raise ValueError(
                        f"{question.key} depends on {question.when.question}, which is not asked before it"
                    )
                if question.when:
                    require_meetable(question.when, earlier_questions[question.when.question])
                earlier_questions[question.key] = question
        for section in self.sections:
            section._known = earlier_questions
        return self

    def known(self) -> dict[str, QuestionDefinition]:
        return {question.key: question for question in self.questions()}

    def questions(self) -> list[QuestionDefinition]:
        return [question for section in self.sections for question in section.questions]

    def hours(self) -> int:
        """Return roughly how many hours it takes to answer all questions, but at least 1."""
        return max(1, round(sum(question.minutes for question in self.questions()) / 60))

    def section(self, key: str) -> SectionDefinition | None:
        return next((section for section in self.sections if section.key == key), None)


def require_meetable(condition: ShowCondition, question: QuestionDefinition) -> None:
    """Raise ValueError if a condition depends on an answer that the other question can never have."""
    possible = kind_of(question).option_labels(question)
    if not possible:
        raise ValueError(f"a condition looks at a choice, choices or yes_no, and {question.key} is a {question.kind}")
    if unknown := [value for value in condition.is_any_of if value not in possible]:
        raise ValueError(f"{question.key} has no option {', '.join(unknown)}, but a condition needs it")
