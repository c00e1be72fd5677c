"""Questions about conditional offers."""

from datetime import datetime

from django.db.models import QuerySet

from calloff.buying.models import Offer
from calloff.buying.states import OfferStatus
from calloff.people.models import Organisation
from calloff.referrals.models import ExpressionOfInterest, Referral


def open_offer(referral: Referral) -> Offer | None:
    """Find the offer that waits to be confirmed."""
    waiting = Offer.objects.filter(referral=referral, status=OfferStatus.MADE)
    return waiting.select_related("provider", "interest", "buyer").first()


def offers_of(referral: Referral) -> QuerySet[Offer]:
    """Find every offer that was made on a referral, the latest first."""
    return Offer.objects.filter(referral=referral).select_related("provider", "interest").order_by("-made_at", "-pk")


def urgent_offer(interest: ExpressionOfInterest) -> Offer | None:
    """Find the open offer to another that was made before replies closed, for a provider that was asked too."""
    made = Offer.objects.filter(referral=interest.referral_id, status=OfferStatus.MADE).exclude(urgent_reason="")
    return made.exclude(interest=interest).first()


def latest_offer(interest: ExpressionOfInterest) -> Offer | None:
    """Find the last offer that was made to a provider on a referral."""
    made = Offer.objects.filter(interest=interest).select_related("buyer", "referral", "interest")
    return made.order_by("-made_at", "-pk").first()


def to_confirm(provider: Organisation, *, at: datetime) -> QuerySet[Offer]:
    """Find the offers that wait for a provider to confirm, the most pressing first."""
    waiting = Offer.objects.filter(provider=provider, status=OfferStatus.MADE)
    return waiting.select_related("referral", "interest").order_by("confirm_by", "pk")
