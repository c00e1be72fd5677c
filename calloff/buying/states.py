"""The lives of a conditional offer, of an order of staff hours, and of a budget. Diagrams: docs/states/."""

from django.db import models

from calloff.kernel.lifecycles import Lifecycle, Transition
from calloff.people.permissions import Can


class OfferStatus(models.TextChoices):
    MADE = "made", "Conditional offer"
    CONFIRMED = "confirmed", "Confirmed"
    WITHDRAWN = "withdrawn", "Withdrawn by the provider"
    TAKEN_BACK = "taken_back", "Taken back"


class OrderStatus(models.TextChoices):
    SENT = "sent", "Sent"
    ACCEPTED = "accepted", "Accepted"
    DECLINED = "declined", "Declined"
    WITHDRAWN = "withdrawn", "Withdrawn"
    DELIVERED = "delivered", "Delivered"


class BudgetStatus(models.TextChoices):
    OPEN = "open", "Open"
    CLOSED = "closed", "Closed"


OFFER = Lifecycle(
    "conditional offer",
    "buying",
    (
        #    verb             from    to            whose       needs
        Transition("offer", None, OfferStatus.MADE, "buyer", Can.PLACE),
        Transition(
            "meet", OfferStatus.MADE, OfferStatus.MADE, "provider", Can.ANSWER_REFERRALS
        ),  # it has met the child
        Transition("take_back", OfferStatus.MADE, OfferStatus.TAKEN_BACK, "buyer", Can.PLACE),
        # without penalty
        Transition("withdraw_offer", OfferStatus.MADE, OfferStatus.WITHDRAWN, "provider", Can.ANSWER_REFERRALS),
        Transition(
            "confirm", OfferStatus.MADE, OfferStatus.CONFIRMED, "provider", Can.ANSWER_REFERRALS, "placements.confirm"
        ),
    ),
)

ORDER = Lifecycle(
    "order",
    "buying",
    (
        #    verb        from        to           whose       needs
        Transition("order", None, OrderStatus.SENT, "buyer", Can.PLACE),
        Transition("accept", OrderStatus.SENT, OrderStatus.ACCEPTED, "provider", Can.ANSWER_REFERRALS),
        Transition("decline_order", OrderStatus.SENT, OrderStatus.DECLINED, "provider", Can.ANSWER_REFERRALS),
        Transition("withdraw_order", OrderStatus.SENT, OrderStatus.WITHDRAWN, "buyer", Can.PLACE),
        Transition("record_delivery", OrderStatus.ACCEPTED, OrderStatus.DELIVERED, "buyer", Can.PLACE),
    ),
)

BUDGET = Lifecycle(
    "budget",
    "buying",
    (
        #    verb            from    to        whose    needs
        Transition("set_budget", None, BudgetStatus.OPEN, "buyer", Can.KEEP_BUDGET),
        Transition("amend_budget", BudgetStatus.OPEN, BudgetStatus.OPEN, "buyer", Can.KEEP_BUDGET),
        # spending above it, said aloud and with a reason
        Transition("allow_more", BudgetStatus.OPEN, BudgetStatus.OPEN, "buyer", Can.KEEP_BUDGET),
        Transition("close_budget", BudgetStatus.OPEN, BudgetStatus.CLOSED, "buyer", Can.KEEP_BUDGET),
    ),
)
