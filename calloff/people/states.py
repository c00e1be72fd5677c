"""Statuses of organisations, roles, requests to join, invitations and API keys."""

from django.db import models

from calloff.kernel.lifecycles import ANYONE, SELF, Lifecycle, Transition
from calloff.people.permissions import Can


class OrganisationStatus(models.TextChoices):
    RECORDED = "recorded", "On an authority's list"
    REGISTERED = "registered", "Registered"


class RoleGrantStatus(models.TextChoices):
    ACTIVE = "active", "Active"
    SUSPENDED = "suspended", "Waiting for approval again"
    ENDED = "ended", "Ended"


class JoinRequestStatus(models.TextChoices):
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


class ApiKeyStatus(models.TextChoices):
    ACTIVE = "active", "In force"
    REVOKED = "revoked", "Revoked"


ORGANISATION = Lifecycle(
    "organisation",
    "people",
    (
        #    verb             from          to            whose     needs
        # an authority: from the server's command line
        Transition("found", None, OrganisationStatus.REGISTERED, "itself", ANYONE),
        Transition("register", None, OrganisationStatus.REGISTERED, "itself", ANYONE, "partners.register"),
        Transition("record", None, OrganisationStatus.RECORDED, "host", Can.RUN_MARKETS),
        # as the register of schools has it: no role
        Transition("enter_school", None, OrganisationStatus.RECORDED, "itself", ANYONE),
        Transition("found_team", None, OrganisationStatus.REGISTERED, "host", Can.LINK_PEOPLE),
        Transition(
            "claim",
            OrganisationStatus.RECORDED,
            OrganisationStatus.REGISTERED,
            "host",
            Can.LINK_PEOPLE,
            "people.approve_join",
        ),
        Transition(
            "claim_as_invited",
            OrganisationStatus.RECORDED,
            OrganisationStatus.REGISTERED,
            "itself",
            ANYONE,
            "people.accept_invitation",
        ),
        # from the server's command line
        Transition(
            "set_la_code", OrganisationStatus.REGISTERED, OrganisationStatus.REGISTERED, "itself", Can.MANAGE_PEOPLE
        ),
        Transition(
            "amend_details", OrganisationStatus.REGISTERED, OrganisationStatus.REGISTERED, "itself", Can.MANAGE_PEOPLE
        ),
        Transition(
            "set_sign_in",
            OrganisationStatus.REGISTERED,
            OrganisationStatus.REGISTERED,
            "itself",
            Can.MANAGE_PEOPLE,
            "accounts.set_sign_in",
        ),
    ),
)

GRANT = Lifecycle(
    "role",
    "people",
    (
        #    verb         from         to           whose           needs
        # the first person of a new organisation
        Transition("found", None, RoleGrantStatus.ACTIVE, "organisation", ANYONE),
        Transition("accept_role", None, RoleGrantStatus.ACTIVE, "person", SELF, "people.accept_invitation"),
        Transition("link", None, RoleGrantStatus.ACTIVE, "answerable", Can.LINK_PEOPLE, "people.approve_join"),
        # by changing one's email address
        Transition("suspend", RoleGrantStatus.ACTIVE, RoleGrantStatus.SUSPENDED, "person", SELF),
        Transition("reapprove", RoleGrantStatus.SUSPENDED, RoleGrantStatus.ACTIVE, "answerable", Can.LINK_PEOPLE),
        Transition("end", RoleGrantStatus.ACTIVE, RoleGrantStatus.ENDED, "organisation", Can.MANAGE_PEOPLE),
        Transition("end", RoleGrantStatus.SUSPENDED, RoleGrantStatus.ENDED, "organisation", Can.MANAGE_PEOPLE),
        Transition("step_down", RoleGrantStatus.ACTIVE, RoleGrantStatus.ENDED, "person", SELF),
        Transition("step_down", RoleGrantStatus.SUSPENDED, RoleGrantStatus.ENDED, "person", SELF),
    ),
)

JOIN_REQUEST = Lifecycle(
    "request to join",
    "people",
    (
        #    verb             from     to           whose         needs
        Transition("ask_to_join", None, JoinRequestStatus.ASKED, "person", SELF),
        Transition("approve_join", JoinRequestStatus.ASKED, JoinRequestStatus.APPROVED, "answering", Can.LINK_PEOPLE),
        Transition("decline_join", JoinRequestStatus.ASKED, JoinRequestStatus.DECLINED, "answering", Can.LINK_PEOPLE),
        Transition("withdraw_join", JoinRequestStatus.ASKED, JoinRequestStatus.WITHDRAWN, "person", SELF),
    ),
)

INVITATION = Lifecycle(
    "invitation",
    "people",
    (
        #    verb                   from          to            whose       needs
        Transition("invite_person", None, InvitationStatus.SENT, "inviting", Can.MANAGE_PEOPLE),
        Transition(
            "propose_person", None, InvitationStatus.TO_CONFIRM, "inviting", Can.MANAGE_PEOPLE, "people.invite_person"
        ),
        Transition("invite_first_person", None, InvitationStatus.SENT, "inviting", Can.LINK_PEOPLE),
        Transition(
            "propose_first_person",
            None,
            InvitationStatus.TO_CONFIRM,
            "inviting",
            Can.LINK_PEOPLE,
            "people.invite_first_person",
        ),
        Transition(
            "confirm_invitation", InvitationStatus.TO_CONFIRM, InvitationStatus.SENT, "inviting", Can.MANAGE_PEOPLE
        ),
        Transition("resend_invitation", InvitationStatus.SENT, InvitationStatus.SENT, "inviting", Can.LINK_PEOPLE),
        Transition(
            "resend_to_second_person",
            InvitationStatus.SENT,
            InvitationStatus.TO_CONFIRM,
            "inviting",
            Can.LINK_PEOPLE,
            "people.resend_invitation",
        ),
        # whoever has its address
        Transition("accept_invitation", InvitationStatus.SENT, InvitationStatus.ACCEPTED, "itself", ANYONE),
        Transition(
            "ask_second_person",
            InvitationStatus.SENT,
            InvitationStatus.TO_CONFIRM,
            "itself",
            ANYONE,
            "people.accept_invitation",
        ),
        Transition("decline_invitation", InvitationStatus.SENT, InvitationStatus.DECLINED, "itself", ANYONE),
        Transition(
            "withdraw_invitation", InvitationStatus.TO_CONFIRM, InvitationStatus.WITHDRAWN, "inviting", Can.LINK_PEOPLE
        ),
        Transition(
            "withdraw_invitation", InvitationStatus.SENT, InvitationStatus.WITHDRAWN, "inviting", Can.LINK_PEOPLE
        ),
    ),
)

API_KEY = Lifecycle(
    "key",
    "people",
    (
        #    verb          from      to         whose           needs
        Transition("make_key", None, ApiKeyStatus.ACTIVE, "organisation", Can.MANAGE_PEOPLE),
        Transition("revoke_key", ApiKeyStatus.ACTIVE, ApiKeyStatus.REVOKED, "organisation", Can.MANAGE_PEOPLE),
    ),
)
