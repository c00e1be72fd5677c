"""Commands for agreements: prepare, sign, countersign, extend and end."""

from calloff.agreements.commands.endings import *
from calloff.agreements.commands.offers import *
from calloff.agreements.commands.signatures import *
