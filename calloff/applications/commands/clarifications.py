"""Commands to ask a provider to clarify its application, and to answer such a question.

The submitted version of the application does not change.
"""

from datetime import datetime

from calloff.applications import messages
from calloff.applications.deadlines import calendar_of
from calloff.applications.models import Application, Clarification
from calloff.applications.states import AssignmentStatus
from calloff.history.transitions import create, transition
from calloff.kernel.clock import day_after, local_day, midnight
from calloff.kernel.lifecycles import Refused
from calloff.kernel.working_days import working_days_after
from calloff.outbox.commands import queue_message
from calloff.people.models import User
from calloff.people.permissions import Can

__all__ = ["answer_clarification", "clarify"]

CLARIFICATION_WORKING_DAYS = 3  # This number is our own choice, because no law sets a period.


def clarify(application: Application, *, question: str, by: User, at: datetime) -> Clarification:
    """Ask the provider a question about its application. The provider has 3 working days to answer.

    Raises Refused, for example for a person who is not an evaluator or has not declared their interests.
    """
    if not question.strip():
        raise Refused("Enter your question", "question")
    with transition(application, "clarify", by=by, at=at) as clarifying:
        if by.roles_at(clarifying.provider, at):
            raise Refused(
                f"You have a role at {clarifying.provider}, so you cannot assess its application. Withdraw from the "
                "assessment."
            )
        if not clarifying.parts.filter(person=by, status=AssignmentStatus.MARKING).exists():
            raise Refused("Declare your interests before you ask the provider a question.")
        last_day = working_days_after(local_day(at), CLARIFICATION_WORKING_DAYS, calendar_of(clarifying.market))
        clarification = Clarification(
            authority=clarifying.authority, provider=clarifying.provider, application=clarifying,
            question=question.strip(), asked_by=by, asked_at=at, answer_by=midnight(day_after(last_day)),
        )  # fmt: skip
        create(clarification, "clarify", by=by, at=at)
        people = User.objects.who_can(Can.APPLY, organisation=clarifying.provider, at=at)
        queue_message(
            messages.to_clarify(clarifying, clarification), to=people, sender=str(clarifying.authority), at=at
        )
    return clarification


def answer_clarification(clarification: Clarification, *, answer: str, by: User, at: datetime) -> Clarification:
    """Answer a question from the authority.

    A late answer is accepted until the decision, and pages show when it was given. Raises Refused if the answer is
    empty.
    """
    if not answer.strip():
        raise Refused("Enter your answer", "answer")
    application = clarification.application
    with transition(application, "answer_clarification", by=by, at=at, along=[clarification]) as answered:
        with transition(clarification, "answer_clarification", by=by, at=at) as closed:
            closed.answer, closed.answered_by, closed.answered_at = answer.strip(), by, at
        evaluators = [part.person for part in answered.parts.filter(status=AssignmentStatus.MARKING)]
        queue_message(messages.clarified(answered), to=evaluators, sender=str(answered.authority), at=at)
    return closed
