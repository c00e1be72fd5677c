"""Life-cycles of conditional offers, orders for staff hours, and budgets. Diagrams: docs/states/."""

from django.db import models

from calloff.kernel.lifecycles import Lifecycle, Transition
from calloff.people.permissions import Can


class OfferStatus(models.TextChoices):
    MADE = "made", "Conditional offer"
    CONFIRMED = "confirmed", "Confirmed"
    WITHDRAWN = "withdrawn", "Withdrawn by the provider"
    TAKEN_BACK = "taken_back", "Withdrawn by the buyer"


class OrderStatus(models.TextChoices):
    SENT = "sent", "Sent"
    ACCEPTED = "accepted", "Accepted"
    DECLINED = "declined", "Declined"
    WITHDRAWN = "withdrawn", "Withdrawn"
    DELIVERED = "delivered", "Delivered"


class BudgetStatus(models.TextChoices):
    OPEN = "open", "Open"
    CLOSED = "closed", "Closed"


# fmt: off
OFFER = Lifecycle("conditional offer", "buying", (
    Transition("offer", None, OfferStatus.MADE, "buyer", Can.PLACE, history_text="Offer made"),
    # The provider can record this any number of times before it confirms.
    Transition("meet", OfferStatus.MADE, OfferStatus.MADE, "provider", Can.ANSWER_REFERRALS,
               history_text="Provider met the child"),
    Transition("take_back", OfferStatus.MADE, OfferStatus.TAKEN_BACK, "buyer", Can.PLACE,
               history_text="Offer withdrawn by the buyer"),
    # The provider pays no penalty.
    Transition("withdraw_offer", OfferStatus.MADE, OfferStatus.WITHDRAWN, "provider", Can.ANSWER_REFERRALS,
               history_text="Provider withdrew from the offer"),
    Transition("confirm", OfferStatus.MADE, OfferStatus.CONFIRMED, "provider", Can.ANSWER_REFERRALS,
               history_text="Place confirmed", command="placements.confirm"),
))

ORDER = Lifecycle("order", "buying", (
    Transition("order", None, OrderStatus.SENT, "buyer", Can.PLACE, history_text="Ordered"),
    Transition("accept", OrderStatus.SENT, OrderStatus.ACCEPTED, "provider", Can.ANSWER_REFERRALS,
               history_text="Accepted"),
    Transition("decline_order", OrderStatus.SENT, OrderStatus.DECLINED, "provider", Can.ANSWER_REFERRALS,
               history_text="Declined"),
    Transition("withdraw_order", OrderStatus.SENT, OrderStatus.WITHDRAWN, "buyer", Can.PLACE, history_text="Withdrawn"),
    Transition("record_delivery", OrderStatus.ACCEPTED, OrderStatus.DELIVERED, "buyer", Can.PLACE,
               history_text="Delivery recorded"),
))

BUDGET = Lifecycle("budget", "buying", (
    Transition("set_budget", None, BudgetStatus.OPEN, "buyer", Can.KEEP_BUDGET, history_text="Budget set"),
    Transition("amend_budget", BudgetStatus.OPEN, BudgetStatus.OPEN, "buyer", Can.KEEP_BUDGET,
               history_text="Budget changed"),
    # A reason is required.
    Transition("allow_more", BudgetStatus.OPEN, BudgetStatus.OPEN, "buyer", Can.KEEP_BUDGET,
               history_text="Budget increased"),
    Transition("close_budget", BudgetStatus.OPEN, BudgetStatus.CLOSED, "buyer", Can.KEEP_BUDGET, history_text="Closed"),
))
# fmt: on
