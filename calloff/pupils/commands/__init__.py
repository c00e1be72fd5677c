"""Commands for a child's record, from recording to disposal."""

from calloff.pupils.commands.contacts import *
from calloff.pupils.commands.disposal import *
from calloff.pupils.commands.records import *
from calloff.pupils.commands.school_names import *
