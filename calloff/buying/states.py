"""The lives of a conditional offer, of an order of staff hours, and of a budget. Diagrams: docs/states/."""

from django.db import models

from calloff.kernel.lifecycles import Lifecycle, Move
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


F, D, B = OfferStatus, OrderStatus, BudgetStatus

# fmt: off
OFFER = Lifecycle("conditional offer", "buying", (
    #    verb             from    to            whose       needs
    Move("offer",          None,   F.MADE,       "buyer",    Can.PLACE),
    Move("meet",           F.MADE, F.MADE,       "provider", Can.ANSWER_REFERRALS),  # it has met the child
    Move("take_back",      F.MADE, F.TAKEN_BACK, "buyer",    Can.PLACE),
    Move("withdraw_offer", F.MADE, F.WITHDRAWN,  "provider", Can.ANSWER_REFERRALS),  # without penalty
    Move("confirm",        F.MADE, F.CONFIRMED,  "provider", Can.ANSWER_REFERRALS, "placements.confirm"),
))

ORDER = Lifecycle("order", "buying", (
    #    verb        from        to           whose       needs
    Move("order",    None,       D.SENT,      "buyer",    Can.PLACE),
    Move("accept",   D.SENT,     D.ACCEPTED,  "provider", Can.ANSWER_REFERRALS),
    Move("decline_order", D.SENT, D.DECLINED, "provider", Can.ANSWER_REFERRALS),
    Move("withdraw_order", D.SENT, D.WITHDRAWN, "buyer",  Can.PLACE),
    Move("record_delivery", D.ACCEPTED, D.DELIVERED, "buyer", Can.PLACE),
))

BUDGET = Lifecycle("budget", "buying", (
    #    verb            from    to        whose    needs
    Move("set_budget",   None,   B.OPEN,   "buyer", Can.KEEP_BUDGET),
    Move("amend_budget", B.OPEN, B.OPEN,   "buyer", Can.KEEP_BUDGET),
    Move("allow_more",   B.OPEN, B.OPEN,   "buyer", Can.KEEP_BUDGET),  # spending above it, said aloud and with a reason
    Move("close_budget", B.OPEN, B.CLOSED, "buyer", Can.KEEP_BUDGET),
))
# fmt: on
