"""Commands for schools that join, and for Partnership Agreements: digital ones, paper ones, and reminders to sign."""

from calloff.partners.commands.paper_import import PaperImportReport, bring_in
from calloff.partners.commands.partnership_agreements import countersign, dissolve, drop, require_anew, take_up
from calloff.partners.commands.registrations import register
from calloff.partners.commands.reminders import remind
from calloff.partners.commands.school_join_requests import ask_to_join, invite_first_person
from calloff.partners.paper_import_rows import MAX_TABLE_BYTES

__all__ = [
    "MAX_TABLE_BYTES",
    "PaperImportReport",
    "ask_to_join",
    "bring_in",
    "countersign",
    "dissolve",
    "drop",
    "invite_first_person",
    "register",
    "remind",
    "require_anew",
    "take_up",
]
