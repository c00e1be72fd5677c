"""Organisations, roles, requests to join, and the keys of an organisation's own systems."""

from calloff.people.commands.keys import Made, make_key, revoke_key
from calloff.people.commands.organisations import (
    amend_details,
    appoint,
    approve_join,
    ask_to_join,
    change_email,
    decline_join,
    end,
    enter_school,
    found,
    found_team,
    reapprove,
    record,
    register,
    set_la_code,
    suspend,
    withdraw_join,
)

__all__ = [
    "Made",
    "amend_details",
    "appoint",
    "approve_join",
    "ask_to_join",
    "change_email",
    "decline_join",
    "end",
    "enter_school",
    "found",
    "found_team",
    "make_key",
    "reapprove",
    "record",
    "register",
    "revoke_key",
    "set_la_code",
    "suspend",
    "withdraw_join",
]
