"""Commands for conditional offers, orders of staff hours, and budgets."""

from calloff.buying.commands.budgets import allow_more, amend_budget, close_budget, set_budget
from calloff.buying.commands.offers import DEFAULT_THANKS, confirm, meet, offer, take_back, withdraw_offer
from calloff.buying.commands.orders import accept, decline_order, order, price_order, record_delivery, withdraw_order

__all__ = [
    "DEFAULT_THANKS",
    "accept",
    "allow_more",
    "amend_budget",
    "close_budget",
    "confirm",
    "decline_order",
    "meet",
    "offer",
    "order",
    "price_order",
    "record_delivery",
    "set_budget",
    "take_back",
    "withdraw_offer",
    "withdraw_order",
]
