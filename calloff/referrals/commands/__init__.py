"""Commands for referrals: write, ask providers, reply, ask and answer questions, offer and close.

Some commands are for the buyer and others are for the provider. Commands in `buying` and `placements` call the commands
about offers, as part of their transactions.
"""

from calloff.referrals.commands.closure import *
from calloff.referrals.commands.drafts import *
from calloff.referrals.commands.invitations import *
from calloff.referrals.commands.offer_outcomes import *
from calloff.referrals.commands.questions import *
from calloff.referrals.commands.replies import *
