"""Commands for a child's record, from its creation to its deletion."""

from calloff.pupils.commands.contacts import *
from calloff.pupils.commands.disposal import *
from calloff.pupils.commands.records import *
from calloff.pupils.commands.school_names import *
