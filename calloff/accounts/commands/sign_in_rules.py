"""An organisation's rules for how its people sign in."""

from datetime import datetime

from calloff.accounts import messages, queries
from calloff.accounts.models import SignInRules
from calloff.history.transitions import record_change, transition
from calloff.outbox.commands import queue_message
from calloff.people.commands.second_person import require_long_alone
from calloff.people.models import Organisation, User

__all__ = ["set_sign_in"]


def set_sign_in(organisation: Organisation, *, email_codes: bool, by: User, at: datetime) -> Organisation:
    """Set whether an emailed code counts as a second step for an organisation's people.

    Emailed codes make sign-in weaker, so the other people administrators are emailed if they are allowed. Raises
    Refused in the week after the last other people administrator left (see `require_long_alone`). Requiring a stronger
    step is never refused.
    """
    with transition(organisation, "set_sign_in", by=by, at=at) as held:
        before = queries.allows_email_codes(held)
        if email_codes and not before:
            others = require_long_alone(held, by=by, at=at)
            queue_message(messages.email_codes_allowed(held, by), to=others, sender=str(held), at=at)
        record_change("codes by email", before, email_codes)
        SignInRules.objects.update_or_create(organisation=held, defaults={"email_codes": email_codes})
    return held
