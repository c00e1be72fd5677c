"""Make and revoke API keys, which an organisation uses for its own systems."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import NamedTuple

from calloff.history.transitions import create, record_change, transition
from calloff.kernel.clock import local_day
from calloff.kernel.formatting import format_date
from calloff.kernel.lifecycles import Problem, Refused
from calloff.kernel.names import collapse_spaces, find_name_problem
from calloff.people import api_keys
from calloff.people.models import ApiKey, Organisation, User
from calloff.people.permissions import Can
from calloff.people.states import ApiKeyStatus

__all__ = ["NewApiKey", "make_key", "revoke_key"]

# This is our own choice, so that someone reviews each key at least once a year.
MAX_KEY_LIFETIME = timedelta(days=366)
MAX_KEY_NAME_LENGTH = 100  # the maximum length of the name of a system, in characters
MAX_KEYS_PER_ORGANISATION = (
    20  # how many active keys an organisation can have: enough for its systems, and few enough to keep track of
)


class NewApiKey(NamedTuple):
    """A key with its token, which is shown only once."""

    key: ApiKey
    token: str


def make_key(
    organisation: Organisation, *, name: str, scopes: Iterable[str], expires_on: date, by: User, at: datetime
) -> NewApiKey:
    """Make a key for one of an organisation's systems.

    The key can do no more than the person who makes it, and ends with that person's role. `expires_on` is the key's
    last day, which must be within a year. Raises Refused for a scope that this kind of organisation does not have, or
    that the person themselves could not use. Raises PermissionDenied if the person does not manage people at the
    organisation.
    """
    wanted = list(dict.fromkeys(scopes))
    _check(organisation, name, wanted, expires_on=expires_on, by=by, at=at)
    prefix, token = api_keys.make_api_token()
    key = ApiKey(
        organisation=organisation, name=collapse_spaces(name), prefix=prefix, digest=api_keys.digest_api_token(token),
        scopes=wanted,
        made_by=by, made_at=at, expires_on=expires_on,
    )  # fmt: skip
    create(key, "make_key", by=by, at=at)
    return NewApiKey(key, token)


def revoke_key(key: ApiKey, *, by: User, at: datetime) -> ApiKey:
    """Revoke a key, so that it stops working immediately. This cannot be undone, but people can make a new key."""
    with transition(key, "revoke_key", by=by, at=at) as held:
        record_change("revoked", None, local_day(at))
        held.revoked_at = at
    return held


def _check(
    organisation: Organisation, name: str, scopes: list[str], *, expires_on: date, by: User, at: datetime
) -> None:  # fmt: skip
    problems = []
    if not name.strip():
        problems.append(Problem("Enter the name of the system that will use the key", "name"))
    elif wrong := find_name_problem(name, noun="Name of the system", longest=MAX_KEY_NAME_LENGTH):
        problems.append(Problem(wrong, "name"))
    fitting = api_keys.PERMISSION_BY_KIND_AND_SCOPE[Organisation.Kind(organisation.kind)]
    for one in scopes:
        needed = fitting.get(one)
        if needed is None:
            problems.append(Problem("Select what the key can do", "scopes"))
        elif not by.can(needed, organisation=organisation, at=at):
            words = api_keys.SCOPE_DESCRIPTIONS[one][0].lower()
            problems.append(
                Problem(
                    f"You cannot {words} yourself, so your key cannot do it either. Ask a colleague who can.", "scopes"
                )
            )
    today = local_day(at)
    if not today <= expires_on <= today + MAX_KEY_LIFETIME:
        last = format_date(today + MAX_KEY_LIFETIME)
        problems.append(Problem(f"Last day must be between today and {last}", "expires_on"))
    in_force = ApiKey.objects.filter(organisation=organisation, status=ApiKeyStatus.ACTIVE, expires_on__gte=today)
    if by.can(Can.MANAGE_PEOPLE, organisation=organisation, at=at) and in_force.count() >= MAX_KEYS_PER_ORGANISATION:
        problems.append(
            Problem(f"You already have {MAX_KEYS_PER_ORGANISATION} keys in use. Revoke a key you no longer need.", "")
        )
    if problems:
        raise Refused.because(problems)
