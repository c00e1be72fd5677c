"""Keys for an organisation's own systems: made by a person who answers for it, shown once, revoked at any time."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import NamedTuple

from calloff.history.transitions import begin, changed, step
from calloff.kernel.clock import local_day
from calloff.kernel.formatting import day
from calloff.kernel.lifecycles import Problem, Refused
from calloff.kernel.names import tidy, what_is_wrong
from calloff.people import api_keys
from calloff.people.models import ApiKey, Organisation, User
from calloff.people.permissions import Can
from calloff.people.states import KeyStatus

LONGEST = timedelta(days=366)  # our own choice: whoever made it looks at it again within the year
LONGEST_NAME = 100  # characters of the name of a system
MOST = 20  # keys of one organisation that are in force: enough for its systems, and few enough to be known


class Made(NamedTuple):
    """A key and its token: the only time that anybody sees the token."""

    key: ApiKey
    token: str


def make_key(
    organisation: Organisation, *, name: str, scopes: Iterable[str], expires_on: date, by: User, at: datetime
) -> Made:
    """Make a key for one system of an organisation. It can do no more than whoever makes it, and ends with their role.

    `expires_on` is its last day, within a year. Raises Refused for a scope that the organisation's kind has no use
    for, or that the person could not do themselves; PermissionDenied for who does not manage its people.
    """
    wanted = list(dict.fromkeys(scopes))
    _check(organisation, name, wanted, expires_on=expires_on, by=by, at=at)
    prefix, token = api_keys.new_token()
    key = ApiKey(
        organisation=organisation, name=tidy(name), prefix=prefix, digest=api_keys.digest(token), scopes=wanted,
        made_by=by, made_at=at, expires_on=expires_on,
    )  # fmt: skip
    begin(key, "make_key", by=by, at=at)
    return Made(key, token)


def revoke_key(key: ApiKey, *, by: User, at: datetime) -> ApiKey:
    """Let a key open nothing any more, from this instant on. There is no way back: one makes another."""
    with step(key, "revoke_key", by=by, at=at) as held:
        changed("revoked", None, local_day(at))
        held.revoked_at = at
    return held


def _check(
    organisation: Organisation, name: str, scopes: list[str], *, expires_on: date, by: User, at: datetime
) -> None:  # fmt: skip
    problems = []
    if not name.strip():
        problems.append(Problem("Enter the name of the system that will use the key", "name"))
    elif wrong := what_is_wrong(name, noun="Name of the system", longest=LONGEST_NAME):
        problems.append(Problem(wrong, "name"))
    fitting = api_keys.FITTING[Organisation.Kind(organisation.kind)]
    for one in scopes:
        needed = fitting.get(one)
        if needed is None:
            problems.append(Problem("Select what the key can do", "scopes"))
        elif not by.can(needed, at=organisation, when=at):
            words = api_keys.IN_WORDS[one][0].lower()
            problems.append(
                Problem(
                    f"You cannot {words} yourself, so your key cannot do it either. Ask a colleague who can.", "scopes"
                )
            )
    today = local_day(at)
    if not today <= expires_on <= today + LONGEST:
        last = day(today + LONGEST)
        problems.append(Problem(f"Last day must be between today and {last}", "expires_on"))
    in_force = ApiKey.objects.filter(organisation=organisation, status=KeyStatus.ACTIVE, expires_on__gte=today)
    if by.can(Can.MANAGE_PEOPLE, at=organisation, when=at) and in_force.count() >= MOST:
        problems.append(Problem(f"You already have {MOST} keys in use. Revoke a key you no longer need.", ""))
    if problems:
        raise Refused.because(problems)
