"""Commands to manage organisations, roles, invitations, requests to join, and API keys."""

from calloff.people.commands.api_keys import *
from calloff.people.commands.bulk_invitations import *
from calloff.people.commands.invitations import *
from calloff.people.commands.join_requests import *
from calloff.people.commands.organisations import *
from calloff.people.commands.roles import *
