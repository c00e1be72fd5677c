"""Make and check API tokens, and define what each scope allows.

A token is `calloff_`, followed by eight characters that identify its row and forty secret characters. Secret scanners
can recognise this format. We store only a digest of the token. The secret has 238 random bits, so SHA-256 is enough.
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
from calloff.people.models import ApiKey, Organisation, RoleGrant, Scope
from calloff.people.permissions import Can, roles_with
from calloff.people.states import ApiKeyStatus

API_KEY_PREFIX = "calloff_"
LOOKUP_LENGTH, SECRET_LENGTH = 8, 40  # characters
TOKEN_ALPHABET = string.ascii_lowercase + string.digits
API_TOKEN_PATTERN = re.compile(rf"{API_KEY_PREFIX}([a-z0-9]{{{LOOKUP_LENGTH}}})_([A-Za-z0-9]{{{SECRET_LENGTH}}})")
OrganisationKind = Organisation.Kind

# The scopes for each kind of organisation, with the permission that the person who makes a key needs for each scope.
PERMISSION_BY_KIND_AND_SCOPE: dict[Organisation.Kind, dict[str, str]] = {
    OrganisationKind.PROVIDER: {Scope.PRICES: Can.LIST_SERVICES, Scope.PLACES: Can.LIST_SERVICES},
    OrganisationKind.SCHOOL: {Scope.PRICES: Can.SEE_PRICES},
    OrganisationKind.TEAM: {Scope.PRICES: Can.SEE_PRICES},
    OrganisationKind.AUTHORITY: {Scope.PRICES: Can.OVERSEE},
}
SCOPE_DESCRIPTIONS: dict[str, tuple[str, str]] = {  # what pages show for each scope: a short name and an explanation
    Scope.PRICES: (
        "See prices",
        "See the prices your people can see. A provider’s key can only show that provider’s own prices.",
    ),
    Scope.PLACES: ("Update places available", "Update how many places are available in your own services."),
}


def make_api_token() -> tuple[str, str]:
    """Make a token. Return the part that identifies its row, and the whole token."""
    prefix = "".join(secrets.choice(TOKEN_ALPHABET) for _ in range(LOOKUP_LENGTH))
    secret = "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(SECRET_LENGTH))
    return prefix, f"{API_KEY_PREFIX}{prefix}_{secret}"


def digest_api_token(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def authenticate_token(token: str, at: datetime) -> ApiKey:
    """Return the key for a valid token. Raises Refused, with the reason, if the token is not valid.

    The reason is given only for a complete and correct token. A key stops working when the role of the person who made
    it ends, and it allows only what that person can do now.
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
        raise Refused("This key was revoked. Ask a people administrator at your organisation for a new key.")
    if found.expires_on < local_day(at):
        raise Refused(
            f"This key expired at the end of {format_date(found.expires_on)}. Ask a people administrator for a new key."
        )
    if not _answers_for_it(found, at):
        raise Refused(
            f"The person who made this key is no longer a people administrator at {found.organisation}. Ask another "
            f"people administrator there for a new key."
        )
    return found


def _answers_for_it(key: ApiKey, at: datetime) -> bool:
    """Return whether the person who made the key still has the role to manage people that they had when they made
    it.

    A person who has left and come back must make a new key.
    """
    managing = RoleGrant.objects.in_force(at).filter(role__in=roles_with(Can.MANAGE_PEOPLE), starts_at__lte=key.made_at)
    return managing.filter(person=key.made_by_id, organisation=key.organisation_id).exists()


def is_scope_allowed(key: ApiKey, scope: str, at: datetime) -> bool:
    """Return whether a key can use a scope now: the key must have the scope, and the person who made it the
    permission.
    """
    needed = PERMISSION_BY_KIND_AND_SCOPE[OrganisationKind(key.organisation.kind)].get(scope)
    return scope in key.scopes and needed is not None and key.made_by.can(needed, organisation=key.organisation, at=at)


def record_key_use(key: ApiKey, at: datetime) -> None:
    """Record the day on which a key was last used. This writes at most once a day."""
    today = local_day(at)
    if key.last_used_on is None or key.last_used_on < today:
        ApiKey.objects.filter(pk=key.pk).update(last_used_on=today)
