"""The rules of an organisation for how its people sign in."""

from datetime import datetime

from calloff.accounts import messages, queries
from calloff.accounts.models import SignInRules
from calloff.history.transitions import record_change, transition
from calloff.outbox.commands import queue_message
from calloff.people.commands.second_person import require_long_alone
from calloff.people.models import Organisation, User

__all__ = ["set_sign_in"]


def set_sign_in(organisation: Organisation, *, email_codes: bool, by: User, at: datetime) -> Organisation:
    """Set whether people at an organisation can use an emailed code as their second step.

    Emailed codes make sign-in weaker. So if they are allowed, the other people administrators get an email, and this
    raises Refused in the week after the last other people administrator left (see `require_long_alone`). It is always
    possible to require a stronger step.
    """
    with transition(organisation, "set_sign_in", by=by, at=at) as held:
        before = queries.allows_email_codes(held)
        if email_codes and not before:
            others = require_long_alone(held, by=by, at=at)
            queue_message(messages.email_codes_allowed(held, by), to=others, sender=str(held), at=at)
        record_change("codes by email", before, email_codes)
        SignInRules.objects.update_or_create(organisation=held, defaults={"email_codes": email_codes})
    return held
