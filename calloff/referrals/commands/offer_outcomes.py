"""Update a referral and its invitations when an offer or a confirmed place changes.

Commands in `buying` and `placements` call these functions as part of their transactions. All of them lock rows in the
same order: the offer, the referral, then the invitations. The referral changes before the invitation, because
`offered_to` depends on the invitation's status.
"""

from datetime import datetime

from django.db import transaction

from calloff.history.transitions import transition
from calloff.people.models import User
from calloff.referrals.commands.closure import WAITING_STATUSES, record_not_chosen
from calloff.referrals.models import ExpressionOfInterest, Referral

__all__ = ["confirm", "fall_through", "offer", "reopen", "take_back", "thank", "withdraw_offer", "withdraw_place"]

DEFAULT_THANKS = "Another provider was a better match for this child. Thank you for your reply."


@transaction.atomic
def offer(interest: ExpressionOfInterest, *, by: User, at: datetime) -> ExpressionOfInterest:
    """Record the conditional offer to an interested provider. Call this as part of `buying.offer`."""
    with transition(interest.referral, "offer", by=by, at=at), transition(interest, "offer", by=by, at=at) as offered:
        return offered


@transaction.atomic
def take_back(interest: ExpressionOfInterest, *, by: User, at: datetime) -> ExpressionOfInterest:
    """Record that the buyer has withdrawn the offer.

    The provider's status is then “interested” again. Call this as part of `buying.take_back`.
    """
    with (
        transition(interest.referral, "take_back", by=by, at=at),
        transition(interest, "take_back", by=by, at=at) as interested,
    ):
        return interested


@transaction.atomic
def withdraw_offer(interest: ExpressionOfInterest, *, by: User, at: datetime) -> ExpressionOfInterest:
    """Record that the provider has withdrawn from the offer, without penalty.

    Call this as part of `buying.withdraw_offer`.
    """
    with (
        transition(interest.referral, "withdraw_offer", by=by, at=at),
        transition(interest, "withdraw_offer", by=by, at=at) as withdrawn,
    ):
        return withdrawn


@transaction.atomic
def confirm(
    interest: ExpressionOfInterest, *, thanks: str = DEFAULT_THANKS, by: User, at: datetime
) -> ExpressionOfInterest:
    """Record the confirmed place, and tell the other providers why they were not chosen.

    Call this as part of `placements.confirm`, which calls `buying.confirm`.
    """
    others = ExpressionOfInterest.objects.filter(referral=interest.referral_id, status__in=WAITING_STATUSES)
    with (
        transition(interest.referral, "confirm", by=by, at=at, along=others),
        transition(interest, "confirm", by=by, at=at) as confirmed,
    ):
        for other_interest in others.order_by("pk"):
            thank(other_interest, because=thanks or DEFAULT_THANKS, by=by, at=at)
    return confirmed


def thank(interest: ExpressionOfInterest, *, because: str, by: User, at: datetime) -> ExpressionOfInterest:
    """Tell a provider that it was not chosen, with an explanation.

    The provider can then see only its own reply.
    """
    with transition(interest, "thank", by=by, at=at) as thanked:
        record_not_chosen(thanked, because, at)
    return thanked


def reopen(referral: Referral, *, by: User, at: datetime) -> Referral:
    """Reopen a referral after its placement fell through.

    Providers that were not chosen can be asked again. Call this as part of `placements.fall_through`, which also calls
    `fall_through` for the provider that had the place.
    """
    with transition(referral, "reopen", by=by, at=at) as reopened:
        return reopened


def fall_through(interest: ExpressionOfInterest, *, by: User, at: datetime) -> ExpressionOfInterest:
    """End a provider's invitation because its confirmed place fell through.

    Call this as part of `placements.fall_through`.
    """
    with transition(interest, "fall_through", by=by, at=at) as ended:
        return ended


def withdraw_place(referral: Referral, interest: ExpressionOfInterest, *, by: User, at: datetime) -> Referral:
    """Reopen a referral because its provider withdrew from the confirmed place, and end the invitation.

    Call this as part of `placements.withdraw_place`. The referral changes before the invitation, because only the
    provider that has the place can withdraw from it.
    """
    with (
        transition(referral, "withdraw_place", by=by, at=at) as reopened,
        transition(interest, "withdraw_place", by=by, at=at),
    ):
        return reopened
