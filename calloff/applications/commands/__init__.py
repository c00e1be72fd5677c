"""Commands for applications.

The command that decides an application is `members.decide`, because a decision creates members.
"""

from calloff.applications.commands.assessment import *
from calloff.applications.commands.clarifications import *
from calloff.applications.commands.draft_disposal import *
from calloff.applications.commands.enquiries import *
from calloff.applications.commands.interests import *
from calloff.applications.commands.lot_outcomes import *
from calloff.applications.commands.submission import *
