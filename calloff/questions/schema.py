"""What a question set is: data that a contracts officer can read, in YAML, and that everything else is made from.

Published sets are kept without what is at its default: new fields may be added, but no default may change.

An answer's key is the question's key, or, for a question asked once for each lot, `key@LOT` (as in `method@4`).
"""

from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, model_validator

from calloff.questions.kinds import KINDS, kind_of

QuestionKey = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,49}$")]
QuestionText = Annotated[str, Field(min_length=1, max_length=2000)]

if TYPE_CHECKING:
    KindKey = str
else:
    KindKey = Literal[tuple(KINDS)]  # so that whoever writes a pack is told which kinds there are


class StrictQuestionModel(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class QuestionOption(StrictQuestionModel):
    value: QuestionKey
    label: QuestionText
    hint: str = ""
    fails: Literal["", "mandatory", "discretionary"] = ""  # mandatory: fails by itself; discretionary: a person decides


class ShowCondition(StrictQuestionModel):
    """Show a question only where another, asked earlier, has one of some answers."""

    question: QuestionKey
    is_any_of: list[str] = Field(min_length=1)  # option values; "yes" or "no" for a yes_no


class QuestionDefinition(StrictQuestionModel):
    key: QuestionKey
    kind: KindKey
    text: QuestionText  # worded as a question or an instruction: it labels the field
    hint: str = ""
    name: str = ""  # how an error names it: "the date of …", after "Enter" or "Select"; the text, if empty
    empty: str = ""  # the error where there is no answer, whole: "Enter …"; made from the name, if empty
    example: str = ""  # of an amount, in its error: "£5,000,000"
    required: bool = True
    options: list[QuestionOption] = []
    when: ShowCondition | None = None
    lots: list[int] = []  # asked only where one of these lots is applied for; empty: always
    per_lot: bool = False  # asked once for each lot applied for (of `lots`, if given)
    evidence: str = ""  # the kind of evidence
    registry: Literal["", "company", "charity", "ukprn", "urn"] = ""  # whose numbers a text must be one of
    counts: str = ""  # what a declaration counts: "Number of staff checked"
    minimum: float | None = None  # of a number, of pounds, or of a declaration's count
    maximum: float | None = None
    max_words: int | None = None
    max_characters: int | None = None
    assessed: Literal["", "pass_fail", "score"] = ""
    pass_mark: int | None = None  # of a score from 0 to 5: the lowest that is enough
    weight: int | None = None  # only where the ruleset lets entry be ranked; a DPS or dynamic market refuses it
    guidance: str = ""  # for the evaluator: what a good answer shows
    source: Literal["model", "printed", "law"] = "model"  # Calloff model terms, the council's own print, or law
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


class SectionDefinition(StrictQuestionModel):
    key: QuestionKey
    title: QuestionText
    intro: str = ""
    questions: list[QuestionDefinition] = Field(min_length=1)
    _known: dict[str, QuestionDefinition] = PrivateAttr(default_factory=dict)

    def known(self) -> dict[str, QuestionDefinition]:
        """Return the questions of the whole set by key: a condition may look at an earlier section."""
        return self._known or {question.key: question for question in self.questions}


class QuestionSet(StrictQuestionModel):
    key: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,49}$")]
    version: int = Field(ge=1)
    title: QuestionText
    source: str  # whose words these are, shown beside them: "Calloff model terms"
    sections: list[SectionDefinition] = Field(min_length=1)

    @model_validator(mode="after")
    def holds_together(self) -> Self:
        seen: dict[str, QuestionDefinition] = {}
        titles: set[str] = set()
        for section in self.sections:
            if section.key in titles:
                raise ValueError(f"the section {section.key} is there twice")
            titles.add(section.key)
            for question in section.questions:
                if question.key in seen:
                    raise ValueError(f"the key {question.key} is used twice")
                if question.when and question.when.question not in seen:
                    raise ValueError(
                        f"{question.key} depends on {question.when.question}, which is not asked before it"
                    )
                if question.when:
                    require_meetable(question.when, seen[question.when.question])
                seen[question.key] = question
        for section in self.sections:
            section._known = seen
        return self

    def known(self) -> dict[str, QuestionDefinition]:
        return {question.key: question for question in self.questions()}

    def questions(self) -> list[QuestionDefinition]:
        return [question for section in self.sections for question in section.questions]

    def section(self, key: str) -> SectionDefinition | None:
        return next((section for section in self.sections if section.key == key), None)


def require_meetable(condition: ShowCondition, question: QuestionDefinition) -> None:
    """Raise ValueError where a condition waits for an answer that the question cannot have."""
    possible = kind_of(question).option_labels(question)
    if not possible:
        raise ValueError(f"a condition looks at a choice, choices or yes_no, and {question.key} is a {question.kind}")
    if unknown := [value for value in condition.is_any_of if value not in possible]:
        raise ValueError(f"{question.key} has no option {', '.join(unknown)}, but a condition needs it")
