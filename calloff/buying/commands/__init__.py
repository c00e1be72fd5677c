"""What a buyer does with its money: conditional offers, orders of staff hours, budgets."""

from calloff.buying.commands.offers import THANKS, confirm, meet, offer, take_back, withdraw_offer

__all__ = ["THANKS", "confirm", "meet", "offer", "take_back", "withdraw_offer"]
