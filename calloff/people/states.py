"""Statuses of organisations, roles, requests to join, invitations and API keys."""

from django.db import models

from calloff.kernel.lifecycles import ANYONE, SELF, Lifecycle, Move
from calloff.people.permissions import Can


class OrganisationStatus(models.TextChoices):
    RECORDED = "recorded", "On an authority's list"
    REGISTERED = "registered", "Registered"


class GrantStatus(models.TextChoices):
    ACTIVE = "active", "Active"
    SUSPENDED = "suspended", "Waiting for approval again"
    ENDED = "ended", "Ended"


class RequestStatus(models.TextChoices):
    ASKED = "asked", "Asked"
    APPROVED = "approved", "Approved"
    DECLINED = "declined", "Declined"
    WITHDRAWN = "withdrawn", "Withdrawn"


class InvitationStatus(models.TextChoices):
    TO_CONFIRM = "to_confirm", "Waiting for a second person"
    SENT = "sent", "Sent"
    ACCEPTED = "accepted", "Accepted"
    DECLINED = "declined", "Declined"
    WITHDRAWN = "withdrawn", "Withdrawn"


class KeyStatus(models.TextChoices):
    ACTIVE = "active", "In force"
    REVOKED = "revoked", "Revoked"


N, G, R, V, K = OrganisationStatus, GrantStatus, RequestStatus, InvitationStatus, KeyStatus

# fmt: off
ORGANISATION = Lifecycle("organisation", "people", (
    #    verb             from          to            whose     needs
    Move("found",         None,         N.REGISTERED, "itself", ANYONE),  # an authority: from the server's command line
    Move("register",      None,         N.REGISTERED, "itself", ANYONE,          "partners.register"),
    Move("record",        None,         N.RECORDED,   "host",   Can.RUN_MARKETS),
    Move("enter_school",  None,         N.RECORDED,   "itself", ANYONE),  # as the register of schools has it: no role
    Move("found_team",    None,         N.REGISTERED, "host",   Can.LINK_PEOPLE),
    Move("claim",         N.RECORDED,   N.REGISTERED, "host",   Can.LINK_PEOPLE, "people.approve_join"),
    Move("claim_as_invited", N.RECORDED, N.REGISTERED, "itself", ANYONE, "people.accept_invitation"),
    Move("set_la_code",   N.REGISTERED, N.REGISTERED, "itself", Can.MANAGE_PEOPLE),  # from the server's command line
    Move("amend_details", N.REGISTERED, N.REGISTERED, "itself", Can.MANAGE_PEOPLE),
    Move("set_sign_in",   N.REGISTERED, N.REGISTERED, "itself", Can.MANAGE_PEOPLE, "accounts.set_sign_in"),
))

GRANT = Lifecycle("role", "people", (
    #    verb         from         to           whose           needs
    Move("found",     None,        G.ACTIVE,    "organisation", ANYONE),  # the first person of a new organisation
    Move("accept_role", None,      G.ACTIVE,    "person",       SELF, "people.accept_invitation"),
    Move("link",      None,        G.ACTIVE,    "answerable",   Can.LINK_PEOPLE, "people.approve_join"),
    Move("suspend",   G.ACTIVE,    G.SUSPENDED, "person",       SELF),  # by changing one's email address
    Move("reapprove", G.SUSPENDED, G.ACTIVE,    "answerable",   Can.LINK_PEOPLE),
    Move("end",       G.ACTIVE,    G.ENDED,     "organisation", Can.MANAGE_PEOPLE),
    Move("end",       G.SUSPENDED, G.ENDED,     "organisation", Can.MANAGE_PEOPLE),
    Move("step_down", G.ACTIVE,    G.ENDED,     "person",       SELF),
    Move("step_down", G.SUSPENDED, G.ENDED,     "person",       SELF),
))

JOIN_REQUEST = Lifecycle("request to join", "people", (
    #    verb             from     to           whose         needs
    Move("ask_to_join",   None,    R.ASKED,     "person",     SELF),
    Move("approve_join",  R.ASKED, R.APPROVED,  "answering",  Can.LINK_PEOPLE),
    Move("decline_join",  R.ASKED, R.DECLINED,  "answering",  Can.LINK_PEOPLE),
    Move("withdraw_join", R.ASKED, R.WITHDRAWN, "person",     SELF),
))

INVITATION = Lifecycle("invitation", "people", (
    #    verb                   from          to            whose       needs
    Move("invite_person",       None,         V.SENT,       "inviting", Can.MANAGE_PEOPLE),
    Move("propose_person",      None,         V.TO_CONFIRM, "inviting", Can.MANAGE_PEOPLE, "people.invite_person"),
    Move("invite_first_person", None,         V.SENT,       "inviting", Can.LINK_PEOPLE),
    Move("propose_first_person", None,        V.TO_CONFIRM, "inviting", Can.LINK_PEOPLE, "people.invite_first_person"),
    Move("confirm_invitation",  V.TO_CONFIRM, V.SENT,       "inviting", Can.MANAGE_PEOPLE),
    Move("resend_invitation",   V.SENT,       V.SENT,       "inviting", Can.LINK_PEOPLE),
    Move("resend_to_second_person", V.SENT,   V.TO_CONFIRM, "inviting", Can.LINK_PEOPLE, "people.resend_invitation"),
    Move("accept_invitation",   V.SENT,       V.ACCEPTED,   "itself",   ANYONE),  # whoever has its address
    Move("ask_second_person",   V.SENT,       V.TO_CONFIRM, "itself",   ANYONE,          "people.accept_invitation"),
    Move("decline_invitation",  V.SENT,       V.DECLINED,   "itself",   ANYONE),
    Move("withdraw_invitation", V.TO_CONFIRM, V.WITHDRAWN,  "inviting", Can.LINK_PEOPLE),
    Move("withdraw_invitation", V.SENT,       V.WITHDRAWN,  "inviting", Can.LINK_PEOPLE),
))

API_KEY = Lifecycle("key", "people", (
    #    verb          from      to         whose           needs
    Move("make_key",   None,     K.ACTIVE,  "organisation", Can.MANAGE_PEOPLE),
    Move("revoke_key", K.ACTIVE, K.REVOKED, "organisation", Can.MANAGE_PEOPLE),
))
# fmt: on
