"""Send a message to the council when no one at the school or the provider has a role to receive it."""

from collections.abc import Iterable
from datetime import datetime

from calloff.outbox.commands import MessageText, queue_message
from calloff.people.models import Organisation, User
from calloff.people.permissions import Can
from calloff.placements.models import Placement


def queue_or_tell_council(
    words: MessageText, *, to: Iterable[User], at_side: Organisation, about: Placement, at: datetime
) -> int:
    """Email the people at one side of a placement or, if there are none, the council.

    Returns how many people were emailed, in either case.
    """
    people, sender = list(to), str(about.authority)
    if not people:
        people = list(User.objects.who_can(Can.SEE_PLACEMENTS, organisation=about.authority, at=at))
        words = nobody_to_tell(words, at_side, about)
    queue_message(words, to=people, sender=sender, at=at)
    return len(people)


def nobody_to_tell(words: MessageText, at_side: Organisation, about: Placement) -> MessageText:
    """Send the council a message that no one at a school or provider could receive, so that it can pass the message
    on.
    """
    return MessageText(
        f"Pass this message to {at_side}: {words.subject}",
        f"No one at {at_side} has a role that receives this message, so we sent it to you. Call {at_side} and tell "
        f"them now. The message is: {words.body}",
        f"/authorities/{about.authority.slug}/placements/{about.reference}",
    )
