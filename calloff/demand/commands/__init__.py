"""Commands for gaps, nominations, shortlists and saved searches."""

from calloff.demand.commands.gaps_and_nominations import *
from calloff.demand.commands.saved_searches import *
from calloff.demand.commands.shortlists import *
