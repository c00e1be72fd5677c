"""What a buyer does with its money: conditional offers, orders of staff hours, budgets."""

from calloff.buying.commands.budgets import allow_more, amend_budget, close_budget, set_budget
from calloff.buying.commands.offers import THANKS, confirm, meet, offer, take_back, withdraw_offer
from calloff.buying.commands.orders import accept, decline_order, order, record_delivery, weigh, withdraw_order

__all__ = [
    "THANKS",
    "accept",
    "allow_more",
    "amend_budget",
    "close_budget",
    "confirm",
    "decline_order",
    "meet",
    "offer",
    "order",
    "record_delivery",
    "set_budget",
    "take_back",
    "weigh",
    "withdraw_offer",
    "withdraw_order",
]
