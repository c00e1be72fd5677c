"""What an offer, its withdrawal, a confirmed place or one that falls through does to a referral.

All of these are parts of acts of `buying` and `placements`. Locks are taken in one order: the offer, the referral, then
the providers' answers. The referral moves first: “offered_to” is the person who holds the offer until then.
"""

from datetime import datetime

from django.db import transaction

from calloff.history.transitions import transition
from calloff.people.models import User
from calloff.referrals.commands.closure import WAITING_STATUSES, record_not_chosen
from calloff.referrals.models import ExpressionOfInterest, Referral

DEFAULT_THANKS = "Another provider was a better match for this child. Thank you for your reply."


@transaction.atomic
def offer(interest: ExpressionOfInterest, *, by: User, at: datetime) -> ExpressionOfInterest:
    """Let one provider that is interested hold the conditional offer: a part of `buying.offer`."""
    with transition(interest.referral, "offer", by=by, at=at), transition(interest, "offer", by=by, at=at) as offered:
        return offered


@transaction.atomic
def take_back(interest: ExpressionOfInterest, *, by: User, at: datetime) -> ExpressionOfInterest:
    """Take the offer from the provider that holds it, which stays interested: a part of `buying.take_back`."""
    with (
        transition(interest.referral, "take_back", by=by, at=at),
        transition(interest, "take_back", by=by, at=at) as kept,
    ):
        return kept


@transaction.atomic
def withdraw_offer(interest: ExpressionOfInterest, *, by: User, at: datetime) -> ExpressionOfInterest:
    """Let the provider step back from the offer, without penalty: a part of `buying.withdraw_offer`."""
    with (
        transition(interest.referral, "withdraw_offer", by=by, at=at),
        transition(interest, "withdraw_offer", by=by, at=at) as withdrawn,
    ):
        return withdrawn


@transaction.atomic
def confirm(
    interest: ExpressionOfInterest, *, thanks: str = DEFAULT_THANKS, by: User, at: datetime
) -> ExpressionOfInterest:
    """Place the child with the provider that holds the offer, and thank the others with why.

    A part of `placements.confirm`, by way of `buying.confirm`.
    """
    others = ExpressionOfInterest.objects.filter(referral=interest.referral_id, status__in=WAITING_STATUSES)
    with (
        transition(interest.referral, "confirm", by=by, at=at, along=others),
        transition(interest, "confirm", by=by, at=at) as confirmed,
    ):
        for other in others.order_by("pk"):
            thank(other, because=thanks or DEFAULT_THANKS, by=by, at=at)
    return confirmed


def thank(interest: ExpressionOfInterest, *, because: str, by: User, at: datetime) -> ExpressionOfInterest:
    """Thank a provider that was not chosen, in words that it can read. From then on it sees its own answer alone."""
    with transition(interest, "thank", by=by, at=at) as thanked:
        record_not_chosen(thanked, because, at)
    return thanked


def reopen(referral: Referral, *, by: User, at: datetime) -> Referral:
    """Open a referral again whose placement fell through: those who were not chosen can be asked again (`ask_more`).

    A part of `placements.fall_through`, which calls `fall_through` for the provider that had the place.
    """
    with transition(referral, "reopen", by=by, at=at) as reopened:
        return reopened


def fall_through(interest: ExpressionOfInterest, *, by: User, at: datetime) -> ExpressionOfInterest:
    """Let go of a provider whose confirmed place came to nothing: a part of `placements.fall_through`."""
    with transition(interest, "fall_through", by=by, at=at) as gone:
        return gone


def withdraw_place(referral: Referral, interest: ExpressionOfInterest, *, by: User, at: datetime) -> Referral:
    """Open a referral again whose provider steps back from the confirmed place, and let the provider go.

    A part of `placements.withdraw_place`. The referral moves first: until then the place is the provider's to give up.
    """
    with (
        transition(referral, "withdraw_place", by=by, at=at) as reopened,
        transition(interest, "withdraw_place", by=by, at=at),
    ):
        return reopened
