"""What we tell people about who they are here."""

from calloff.outbox.commands import Words
from calloff.people.models import Grant, JoinRequest, Organisation


def asked_to_join(request: JoinRequest) -> Words:
    return Words(
        f"Somebody asks to join {request.organisation}",
        "Answer the request: sign in to see who asks, and why. Nothing is granted until you approve.",
        "/account/",
    )


def join_approved(request: JoinRequest, answered_by: Organisation) -> Words:
    return Words(
        f"You can now act for {request.organisation}",
        f"{answered_by} approved your request. Sign in to begin.",
        "/account/",
    )


def join_declined(request: JoinRequest, answered_by: Organisation) -> Words:
    return Words(
        f"Your request to join {request.organisation} was declined",
        f"{answered_by} declined it. Sign in to read why.",
        "/account/",
    )


def appointed(grant: Grant) -> Words:
    return Words(
        f"You have a new role at {grant.organisation}",
        f"You are now {grant.get_role_display()} at {grant.organisation}. Sign in to see your work.",
        "/account/",
    )


def email_changed_old(name: str) -> Words:
    return Words(
        "Your Calloff email address was changed",
        f"The account of {name} now uses another address. Its roles are stopped until somebody approves them again.\n"
        "If you did not do this, tell your organisation at once.",
    )


def roles_to_reapprove(grant: Grant) -> Words:
    return Words(
        f"A role at {grant.organisation} waits for your approval",
        f"{grant.person} changed the email address of their account. Approve the role again, or end it.",
        "/account/",
    )
