"""Reminders to confirm a conditional offer, sent to providers once for each offer and deadline."""

from datetime import datetime, timedelta

from calloff.buying.models import Offer
from calloff.buying.states import OfferStatus
from calloff.kernel.clock import local_day, midnight
from calloff.kernel.formatting import format_before
from calloff.outbox.commands import MessageText, queue_message
from calloff.people.models import User
from calloff.people.permissions import Can
from calloff.referrals.page_links import invitation_path


def remind_to_confirm(at: datetime) -> None:
    """Email providers that must confirm an offer today or tomorrow. Offers made today are left out."""
    the_day_after_tomorrow = midnight(local_day(at) + timedelta(days=2))
    offers = Offer.objects.filter(
        status=OfferStatus.MADE,
        confirm_by__gt=at,
        confirm_by__lt=the_day_after_tomorrow,
        made_at__lt=midnight(local_day(at)),
    )
    for offer in offers.select_related("referral", "interest", "provider", "authority"):
        people = User.objects.who_can(Can.ANSWER_REFERRALS, organisation=offer.provider, at=at)
        key = f"confirm-tomorrow:{offer.pk}:{offer.confirm_by}"
        queue_message(confirm_tomorrow(offer), to=people, sender=str(offer.authority), at=at, key=key)


def confirm_tomorrow(offer: Offer) -> MessageText:
    return MessageText(
        f"Confirm the place {format_before(offer.confirm_by)} ({offer.referral.reference})",
        "You have not confirmed the conditional offer yet. Confirm, or withdraw without penalty.",
        invitation_path(offer.interest),
    )
