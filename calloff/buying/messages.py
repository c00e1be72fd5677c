"""The texts of emails about conditional offers and orders.

They never mention a child, a school or a price.
"""

from calloff.buying.models import Offer, Order
from calloff.kernel.formatting import format_before
from calloff.outbox.commands import MessageText
from calloff.outbox.models import MessageKind
from calloff.referrals.models import ExpressionOfInterest
from calloff.referrals.page_links import invitation_path, referral_path


def offered(offer: Offer) -> MessageText:
    return MessageText(
        f"You have a conditional offer: confirm {format_before(offer.confirm_by)} ({offer.referral.reference})",
        "A school or council team wants to place a child with you. Sign in to read the full details and meet the "
        "child before you confirm. You can withdraw without penalty.",
        invitation_path(offer.interest),
    )


def offered_safeguarding(offer: Offer) -> MessageText:
    return MessageText(
        f"Conditional offer: read the child protection information ({offer.referral.reference})",
        "A school or council team wants to place a child with you. Sign in to read the child protection information "
        "before your organisation confirms. Only safeguarding leads can see this information.",
        invitation_path(offer.interest),
    )


def offered_early(interest: ExpressionOfInterest) -> MessageText:
    """Return the email to the other providers about an urgent offer that was made before replies closed."""
    deadline = f" {format_before(interest.referral.reply_by)}" if interest.referral.reply_by else ""
    return MessageText(
        f"A conditional offer was made before replies closed ({interest.referral.reference})",
        f"The school or team has explained why this is urgent. Sign in to read why. You can still reply{deadline}, in "
        "case the offer is not confirmed.",
        invitation_path(interest),
    )


def taken_back(offer: Offer) -> MessageText:
    return MessageText(
        f"A conditional offer has been withdrawn ({offer.referral.reference})",
        "The school or council team has withdrawn its offer. Sign in to read why. You can no longer see the child’s "
        "details.",
        invitation_path(offer.interest),
    )


def withdrawn(offer: Offer) -> MessageText:
    return MessageText(
        f"The provider has withdrawn from your conditional offer ({offer.referral.reference})",
        "The provider has withdrawn, so the place is not confirmed. Make an offer to another interested provider, or "
        "ask the other providers again.",
        referral_path(offer.referral),
    )


def confirmed(offer: Offer) -> MessageText:
    return MessageText(
        f"The provider has confirmed the place ({offer.referral.reference})",
        "The place is confirmed. Complete the checks before the pupil starts.",
        referral_path(offer.referral),
    )


def ordered(order: Order) -> MessageText:
    return MessageText(
        f"Accept or decline an order for staff hours ({order.reference})",
        "A school or council team has ordered staff hours from you at the price in your agreement. Sign "
        "in to accept or decline.",
        _order_at_provider(order),
    )


def order_withdrawn(order: Order) -> MessageText:
    return MessageText(
        f"An order has been withdrawn ({order.reference})",
        "The school or council team has withdrawn its order. Sign in to read why. You do not need to do anything.",
        _order_at_provider(order),
        kind=MessageKind.REPLIES,
    )


def delivered(order: Order) -> MessageText:
    return MessageText(
        f"Check the hours delivered ({order.reference})",
        "The school or council team has recorded the hours you delivered. Sign in to check that you agree.",
        _order_at_provider(order),
        kind=MessageKind.REPLIES,
    )


def order_accepted(order: Order) -> MessageText:
    return MessageText(
        f"The provider has accepted your order ({order.reference})",
        "The provider will deliver the hours you ordered. Record the hours when they have been delivered.",
        _order_at_buyer(order),
        kind=MessageKind.REPLIES,
    )


def order_declined(order: Order) -> MessageText:
    return MessageText(
        f"The provider has declined your order ({order.reference})",
        "The provider cannot deliver the hours you ordered. The money has been returned to your budget. You can "
        "order from another provider.",
        _order_at_buyer(order),
        kind=MessageKind.REPLIES,
    )


def _order_at_buyer(order: Order) -> str:
    return f"/buyers/{order.buyer.slug}/orders/{order.reference}"


def _order_at_provider(order: Order) -> str:
    return f"/providers/{order.provider.slug}/orders/{order.reference}"
