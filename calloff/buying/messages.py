"""What we tell about a conditional offer. No child, no school and no price stands in any of it."""

from calloff.buying.models import Offer
from calloff.kernel.words import before
from calloff.outbox.commands import Words


def offered(offer: Offer) -> Words:
    return Words(
        f"Conditional offer: confirm {before(offer.confirm_by)}: {offer.referral.reference}",
        "Sign in and read the full pack. Meet the child, then confirm, or withdraw without penalty.",
        _invitation(offer),
    )


def offered_safeguarding(offer: Offer) -> Words:
    return Words(
        f"Conditional offer: {offer.referral.reference}",
        "As safeguarding lead, sign in and read what only you are shown before your provider confirms.",
        _invitation(offer),
    )


def confirm_tomorrow(offer: Offer) -> Words:
    return Words(
        f"Confirm {before(offer.confirm_by)}: {offer.referral.reference}",
        "You have not confirmed the conditional offer yet. Confirm, or withdraw without penalty.",
        _invitation(offer),
    )


def taken_back(offer: Offer) -> Words:
    return Words(
        f"{offer.referral.reference}: the conditional offer is taken back",
        "Sign in to read why. You do not see the pack any more.",
        _invitation(offer),
    )


def withdrawn(offer: Offer) -> Words:
    return Words(
        f"{offer.referral.reference}: the provider has withdrawn from the conditional offer",
        "Make an offer to another that is interested, or ask the others again.",
        _referral(offer),
    )


def confirmed(offer: Offer) -> Words:
    return Words(
        f"{offer.referral.reference}: the provider has confirmed the place",
        "Do what must be done before the child can start.",
        _referral(offer),
    )


def _invitation(offer: Offer) -> str:
    return f"/providers/{offer.provider.slug}/invitations/{offer.interest.reference}"


def _referral(offer: Offer) -> str:
    return f"/buyers/{offer.buyer.slug}/referrals/{offer.referral.reference}"
