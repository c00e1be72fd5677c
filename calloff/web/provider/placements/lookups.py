"""The provider's side of a placement: finding it, and what all its pages share."""

from calloff.people.permissions import Can
from calloff.placements import commands, queries
from calloff.web.permissions import PROVIDER
from calloff.web.placements.pages import Side

SIDE = Side(PROVIDER, sees=Can.TAKE_REGISTER, of=queries.of_provider, gives_notice=commands.provider_notice)
found, to, page = SIDE.found, SIDE.to, SIDE.page
