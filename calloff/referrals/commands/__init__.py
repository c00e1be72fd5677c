"""Commands for buyers and providers on a referral: write, ask, reply, question, offer and close.

The commands for offers are parts of commands in `buying` and `placements`, which call them.
"""

from calloff.referrals.commands.closure import *
from calloff.referrals.commands.drafts import *
from calloff.referrals.commands.invitations import *
from calloff.referrals.commands.offer_outcomes import *
from calloff.referrals.commands.questions import *
from calloff.referrals.commands.replies import *
