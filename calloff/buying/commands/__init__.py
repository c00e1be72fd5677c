"""What a buyer does with its money: conditional offers, orders of staff hours, budgets."""

from calloff.buying.commands.budgets import allow_more, amend_budget, close_budget, set_budget
from calloff.buying.commands.offers import confirm, meet, offer, take_back, withdraw_offer

__all__ = [
    "allow_more",
    "amend_budget",
    "close_budget",
    "confirm",
    "meet",
    "offer",
    "set_budget",
    "take_back",
    "withdraw_offer",
]
