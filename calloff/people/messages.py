"""The texts of emails about roles, invitations and requests to join."""

from calloff.kernel.formatting import format_date, format_list
from calloff.outbox.commands import MessageText
from calloff.outbox.models import MessageKind
from calloff.people.models import Invitation, JoinRequest, Organisation, RoleGrant, User


def asked_to_join(request: JoinRequest) -> MessageText:
    return MessageText(
        f"Someone has asked to join {request.organisation}",
        "Sign in to see who has asked and why. They will not get access until you approve the request.",
        "/account/",
        kind=MessageKind.COLLEAGUES,
    )


def more_asked_to_join(answering: Organisation) -> MessageText:
    """Write the one email which says that there are more requests than we email one by one (see `ask_to_join`)."""
    return MessageText(
        f"More requests to join are waiting for {answering}",
        "Many people have asked to join today, so we have stopped emailing you about each request. Sign in to see all "
        "the requests, then approve or decline them. No one gets access until you approve their request.",
        "/account/",
        kind=MessageKind.COLLEAGUES,
    )


def join_approved(request: JoinRequest, answered_by: Organisation) -> MessageText:
    return MessageText(
        f"You can now act for {request.organisation}",
        f"{answered_by} has approved your request. Sign in to start.",
        "/account/",
    )


def join_declined(request: JoinRequest, answered_by: Organisation) -> MessageText:
    return MessageText(
        f"Your request to join {request.organisation} was declined",
        f"{answered_by} has declined your request. Sign in to read why.",
        "/account/",
    )


def invited(invitation: Invitation, token: str) -> MessageText:
    """Write the email with an invitation. The text is the same whether or not the address has an account.

    The subject contains no name, because anyone can give an organisation any name and invite anyone.
    """
    return MessageText(
        f"Invitation to use Calloff: answer before the end of {format_date(invitation.answer_by)}",
        f"{invitation.inviting} has invited you to act for {invitation.organisation} on Calloff. "
        f"{_roles(invitation)}\n\n"
        "Use the link to read what this means, then accept or decline. You need to sign in or create an account "
        "with this email address to accept.\n\n"
        "If you did not expect this, you do not need to do anything. Nothing happens unless you accept.",
        f"/account/invitation?key={token}",
    )


def invitation_to_confirm(invitation: Invitation) -> MessageText:
    return MessageText(
        f"Confirm or withdraw an invitation to {invitation.organisation}",
        f"A colleague wants to invite someone to act for {invitation.organisation}, in a role that a second person "
        "must confirm. Sign in to see who it is and which role. We will not send the invitation until you confirm it.",
        "/account/",
    )


def invitation_needs_second_person(invitation: Invitation) -> MessageText:
    """Write to the inviter that a second person must now confirm, because there are more people administrators."""
    return MessageText(
        f"A second person must now confirm your invitation to {invitation.organisation}",
        f"You invited {invitation.email} to act for {invitation.organisation}. {_roles(invitation)} There are more "
        f"people administrators now than when you sent the invitation, so a second person must confirm it. We have "
        f"emailed the people who can do this. When one of them confirms, we will email the person you invited a new "
        f"link. You do not need to do anything.",
        "/account/",
    )


def acceptance_needs_second_person(invitation: Invitation) -> MessageText:
    return MessageText(
        f"A second person must confirm your invitation to {invitation.organisation} before you can accept it",
        f"{invitation.inviting} invited you to act for {invitation.organisation}. A second person there must now "
        "confirm the invitation. We have emailed the people who can do this. When one of them confirms, we will email "
        "you a new "
        "link, and you can accept then. You do not need to do anything now.",
        "/account/",
    )


def invitation_waits(invitation: Invitation) -> MessageText:
    """Write to an invited person that a second person must confirm before the invitation is sent again.

    The subject contains no name.
    """
    return MessageText(
        "A second person must confirm your invitation to use Calloff",
        f"{invitation.inviting} invited you to act for {invitation.organisation} on Calloff. A second person there "
        "must now confirm the invitation, so the link in our earlier email no longer works. When they confirm, we will "
        "email you a new link, and you can accept then. You do not need to do anything now.",
    )


def invitation_accepted(invitation: Invitation, person: User) -> MessageText:
    return MessageText(
        f"Invitation accepted: {invitation.organisation}",
        f"{person} accepted your invitation and now acts for {invitation.organisation}. {_roles(invitation)}",
        "/account/",
        kind=MessageKind.COLLEAGUES,
    )


def invitation_declined(invitation: Invitation) -> MessageText:
    return MessageText(
        f"Invitation declined: {invitation.organisation}",
        f"Your invitation to {invitation.email} was declined. Nothing has changed.",
        "/account/",
        kind=MessageKind.COLLEAGUES,
    )


def role_ended(grant: RoleGrant, *, alone: str = "") -> MessageText:
    """Write to a person that their role has ended. `alone` is the name of the only remaining people administrator."""
    words = (
        f"Your role “{grant.get_role_display()}” at {grant.organisation} has ended. If this is a mistake, ask a "
        f"people administrator there."
    )
    if alone:
        words += (
            f"\n\n{alone} ended your role, and is now the only people administrator there. For 7 days they cannot "
            f"give anyone a role that allows them to make decisions, see children’s details or add colleagues. If "
            f"this is wrong, "
            f"tell the "
            "head of your organisation and the council within the 7 days."
        )
    return MessageText(f"Your role at {grant.organisation} has ended", words, "/account/")


def one_manager_left(grant: RoleGrant, by: User) -> MessageText:
    return MessageText(
        f"{grant.organisation} now has only one people administrator",
        f"{by} has ended {grant.person}’s role “{grant.get_role_display()}”. {by} is now the only people "
        f"administrator at {grant.organisation}. For 7 days {by} cannot give anyone a role that allows them to "
        f"make decisions, "
        f"see children’s details or add colleagues. If this is wrong, call {by} or ask the council within the 7 days.",
        "/account/",
    )


def invitations_to_confirm(organisation: Organisation, number: int) -> MessageText:
    return MessageText(
        f"Confirm or withdraw {number} invitations from {organisation}",
        f"A colleague wants to invite {number} people to act for {organisation}, in roles that a second person must "
        f"confirm. Sign in to see who "
        "they are and which roles. We will not send the invitations until you confirm them.",
        "/account/",
    )


def stepped_down(grant: RoleGrant) -> MessageText:
    return MessageText(
        f"A colleague has ended their role at {grant.organisation}",
        f"{grant.person} no longer has the role “{grant.get_role_display()}”. Check whether someone else needs to take "
        "over their work.",
        "/account/",
    )


def roles_to_reapprove(grant: RoleGrant) -> MessageText:
    return MessageText(
        f"Approve a role again at {grant.organisation}",
        f"{grant.person} has changed the email address of their account. Sign in to approve the role again or end it.",
        "/account/",
    )


def _roles(invitation: Invitation) -> str:
    """Return a sentence that lists the roles, for example “Role: provider lead.”"""
    return f"{'Role' if len(invitation.role_names) == 1 else 'Roles'}: {format_list(invitation.role_names)}."
