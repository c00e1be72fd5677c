"""Life cycles of organisations, roles, requests to join, invitations and API keys."""

from django.db import models

from calloff.kernel.lifecycles import ANYONE, SELF, Lifecycle, Transition, from_each
from calloff.people.permissions import Can


class OrganisationStatus(models.TextChoices):
    RECORDED = "recorded", "On a council’s list"
    REGISTERED = "registered", "Registered"


class RoleGrantStatus(models.TextChoices):
    ACTIVE = "active", "Active"
    SUSPENDED = "suspended", "Needs approval again"
    ENDED = "ended", "Ended"


class JoinRequestStatus(models.TextChoices):
    ASKED = "asked", "Waiting for approval"
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


# fmt: off
ORGANISATION = Lifecycle("organisation", "people", (
    # This is only for authorities, which a command on the server creates.
    Transition("found", None, OrganisationStatus.REGISTERED, "itself", ANYONE, history_text="Organisation registered"),
    Transition("register", None, OrganisationStatus.REGISTERED, "itself", ANYONE,
               history_text="Registered", command="partners.register"),
    Transition("record", None, OrganisationStatus.RECORDED, "host", Can.RUN_MARKETS,
               history_text="Added to the authority’s list"),
    # This adds a school from the schools register, before anyone has a role there.
    Transition("enter_school", None, OrganisationStatus.RECORDED, "itself", ANYONE,
               history_text="Added from the register of schools"),
    Transition("found_team", None, OrganisationStatus.REGISTERED, "host", Can.LINK_PEOPLE, history_text="Team created"),
    Transition("claim", OrganisationStatus.RECORDED, OrganisationStatus.REGISTERED, "host", Can.LINK_PEOPLE,
               history_text="Claimed by the provider’s staff", command="people.approve_join"),
    Transition("claim_as_invited", OrganisationStatus.RECORDED, OrganisationStatus.REGISTERED, "itself", ANYONE,
               history_text="First person accepted an invitation", command="people.accept_invitation"),
    # A command on the server does this.
    Transition("set_la_code", OrganisationStatus.REGISTERED, OrganisationStatus.REGISTERED, "itself", Can.MANAGE_PEOPLE,
               history_text="School register code set"),
    Transition("amend_details", OrganisationStatus.REGISTERED, OrganisationStatus.REGISTERED,
               "itself", Can.MANAGE_PEOPLE, history_text="Details changed"),
    Transition("set_sign_in", OrganisationStatus.REGISTERED, OrganisationStatus.REGISTERED, "itself", Can.MANAGE_PEOPLE,
               history_text="Sign-in rules changed", command="accounts.set_sign_in"),
))

GRANT = Lifecycle("role", "people", (
    # The first person of a new organisation gets this role.
    Transition("found", None, RoleGrantStatus.ACTIVE, "organisation", ANYONE, history_text="First role given"),
    Transition("accept_role", None, RoleGrantStatus.ACTIVE, "person", SELF,
               history_text="Role accepted", command="people.accept_invitation"),
    Transition("link", None, RoleGrantStatus.ACTIVE, "answerable", Can.LINK_PEOPLE,
               history_text="Role given to the person who asked to join", command="people.approve_join"),
    # This happens after the person's own email address has changed.
    Transition("suspend", RoleGrantStatus.ACTIVE, RoleGrantStatus.SUSPENDED, "person", SELF,
               history_text="Role paused until it is approved again"),
    Transition("reapprove", RoleGrantStatus.SUSPENDED, RoleGrantStatus.ACTIVE, "answerable", Can.LINK_PEOPLE,
               history_text="Role approved again"),
    *from_each("end", (RoleGrantStatus.ACTIVE, RoleGrantStatus.SUSPENDED),
               RoleGrantStatus.ENDED, "organisation", Can.MANAGE_PEOPLE, history_text="Role ended"),
    *from_each("step_down", (RoleGrantStatus.ACTIVE, RoleGrantStatus.SUSPENDED), RoleGrantStatus.ENDED, "person", SELF,
               history_text="Own role ended"),
))

JOIN_REQUEST = Lifecycle("request to join", "people", (
    Transition("ask_to_join", None, JoinRequestStatus.ASKED, "person", SELF, history_text="Asked to join"),
    Transition("approve_join", JoinRequestStatus.ASKED, JoinRequestStatus.APPROVED, "answering", Can.LINK_PEOPLE,
               history_text="Request to join approved"),
    Transition("decline_join", JoinRequestStatus.ASKED, JoinRequestStatus.DECLINED, "answering", Can.LINK_PEOPLE,
               history_text="Request to join refused"),
    Transition("withdraw_join", JoinRequestStatus.ASKED, JoinRequestStatus.WITHDRAWN, "person", SELF,
               history_text="Request to join withdrawn"),
))

INVITATION = Lifecycle("invitation", "people", (
    Transition("invite_person", None, InvitationStatus.SENT, "inviting", Can.MANAGE_PEOPLE,
               history_text="Person invited"),
    Transition("propose_person", None, InvitationStatus.TO_CONFIRM, "inviting", Can.MANAGE_PEOPLE,
               history_text="Invitation proposed", command="people.invite_person"),
    Transition("invite_first_person", None, InvitationStatus.SENT, "inviting", Can.LINK_PEOPLE,
               history_text="First person invited"),
    Transition("propose_first_person", None, InvitationStatus.TO_CONFIRM, "inviting", Can.LINK_PEOPLE,
               history_text="Invitation for the first person proposed", command="people.invite_first_person"),
    Transition("confirm_invitation", InvitationStatus.TO_CONFIRM, InvitationStatus.SENT, "inviting", Can.MANAGE_PEOPLE,
               history_text="Invitation confirmed by a second person"),
    Transition("resend_invitation", InvitationStatus.SENT, InvitationStatus.SENT, "inviting", Can.LINK_PEOPLE,
               history_text="Invitation sent again"),
    Transition("resend_to_second_person", InvitationStatus.SENT, InvitationStatus.TO_CONFIRM,
               "inviting", Can.LINK_PEOPLE, history_text="Invitation sent to a second person to confirm",
               command="people.resend_invitation"),
    # The person who reads the email at the invited address does this.
    Transition("accept_invitation", InvitationStatus.SENT, InvitationStatus.ACCEPTED, "itself", ANYONE,
               history_text="Invitation accepted"),
    Transition("ask_second_person", InvitationStatus.SENT, InvitationStatus.TO_CONFIRM, "itself", ANYONE,
               history_text="Second person asked to confirm, because the invited person wants to accept",
               command="people.accept_invitation"),
    Transition("decline_invitation", InvitationStatus.SENT, InvitationStatus.DECLINED, "itself", ANYONE,
               history_text="Invitation declined"),
    *from_each("withdraw_invitation", (InvitationStatus.TO_CONFIRM, InvitationStatus.SENT),
               InvitationStatus.WITHDRAWN, "inviting", Can.LINK_PEOPLE, history_text="Invitation withdrawn"),
))

API_KEY = Lifecycle("key", "people", (
    Transition("make_key", None, ApiKeyStatus.ACTIVE, "organisation", Can.MANAGE_PEOPLE, history_text="Key created"),
    Transition("revoke_key", ApiKeyStatus.ACTIVE, ApiKeyStatus.REVOKED, "organisation", Can.MANAGE_PEOPLE,
               history_text="Key revoked"),
))
# fmt: on
