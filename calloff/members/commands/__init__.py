"""Commands for memberships: decide, carry over, extend, suspend, reinstate, remove and check.

The authority uses these commands. The provider uses the commands that respond to a condition or a removal, and that
upload a promised document.
"""

from calloff.members.commands.carry_over import *
from calloff.members.commands.checks import *
from calloff.members.commands.decisions import *
from calloff.members.commands.document_promises import *
from calloff.members.commands.extensions import *
from calloff.members.commands.removals import *
from calloff.members.commands.suspensions import *
from calloff.members.lot_decision import LotDecision as LotDecision
