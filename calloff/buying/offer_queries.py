"""Queries about conditional offers."""

from datetime import datetime

from django.db.models import QuerySet

from calloff.buying.models import Offer
from calloff.buying.states import OfferStatus
from calloff.people.models import Organisation
from calloff.referrals.models import ExpressionOfInterest, Referral


def open_offer(referral: Referral) -> Offer | None:
    """Return the offer on a referral that the provider has not yet confirmed, or None."""
    offers = Offer.objects.filter(referral=referral, status=OfferStatus.MADE)
    return offers.select_related("provider", "interest", "buyer").first()


def offers_of(referral: Referral) -> QuerySet[Offer]:
    """Return all offers made for a referral, latest first."""
    return Offer.objects.filter(referral=referral).select_related("provider", "interest").order_by("-made_at", "-pk")


def urgent_offer(interest: ExpressionOfInterest) -> Offer | None:
    """Return another provider's open offer if it was made before replies closed, or None.

    A provider that was also asked can see this offer.
    """
    offers = Offer.objects.filter(referral=interest.referral_id, status=OfferStatus.MADE).exclude(urgent_reason="")
    return offers.exclude(interest=interest).first()


def latest_offer(interest: ExpressionOfInterest) -> Offer | None:
    """Return the last offer to a provider for a referral, or None."""
    offers = Offer.objects.filter(interest=interest).select_related("buyer", "referral", "interest")
    return offers.order_by("-made_at", "-pk").first()


def to_confirm(provider: Organisation, *, at: datetime) -> QuerySet[Offer]:
    """Return the offers that a provider must confirm, earliest deadline first."""
    offers = Offer.objects.filter(provider=provider, status=OfferStatus.MADE)
    return offers.select_related("referral", "interest").order_by("confirm_by", "pk")
