"""Commands for gaps, nominations, shortlists and saved searches."""

from calloff.demand.commands.gaps_and_nominations import (
    MAX_REPORT_LENGTH,
    Reporter,
    invite_provider,
    nominate,
    report_gap,
    set_aside,
)
from calloff.demand.commands.saved_searches import delete_search, save_search, start_emails, stop_emails
from calloff.demand.commands.shortlists import amend_note, shortlist, take_off

__all__ = [
    "MAX_REPORT_LENGTH",
    "Reporter",
    "amend_note",
    "delete_search",
    "invite_provider",
    "nominate",
    "report_gap",
    "save_search",
    "set_aside",
    "shortlist",
    "start_emails",
    "stop_emails",
    "take_off",
]
