"""The tokens of keys: how they look, what is kept of them, whose they are, and how often someone may ask in a minute.

A token is `calloff_`, eight characters by which its row is found, and forty that only their holder knows: scanners of
published code can tell it. Of the whole a digest is kept and nothing else: the forty are random, 238 bits, so nothing
slower than SHA-256 is called for.
"""

import hashlib
import hmac
import re
import secrets
import string
from datetime import datetime

from calloff.kernel.clock import local_day
from calloff.kernel.formatting import format_date
from calloff.kernel.lifecycles import Refused
from calloff.people.models import ApiKey, Grant, Organisation, Scope
from calloff.people.permissions import Can, roles_with
from calloff.people.states import ApiKeyStatus

API_KEY_PREFIX = "calloff_"
LOOKUP_LENGTH, SECRET_LENGTH = 8, 40  # characters
TOKEN_ALPHABET = string.ascii_lowercase + string.digits
API_TOKEN_PATTERN = re.compile(rf"{API_KEY_PREFIX}([a-z0-9]{{{LOOKUP_LENGTH}}})_([A-Za-z0-9]{{{SECRET_LENGTH}}})")
OrganisationKind = Organisation.Kind

# What a key of each kind of organisation may do, and what whoever makes it must be able to do themselves.
PERMISSION_BY_KIND_AND_SCOPE: dict[Organisation.Kind, dict[str, str]] = {
    OrganisationKind.PROVIDER: {Scope.PRICES: Can.LIST_SERVICES, Scope.PLACES: Can.LIST_SERVICES},
    OrganisationKind.SCHOOL: {Scope.PRICES: Can.SEE_PRICES},
    OrganisationKind.TEAM: {Scope.PRICES: Can.SEE_PRICES},
    OrganisationKind.AUTHORITY: {Scope.PRICES: Can.OVERSEE},
}
SCOPE_DESCRIPTIONS: dict[str, tuple[str, str]] = {  # what a page says of each: in short, and what it comes to
    Scope.PRICES: ("See prices", "The prices that your people see on pages. A provider’s key sees its own."),
    Scope.PLACES: ("Update places available", "Update how many places are available in your own services."),
}


def make_api_token() -> tuple[str, str]:
    """Make a token, and return it behind the part by which its row is found."""
    prefix = "".join(secrets.choice(TOKEN_ALPHABET) for _ in range(LOOKUP_LENGTH))
    secret = "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(SECRET_LENGTH))
    return prefix, f"{API_KEY_PREFIX}{prefix}_{secret}"


def digest_api_token(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def authenticate_token(token: str, at: datetime) -> ApiKey:
    """Return the key of a token that opens something now. Raises Refused, saying why it does not.

    Why is told only to who holds the whole of it. It ends with the role of the person who made it: what they may not do
    any more, it may not either.
    """
    formed = API_TOKEN_PATTERN.fullmatch(token)
    found = (
        ApiKey.objects.select_related("organisation", "made_by").filter(prefix=formed[1]).first() if formed else None
    )
    if (
        not hmac.compare_digest(found.digest if found else digest_api_token(""), digest_api_token(token))
        or found is None
    ):
        raise Refused("We do not recognise this key. Send the whole key, as we showed it when you created it.")
    if found.status != ApiKeyStatus.ACTIVE:
        raise Refused("This key was revoked. Ask a people administrator at your organisation for another.")
    if found.expires_on < local_day(at):
        raise Refused(
            f"This key expired at the end of {format_date(found.expires_on)}. Ask a people administrator for another "
            "key."
        )
    if not _answers_for_it(found, at):
        raise Refused(
            f"The person who made this key no longer manages people at {found.organisation}. Ask a people "
            "administrator there for another key."
        )
    return found


def _answers_for_it(key: ApiKey, at: datetime) -> bool:
    """Say whether who made a key manages people there without a break since: who left and came back makes another."""
    managing = Grant.objects.in_force(at).filter(role__in=roles_with(Can.MANAGE_PEOPLE), starts_at__lte=key.made_at)
    return managing.filter(person=key.made_by_id, organisation=key.organisation_id).exists()


def is_scope_allowed(key: ApiKey, scope: str, at: datetime) -> bool:
    """Say whether a key may do something now: it has the scope, and its maker could still do it themselves."""
    needed = PERMISSION_BY_KIND_AND_SCOPE[OrganisationKind(key.organisation.kind)].get(scope)
    return scope in key.scopes and needed is not None and key.made_by.can(needed, organisation=key.organisation, at=at)


def record_key_use(key: ApiKey, at: datetime) -> None:
    """Keep the day on which a key was last used: written once a day."""
    today = local_day(at)
    if key.last_used_on is None or key.last_used_on < today:
        ApiKey.objects.filter(pk=key.pk).update(last_used_on=today)
