"""The lives of an organisation, of a role that somebody holds there, of a request to join it, and of a key."""

from django.db import models

from calloff.kernel.states import ANYONE, SELF, Lifecycle, Move
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


class KeyStatus(models.TextChoices):
    ACTIVE = "active", "In force"
    REVOKED = "revoked", "Revoked"


N, G, R, K = OrganisationStatus, GrantStatus, RequestStatus, KeyStatus

# fmt: off
ORGANISATION = Lifecycle("organisation", "people", (
    #    verb             from          to            whose     needs
    Move("found",         None,         N.REGISTERED, "itself", ANYONE),  # an authority: from the server's command line
    Move("register",      None,         N.REGISTERED, "itself", ANYONE),
    Move("record",        None,         N.RECORDED,   "host",   Can.RUN_MARKETS),
    Move("enter_school",  None,         N.RECORDED,   "itself", ANYONE),  # as the register of schools has it: no role
    Move("found_team",    None,         N.REGISTERED, "host",   Can.LINK_PEOPLE),
    Move("claim",         N.RECORDED,   N.REGISTERED, "host",   Can.LINK_PEOPLE, "people.approve_join"),
    Move("set_la_code",   N.REGISTERED, N.REGISTERED, "itself", Can.MANAGE_PEOPLE),  # from the server's command line
    Move("amend_details", N.REGISTERED, N.REGISTERED, "itself", Can.MANAGE_PEOPLE),
))

GRANT = Lifecycle("role", "people", (
    #    verb         from         to           whose           needs
    Move("found",     None,        G.ACTIVE,    "organisation", ANYONE),  # the first person of a new organisation
    Move("appoint",   None,        G.ACTIVE,    "organisation", Can.MANAGE_PEOPLE),
    Move("link",      None,        G.ACTIVE,    "answerable",   Can.LINK_PEOPLE, "people.approve_join"),
    Move("put_in",    None,        G.ACTIVE,    "answerable",   Can.LINK_PEOPLE, "people.found_team"),
    Move("suspend",   G.ACTIVE,    G.SUSPENDED, "person",       SELF),  # by changing one's email address
    Move("reapprove", G.SUSPENDED, G.ACTIVE,    "answerable",   Can.LINK_PEOPLE),
    Move("end",       G.ACTIVE,    G.ENDED,     "organisation", Can.MANAGE_PEOPLE),
    Move("end",       G.SUSPENDED, G.ENDED,     "organisation", Can.MANAGE_PEOPLE),
))

JOIN_REQUEST = Lifecycle("request to join", "people", (
    #    verb             from     to           whose         needs
    Move("ask_to_join",   None,    R.ASKED,     "person",     SELF),
    Move("approve_join",  R.ASKED, R.APPROVED,  "answering",  Can.LINK_PEOPLE),
    Move("decline_join",  R.ASKED, R.DECLINED,  "answering",  Can.LINK_PEOPLE),
    Move("withdraw_join", R.ASKED, R.WITHDRAWN, "person",     SELF),
))

API_KEY = Lifecycle("key", "people", (
    #    verb          from      to         whose           needs
    Move("make_key",   None,     K.ACTIVE,  "organisation", Can.MANAGE_PEOPLE),
    Move("revoke_key", K.ACTIVE, K.REVOKED, "organisation", Can.MANAGE_PEOPLE),
))
# fmt: on
