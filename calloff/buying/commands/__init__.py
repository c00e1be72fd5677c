"""Commands for conditional offers, orders for staff hours, and budgets."""

from calloff.buying.commands.budgets import *
from calloff.buying.commands.offers import *
from calloff.buying.commands.orders import *
