"""Manage organisations, roles, invitations, requests to join and API keys."""

from calloff.people.commands.api_keys import NewApiKey, make_key, revoke_key
from calloff.people.commands.bulk_invitations import (
    BulkInvitationReport,
    confirm_batch,
    confirm_chosen,
    invite_first_people,
    invite_many,
    withdraw_batch,
)
from calloff.people.commands.invitations import (
    accept_invitation,
    confirm_invitation,
    decline_by_link,
    decline_invitation,
    invite_first_person,
    invite_person,
    resend_invitation,
    withdraw_invitation,
)
from calloff.people.commands.join_requests import approve_join, ask_to_join, decline_join, withdraw_join
from calloff.people.commands.organisations import (
    amend_details,
    enter_school,
    found,
    found_team,
    record,
    register,
    set_la_code,
)
from calloff.people.commands.roles import change_email, end, reapprove, step_down, suspend

__all__ = [
    "BulkInvitationReport",
    "NewApiKey",
    "accept_invitation",
    "amend_details",
    "approve_join",
    "ask_to_join",
    "change_email",
    "confirm_batch",
    "confirm_chosen",
    "confirm_invitation",
    "decline_by_link",
    "decline_invitation",
    "decline_join",
    "end",
    "enter_school",
    "found",
    "found_team",
    "invite_first_people",
    "invite_first_person",
    "invite_many",
    "invite_person",
    "make_key",
    "reapprove",
    "record",
    "register",
    "resend_invitation",
    "revoke_key",
    "set_la_code",
    "step_down",
    "suspend",
    "withdraw_batch",
    "withdraw_invitation",
    "withdraw_join",
]
