"""Close or withdraw a referral that ends without a place."""

from datetime import datetime

from calloff.history.transitions import record_reason, transition
from calloff.kernel.lifecycles import Refused
from calloff.outbox.commands import queue_message
from calloff.people.models import User
from calloff.people.permissions import Can
from calloff.referrals import messages
from calloff.referrals.models import ExpressionOfInterest, Referral
from calloff.referrals.states import InterestStatus, ReferralStatus

__all__ = ["close", "release", "withdraw"]

WAITING_STATUSES = (InterestStatus.ASKED, InterestStatus.INTERESTED)
NONE_CHOSEN_MESSAGE = "The request was closed and no provider was chosen."
WITHDRAWN_MESSAGE = "The request was withdrawn and no provider was chosen."


def close(referral: Referral, *, reason: str, by: User, at: datetime) -> Referral:
    """Close a referral because no place was found, and email the providers.

    Raises Refused if no reason is given.
    """
    with transition(referral, "close", by=by, at=at, along=referral.interests.all()) as closed:
        _close_invitations(closed, reason, NONE_CHOSEN_MESSAGE, by=by, at=at)
    return closed


def withdraw(referral: Referral, *, reason: str = "", by: User, at: datetime) -> Referral:
    """Withdraw a referral.

    If providers were asked, they are emailed and a reason is required. Raises Refused if the reason is missing.
    """
    with transition(referral, "withdraw", by=by, at=at, along=referral.interests.all()) as withdrawn:
        if withdrawn.status == ReferralStatus.DRAFT:
            withdrawn.closed_because = reason.strip()
        else:
            _close_invitations(withdrawn, reason, WITHDRAWN_MESSAGE, by=by, at=at)
    return withdrawn


def release(interest: ExpressionOfInterest, *, told: str, by: User, at: datetime) -> ExpressionOfInterest:
    """End a provider's invitation, with an explanation for the provider to read.

    Call this as part of `close` and `withdraw`.
    """
    with transition(interest, "release", by=by, at=at) as released:
        record_not_chosen(released, told, at)
    return released


def record_not_chosen(interest: ExpressionOfInterest, message: str, at: datetime) -> None:
    """Record why a provider was not chosen, and email the provider.

    Call this as part of the transition that changes the status.
    """
    interest.note = message
    people = User.objects.who_can(Can.ANSWER_REFERRALS, organisation=interest.provider, at=at)
    queue_message(messages.not_chosen(interest), to=people, sender=str(interest.authority), at=at)


def _close_invitations(referral: Referral, reason: str, message: str, *, by: User, at: datetime) -> None:
    if not reason.strip():
        raise Refused("Enter a reason. We will save it with the referral. Providers cannot read it.", "reason")
    referral.closed_because = reason.strip()
    record_reason(referral)
    for interest in referral.interests.filter(status__in=WAITING_STATUSES).order_by("pk"):
        release(interest, told=message, by=by, at=at)
