"""Commands for a child's record, from recording to disposal."""

from calloff.directory.commands.changes import *
from calloff.directory.commands.pictures import *
from calloff.directory.commands.service_fields import *
from calloff.directory.commands.services import *
from calloff.directory.commands.uplifts import *
