"""What a buyer does with its money: conditional offers, orders of staff hours, budgets."""

from calloff.buying.commands.budgets import allow_more, amend_budget, close_budget, set_budget

__all__ = ["allow_more", "amend_budget", "close_budget", "set_budget"]
