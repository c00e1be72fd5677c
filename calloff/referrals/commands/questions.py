"""Ask and answer questions about a referral.

Every provider that the buyer asked can see the questions, but not which provider asked them.
"""

from datetime import datetime

from django.db import transaction

from calloff.history.transitions import create, transition
from calloff.kernel.lifecycles import Refused
from calloff.outbox.commands import queue_message
from calloff.people.models import User
from calloff.people.permissions import Can
from calloff.pupils.reidentification import find_identifying_text
from calloff.referrals import messages
from calloff.referrals.anonymity_check import require_anonymous, require_no_child_numbers
from calloff.referrals.commands.replies import lock_reply_window
from calloff.referrals.models import ExpressionOfInterest, ReferralQuestion
from calloff.referrals.states import InterestStatus

__all__ = ["answer_question", "ask_question"]

ASKING_STATUSES = (InterestStatus.ASKED, InterestStatus.INTERESTED)
MAX_QUESTION_LENGTH = 2000  # the maximum length of a question or an answer, in characters


@transaction.atomic
def ask_question(interest: ExpressionOfInterest, *, text: str, by: User, at: datetime) -> ReferralQuestion:
    """Ask the buyer a question about a referral, before replies close.

    Raises Refused after replies close, and if the question is empty, is too long, or contains a UPN or NHS number.
    """
    referral = lock_reply_window(interest, at)
    if interest.status not in ASKING_STATUSES:
        raise Refused(
            "You can ask a question only if the request is waiting for your reply or you are interested in the place."
        )
    if not text.strip() or len(text) > MAX_QUESTION_LENGTH:
        raise Refused(f"Question must be between 1 and {MAX_QUESTION_LENGTH:,} characters", "text")
    require_no_child_numbers({"text": text})
    question = ReferralQuestion(
        authority=interest.authority, buyer=interest.buyer, provider=interest.provider, referral=referral,
        text=text.strip(), asked_at=at,
    )  # fmt: skip
    create(question, "ask_question", by=by, at=at)
    people = User.objects.who_can(Can.PLACE, organisation=referral.buyer, at=at)
    queue_message(messages.question_asked(referral), to=people, sender=str(referral.authority), at=at)
    return question


def answer_question(
    question: ReferralQuestion, *, answer: str, restated: str = "", by: User, at: datetime
) -> ReferralQuestion:
    """Answer a question, and email all the providers that were asked for a place.

    The providers cannot see who asked the question. If the original could identify the provider or the child,
    `restated` replaces its text for the other providers. Raises Refused if the answer or the visible text of the
    question could identify the child, or has the wrong length.
    """
    with transition(question, "answer_question", by=by, at=at) as answered:
        if not answer.strip() or len(answer) > MAX_QUESTION_LENGTH or len(restated) > MAX_QUESTION_LENGTH:
            raise Refused(f"Answer must be between 1 and {MAX_QUESTION_LENGTH:,} characters", "answer")
        pupil = answered.referral.pupil
        require_anonymous(pupil, {"answer": answer, "restated": restated})
        if not restated.strip() and find_identifying_text(answered.text, pupil):
            raise Refused("The question could identify the pupil. Edit the question to remove those words.", "restated")
        answered.answer, answered.restated, answered.answered_at = answer.strip(), restated.strip(), at
        invited = ExpressionOfInterest.objects.filter(referral=answered.referral_id, status__in=ASKING_STATUSES)
        for interest in invited.select_related("provider", "buyer", "referral"):
            people = User.objects.who_can(Can.ANSWER_REFERRALS, organisation=interest.provider, at=at)
            queue_message(messages.question_answered(interest), to=people, sender=str(answered.authority), at=at)
    return answered
