"""Commands for sites, services, opening hours, pictures and prices, and for deciding the changes to them."""

from calloff.directory.commands.changes import *
from calloff.directory.commands.market_packs import *
from calloff.directory.commands.pictures import *
from calloff.directory.commands.service_fields import *
from calloff.directory.commands.services import *
from calloff.directory.commands.synonyms import *
from calloff.directory.commands.uplifts import *
