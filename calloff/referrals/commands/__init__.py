"""Commands for referrals: write, ask providers, reply, ask and answer questions, offer and close.

Some are the buyer's, others the provider's. The commands for offers are called by commands in `buying` and
`placements`, as part of their transactions.
"""

from calloff.referrals.commands.closure import *
from calloff.referrals.commands.drafts import *
from calloff.referrals.commands.invitations import *
from calloff.referrals.commands.offer_outcomes import *
from calloff.referrals.commands.questions import *
from calloff.referrals.commands.replies import *
