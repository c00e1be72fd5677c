"""Commands for conditional offers, orders of staff hours, and budgets."""

from calloff.buying.commands.budgets import *
from calloff.buying.commands.offers import *
from calloff.buying.commands.orders import *
