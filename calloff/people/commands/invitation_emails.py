"""Send the link of an invitation, within the limits for the sender and for the mailbox."""

from datetime import datetime

from calloff.kernel.formatting import format_wait
from calloff.kernel.lifecycles import Refused
from calloff.kernel.names import normalise_mailbox
from calloff.links.commands import make_link, revoke_links
from calloff.outbox.commands import queue_message_to_address
from calloff.people import messages
from calloff.people.models import Invitation, Organisation, User, invitation_expiry
from calloff.rate_limits.counts import count_attempt
from calloff.rate_limits.limits import LimitName

INVITATION_LINK_PURPOSE = "people.invitation"
# The link can be used several times, because a person might start to create an account and finish later.
MAX_INVITATION_LINK_USES = 5


def invitation_limits(inviting: Organisation, by: User) -> list[tuple[LimitName, int]]:
    """Return the limits on an invitation, each with the key of the organisation or person to which it applies."""
    if inviting.kind == Organisation.Kind.AUTHORITY:
        return [(LimitName.INVITATION_OF_AUTHORITY, inviting.pk)]
    # There is also a limit for the person, because anyone can register several organisations.
    return [(LimitName.INVITATION, inviting.pk), (LimitName.INVITATION_OF_PERSON, by.pk)]


def mailbox_limit(inviting: Organisation, address: str) -> tuple[LimitName, str]:
    """Return the limit on emails to a mailbox, and the key under which they are counted.

    Anyone can register a provider. So all organisations that no council has checked share one small daily limit for
    each mailbox. They cannot use up the limit for schools and councils.
    """
    if inviting.was_checked:
        return LimitName.INVITATION_TO_MAILBOX, f"{normalise_mailbox(address)} from {inviting.pk}"
    return LimitName.INVITATION_TO_MAILBOX_UNCHECKED, normalise_mailbox(address)


def format_daily_limit_refusal(seconds: int) -> str:
    return f"You have reached today’s limit of invitations. Wait {format_wait(seconds)}, then try again."


def format_address_limit_refusal(seconds: int) -> str:
    return f"We cannot send any more invitations to this address now. Wait {format_wait(seconds)}, then try again."


def count_invitation(inviting: Organisation, by: User, at: datetime) -> None:
    """Count an invitation against the limits of its sender. Raises Refused above a limit."""
    for name, who in invitation_limits(inviting, by):
        taken = count_attempt(name, who, at=at)
        if not taken.allowed:
            raise Refused(format_daily_limit_refusal(taken.resets_in))


def send_invitation(invitation: Invitation, *, at: datetime) -> None:
    """Email a new link to the invited address, in Calloff's own name.

    The email is not sent in the organisation's name, because anyone can give an organisation any name. Raises Refused
    if the mailbox has received the maximum number of emails (see `mailbox_limit`).
    """
    count_to_mailbox(invitation, at)
    invitation.sent_at, invitation.times_sent = at, invitation.times_sent + 1
    invitation.expires_at = invitation_expiry(at)
    revoke_links(invitation, purpose=INVITATION_LINK_PURPOSE, at=at)
    made = make_link(
        invitation, purpose=INVITATION_LINK_PURPOSE, expires_at=invitation.expires_at, at=at,
        max_uses=MAX_INVITATION_LINK_USES
    )  # fmt: skip
    words = messages.invited(invitation, made.token)
    queue_message_to_address(words, address=invitation.email, sender="", at=at, secret=True)


def count_to_mailbox(invitation: Invitation, at: datetime) -> None:
    """Count an email to the invited mailbox. Raises Refused above the limit."""
    limit, who = mailbox_limit(invitation.inviting, invitation.email)
    taken = count_attempt(limit, who, at=at)
    if not taken.allowed:
        raise Refused(format_address_limit_refusal(taken.resets_in), "email")
