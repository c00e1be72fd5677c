"""Compare an application's company and charity numbers with the organisations' records.

A mismatch blocks nothing. The applicant sees the warning before they submit, and the evaluators see it too. An
organisation's record is changed only by its own command.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from calloff.kernel.lifecycles import Refused
from calloff.kernel.registration_numbers import CLEAN_BY_REGISTRY
from calloff.people.models import Organisation
from calloff.questions.schema import QuestionDefinition, QuestionSet

REGISTRATION_NUMBER_NOUNS = {"company": "company number", "charity": "charity number"}
REGISTRY_BY_QUESTION_KEY = {
    "company_number": "company",
    "charity_number": "charity",
}  # for older question sets, whose questions do not name a registry


class RegistrationNumberMismatch(NamedTuple):
    """A number in the answers that differs from the provider's record, or belongs to another organisation."""

    key: str  # the answer's key
    noun: str
    answered: str
    recorded: str  # empty if the provider's record has no number
    owner: Organisation | None  # another organisation with this number

    @property
    def for_applicant(self) -> str:
        """Return the warning for the provider, without the other organisation's name."""
        if self.owner:
            return (
                f"The {self.noun} in your answers, {self.answered}, belongs to another organisation on Calloff. Check "
                "your answer. If your answer is right, tell the council."
            )
        record = (
            f"Your organisation’s record has {self.recorded}"
            if self.recorded
            else "Your organisation’s record has none"
        )
        return (
            f"The {self.noun} in your answers is {self.answered}. {record}. Check your answer. If the record is "
            "wrong, tell the council."
        )

    @property
    def for_assessor(self) -> str:
        """Return the warning for the evaluators, with the name of another organisation that has the number."""
        record = (
            f"The provider’s record has {self.recorded}."
            if self.recorded
            else f"The provider’s record has no {self.noun}."
        )
        conflict = f" On Calloff, that number belongs to {self.owner}." if self.owner else ""
        return (
            f"The {self.noun} in the answers is {self.answered}. {record}{conflict} Ask the provider before you decide."
        )


def numbers_to_question(
    provider: Organisation, definition: QuestionSet, answers: Mapping[str, Any]
) -> list[RegistrationNumberMismatch]:
    """Return the company and charity numbers in the answers that differ from the provider's record.

    Numbers that belong to another organisation are included.
    """
    mismatches = []
    for question in definition.questions():
        registry = question.registry or REGISTRY_BY_QUESTION_KEY.get(question.key, "")
        if registry not in REGISTRATION_NUMBER_NOUNS or not (number := _number(registry, question, answers)):
            continue
        column = f"{registry}_number"
        recorded = str(getattr(provider, column))
        owner = Organisation.objects.filter(**{column: number}).exclude(pk=provider.pk).first()
        if owner or number != recorded:
            mismatches.append(
                RegistrationNumberMismatch(question.key, REGISTRATION_NUMBER_NOUNS[registry], number, recorded, owner)
            )
    return mismatches


def _number(registry: str, question: QuestionDefinition, answers: Mapping[str, Any]) -> str:
    """Return an answer's number, in its standard form if it has one.

    The result is empty if the question does not apply or was not answered.
    """
    answer, condition = answers.get(question.key), question.when
    if not isinstance(answer, str) or (condition and answers.get(condition.question) not in condition.is_any_of):
        return ""
    try:
        return CLEAN_BY_REGISTRY[registry](answer)
    except Refused:
        return answer.strip()
