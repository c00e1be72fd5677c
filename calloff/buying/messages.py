"""What we tell about a conditional offer and an order of staff hours. No child, school or price stands in any of it."""

from calloff.buying.models import Offer, Order
from calloff.kernel.formatting import before
from calloff.outbox.commands import Words
from calloff.referrals.models import Interest
from calloff.referrals.page_links import of_invitation, of_referral


def offered(offer: Offer) -> Words:
    return Words(
        f"You have a conditional offer: confirm {before(offer.confirm_by)} ({offer.referral.reference})",
        "Sign in to read the full details and meet the child before you confirm. You can withdraw without penalty.",
        of_invitation(offer.interest),
    )


def offered_safeguarding(offer: Offer) -> Words:
    return Words(
        f"Conditional offer: read the child protection information ({offer.referral.reference})",
        "As safeguarding lead, sign in to read the child protection information, which only you can "
        "see, before your organisation confirms.",
        of_invitation(offer.interest),
    )


def offered_early(interest: Interest) -> Words:
    """To the others who were asked, when an urgent offer was made before their time to reply was over."""
    when = f" {before(interest.referral.reply_by)}" if interest.referral.reply_by else ""
    return Words(
        f"A conditional offer was made before replies closed ({interest.referral.reference})",
        f"The school or team has explained why this is urgent. Sign in to read why. You can still reply{when}, in case "
        "the offer is not confirmed.",
        of_invitation(interest),
    )


def taken_back(offer: Offer) -> Words:
    return Words(
        f"A conditional offer has been withdrawn ({offer.referral.reference})",
        "Sign in to read why. You can no longer see the child’s details.",
        of_invitation(offer.interest),
    )


def withdrawn(offer: Offer) -> Words:
    return Words(
        f"The provider has withdrawn from your conditional offer ({offer.referral.reference})",
        "Make an offer to another interested provider, or ask the other providers again.",
        of_referral(offer.referral),
    )


def confirmed(offer: Offer) -> Words:
    return Words(
        f"The provider has confirmed the place ({offer.referral.reference})",
        "Complete the checks before the child starts.",
        of_referral(offer.referral),
    )


def ordered(order: Order) -> Words:
    return Words(
        f"Accept or decline an order for staff hours ({order.reference})",
        "A school or council team has ordered staff hours from you at the price in your agreement. Sign "
        "in to accept or decline.",
        _order_at_provider(order),
    )


def order_withdrawn(order: Order) -> Words:
    return Words(
        f"An order has been withdrawn ({order.reference})",
        "You do not need to do anything. Sign in to read why.",
        _order_at_provider(order),
    )


def delivered(order: Order) -> Words:
    return Words(
        f"Check the hours delivered ({order.reference})",
        "Sign in to check that you agree with the hours recorded.",
        _order_at_provider(order),
    )


def order_accepted(order: Order) -> Words:
    return Words(
        f"The provider has accepted your order ({order.reference})",
        "The provider will deliver the hours you ordered. Record the hours when they have been delivered.",
        _order_at_buyer(order),
    )


def order_declined(order: Order) -> Words:
    return Words(
        f"The provider has declined your order ({order.reference})",
        "The provider cannot deliver the hours you ordered. The money has been returned to your budget. You can order "
        "from "
        "another provider.",
        _order_at_buyer(order),
    )


def _order_at_buyer(order: Order) -> str:
    return f"/buyers/{order.buyer.slug}/orders/{order.reference}"


def _order_at_provider(order: Order) -> str:
    return f"/providers/{order.provider.slug}/orders/{order.reference}"
