"""What an organisation allows its people for signing in."""

from datetime import datetime

from calloff.accounts import queries
from calloff.accounts.models import SignInRules
from calloff.history.steps import changed, step
from calloff.people.models import Organisation, User


def set_sign_in(organisation: Organisation, *, email_codes: bool, by: User, at: datetime) -> Organisation:
    """Say whether a code by email counts as a second step for the people of an organisation."""
    with step(organisation, "set_sign_in", by=by, at=at) as held:
        changed("codes by email", queries.email_codes_at(held), email_codes)
        SignInRules.objects.update_or_create(organisation=held, defaults={"email_codes": email_codes})
    return held
