"""Commands for a placement: confirm, check, agree, take the register, change, review and end."""

from calloff.placements.agreement_drafts import AgreementDraft as AgreementDraft
from calloff.placements.commands.agreement import *
from calloff.placements.commands.attendance import *
from calloff.placements.commands.changes import *
from calloff.placements.commands.confirmation import *
from calloff.placements.commands.day_notes import *
from calloff.placements.commands.disposal_approvals import *
from calloff.placements.commands.endings import *
from calloff.placements.commands.interim_places import *
from calloff.placements.commands.pre_start_checks import *
from calloff.placements.commands.register_disposal import *
from calloff.placements.commands.reviews import *
from calloff.placements.commands.session_closures import *
from calloff.placements.commands.usual_details import *
