"""Commands for signing in, and for accounts."""

from calloff.accounts.commands.addresses import *
from calloff.accounts.commands.calendar_feeds import *
from calloff.accounts.commands.closures import *
from calloff.accounts.commands.codes import *
from calloff.accounts.commands.devices import *
from calloff.accounts.commands.email_changes import *
from calloff.accounts.commands.names import *
from calloff.accounts.commands.passwords import *
from calloff.accounts.commands.resets import *
from calloff.accounts.commands.sessions import *
from calloff.accounts.commands.sign_in_rules import *
