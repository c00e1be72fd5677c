"""What a question set is: data that a contracts officer can read, in YAML, and that everything else is made from.

An answer's key is the question's key, or, for a question asked once for each lot, `key@LOT` (as in `method@4`).
"""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,49}$")]
Text = Annotated[str, Field(min_length=1, max_length=2000)]

Kind = Literal[
    "text",  # one line
    "long_text",  # paragraphs, with max_words
    "yes_no",
    "choice",  # one of the options
    "choices",  # some of the options
    "number",  # a whole number: minimum, maximum
    "money",  # pounds and pence
    "date",
    "declaration",  # a dated statement and a count, in place of a certificate: it says when, and how many
    "evidence",  # a document of the provider's passport, of the kind that `evidence` names
    "prices",  # the market's price schedule: an amount and a VAT treatment for each of its lines
]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Option(Strict):
    value: Key
    label: Text
    hint: str = ""
    fails: Literal["", "mandatory", "discretionary"] = ""  # mandatory: fails by itself; discretionary: a person decides


class Condition(Strict):
    """Show a question only where another, asked earlier, has one of some answers."""

    question: Key
    is_any_of: list[str] = Field(min_length=1)  # option values; "yes" or "no" for a yes_no


class Question(Strict):
    key: Key
    kind: Kind
    text: Text  # worded as a question or an instruction: it labels the field
    hint: str = ""
    name: str = ""  # how an error names it: "Enter the date of …"; the text, if empty
    required: bool = True
    options: list[Option] = []
    when: Condition | None = None
    lots: list[int] = []  # asked only where one of these lots is applied for; empty: always
    per_lot: bool = False  # asked once for each lot applied for (of `lots`, if given)
    evidence: str = ""  # the kind of evidence
    minimum: float | None = None
    maximum: float | None = None
    max_words: int | None = None
    assessed: Literal["", "pass_fail", "score"] = ""
    pass_mark: int | None = None  # of a score from 0 to 5: the lowest that is enough
    weight: int | None = None  # only where the ruleset lets entry be ranked; a DPS or dynamic market refuses it
    guidance: str = ""  # for the evaluator: what a good answer shows
    source: Literal["model", "printed", "law"] = "model"  # Calloff model terms, the council's own print, or law
    citation: str = ""

    @model_validator(mode="after")
    def fits_its_kind(self) -> Self:
        if (self.kind in {"choice", "choices"}) != bool(self.options) and self.kind != "yes_no":
            raise ValueError(f"options belong to choice and choices (and may to yes_no), not to {self.kind}")
        if self.kind == "evidence" and not self.evidence:
            raise ValueError("an evidence question names the kind of evidence")
        if (self.assessed == "score") != (self.pass_mark is not None):
            raise ValueError("a scored question has a pass_mark, and no other has")
        return self


class Section(Strict):
    key: Key
    title: Text
    intro: str = ""
    questions: list[Question] = Field(min_length=1)


class QuestionSet(Strict):
    key: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,49}$")]
    version: int = Field(ge=1)
    title: Text
    source: str  # whose words these are, shown beside them: "Calloff model terms"
    sections: list[Section] = Field(min_length=1)

    @model_validator(mode="after")
    def holds_together(self) -> Self:
        seen: set[str] = set()
        for section in self.sections:
            for question in section.questions:
                if question.key in seen:
                    raise ValueError(f"the key {question.key} is used twice")
                if question.when and question.when.question not in seen:
                    raise ValueError(
                        f"{question.key} depends on {question.when.question}, which is not asked before it"
                    )
                seen.add(question.key)
        return self

    def questions(self) -> list[Question]:
        return [question for section in self.sections for question in section.questions]

    def section(self, key: str) -> Section | None:
        return next((section for section in self.sections if section.key == key), None)
