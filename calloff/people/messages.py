"""What we tell people about who they are here."""

from calloff.kernel.words import day, listed
from calloff.outbox.commands import Words
from calloff.people.models import Grant, Invitation, JoinRequest, Organisation, User


def asked_to_join(request: JoinRequest) -> Words:
    return Words(
        f"Somebody asks to join {request.organisation}",
        "Sign in to see who has asked and why. They will not get access until you approve the request.",
        "/account/",
    )


def join_approved(request: JoinRequest, answered_by: Organisation) -> Words:
    return Words(
        f"You can now act for {request.organisation}",
        f"{answered_by} has approved your request. Sign in to start.",
        "/account/",
    )


def join_declined(request: JoinRequest, answered_by: Organisation) -> Words:
    return Words(
        f"Your request to join {request.organisation} was declined",
        f"{answered_by} has declined your request. Sign in to read why.",
        "/account/",
    )


def invited(invitation: Invitation, token: str) -> Words:
    """Tell an address that it is invited, in the same words whether or not it has an account.

    The subject has no name in it: anybody can call an organisation what they like, and write to anybody.
    """
    roles = listed(invitation.role_names)
    return Words(
        f"Invitation to use Calloff: answer before the end of {day(invitation.answer_by)}",
        f"{invitation.inviting} has invited you to act for {invitation.organisation} on Calloff, as {roles}.\n\n"
        "Use the link to read what this means, then accept or decline. You need to sign in or create an account "
        "with this email address to accept.\n\n"
        "If you did not expect this, you do not need to do anything. Nothing happens unless you accept.",
        f"/account/invitation?key={token}",
    )


def invitation_to_confirm(invitation: Invitation) -> Words:
    return Words(
        f"Confirm or withdraw an invitation to {invitation.organisation}",
        f"A colleague wants to invite someone to act for {invitation.organisation}, in a role that a "
        "second person must confirm. "
        "Sign in to see who it is and which role. We will not send the invitation until you confirm it.",
        "/account/",
    )


def invitation_accepted(invitation: Invitation, person: User) -> Words:
    return Words(
        f"Invitation accepted: {invitation.organisation}",
        f"{person} accepted your invitation and now acts for {invitation.organisation} as "
        f"{listed(invitation.role_names)}.",
        "/account/",
    )


def invitation_declined(invitation: Invitation) -> Words:
    return Words(
        f"Invitation declined: {invitation.organisation}",
        f"Your invitation to {invitation.email} was declined. Nothing has changed.",
        "/account/",
    )


def role_ended(grant: Grant, *, alone: str = "") -> Words:
    """Tell a person that their role ended; `alone` names the colleague who is now the only one to manage people."""
    words = (
        f"You are no longer {grant.get_role_display()} at {grant.organisation}. If this is a mistake, ask a person who "
        "manages people there."
    )
    if alone:
        words += (
            f"\n\n{alone} ended it, and is now the only person who manages people there. For 7 days they cannot give "
            "anyone a role that decides, sees children or manages people. If this is wrong, tell the head of your "
            "organisation and the council in that time."
        )
    return Words(f"Your role at {grant.organisation} has ended", words, "/account/")


def one_manager_left(grant: Grant, by: User) -> Words:
    return Words(
        f"Only one person now manages people at {grant.organisation}",
        f"{by} has ended the role of {grant.person}, {grant.get_role_display()}. {by} is now the only person who "
        f"manages people at {grant.organisation}. For 7 days {by} cannot give anyone a role that decides, sees "
        "children or manages people. If this is wrong, act in that time: call them, or ask the council.",
        "/account/",
    )


def invitations_to_confirm(organisation: Organisation, number: int) -> Words:
    return Words(
        f"Confirm or withdraw {number} invitations from {organisation}",
        f"A colleague wants to invite {number} people at once, in roles that need two people. Sign in to read who and "
        "as what. Nothing is sent until you confirm.",
        "/account/",
    )


def stepped_down(grant: Grant) -> Words:
    return Words(
        f"A colleague has ended their role at {grant.organisation}",
        f"{grant.person} is no longer {grant.get_role_display()}. Check whether someone else needs to do their work.",
        "/account/",
    )


def roles_to_reapprove(grant: Grant) -> Words:
    return Words(
        f"A role at {grant.organisation} needs your approval",
        f"{grant.person} changed the email address of their account. Approve the role again, or end it.",
        "/account/",
    )
