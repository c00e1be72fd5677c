"""Commands for schools that join, and for Partnership Agreements signed on screen or on paper."""

from calloff.partners.commands.paper_import import *
from calloff.partners.commands.partnership_agreements import *
from calloff.partners.commands.registrations import *
from calloff.partners.commands.reminders import *
from calloff.partners.commands.school_join_requests import *
from calloff.partners.paper_import_rows import MAX_TABLE_BYTES as MAX_TABLE_BYTES
