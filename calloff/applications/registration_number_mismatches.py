"""Compare the company and charity numbers in an application with the records of organisations.

A mismatch does not prevent anything. Applicants see the warning before they submit, and evaluators see it too. Only a
command of its own changes an organisation's record.
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
}  # These keys are for older question sets, whose questions do not name a registry.


class RegistrationNumberMismatch(NamedTuple):
    """A number in the answers that differs from the provider's record, or belongs to another organisation."""

    key: str  # the key of the answer
    noun: str
    answered: str
    recorded: str  # empty if there is no number in the provider's record
    owner: Organisation | None  # another organisation that has this number

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
        """Return the warning for the evaluators, which names the other organisation if it has the number."""
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

    These include numbers that belong to another organisation.
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
    """Return the number in an answer, in its standard form if there is one.

    The result is empty if the question does not apply or was not answered.
    """
    answer, condition = answers.get(question.key), question.when
    if not isinstance(answer, str) or (condition and answers.get(condition.question) not in condition.is_any_of):
        return ""
    try:
        return CLEAN_BY_REGISTRY[registry](answer)
    except Refused:
        return answer.strip()
