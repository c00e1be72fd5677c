"""What we tell buyers and providers of an order. No price and no child stands in it."""

from calloff.buying.models import Order
from calloff.outbox.commands import Words


def ordered(order: Order) -> Words:
    return Words(
        f"Accept or decline {order.reference}",
        "A buyer orders hours of your staff at the price of your agreement. Sign in to accept or decline.",
        _for_provider(order),
    )


def withdrawn(order: Order) -> Words:
    return Words(f"{order.reference} is withdrawn", "You need do nothing. Sign in to read why.", _for_provider(order))


def delivered(order: Order) -> Words:
    return Words(
        f"{order.reference}: what was delivered is recorded",
        "Sign in, and check that you agree with how much was delivered.",
        _for_provider(order),
    )


def accepted(order: Order) -> Words:
    return Words(
        f"{order.reference} is accepted",
        "The provider will deliver what you ordered. When it has, record how much.",
        _for_buyer(order),
    )


def declined(order: Order) -> Words:
    return Words(
        f"{order.reference} is declined",
        "The provider cannot deliver it. Nothing stays committed of your budget. Order from another.",
        _for_buyer(order),
    )


def _for_buyer(order: Order) -> str:
    return f"/buyers/{order.buyer.slug}/orders/{order.reference}"


def _for_provider(order: Order) -> str:
    return f"/providers/{order.provider.slug}/orders/{order.reference}"
