"""Who at an authority can act on a record, for people who cannot act themselves."""

from typing import Any

from calloff.kernel.formatting import format_list
from calloff.people.permissions import AUTHORITY_ROLES, roles_with


def roles_allowed(lifecycle: Any, verb: str) -> list[str]:
    """Return the roles at an authority that can use a verb, according to the record's life-cycle table."""
    needed = lifecycle.permissions_for(verb)
    able = {role for needs in needed for role in roles_with(needs)}
    return [str(role.label) for role in AUTHORITY_ROLES if role in able]


def format_who_can(lifecycle: Any, verb: str, doing: str) -> str:
    """Return a sentence for a reader who cannot act: “A quality officer can approve or refuse this change.”"""
    roles = [f"{name[:1].lower()}{name[1:]}" for name in roles_allowed(lifecycle, verb)]
    article = "An" if roles and roles[0][0] in "aeiou" else "A"
    return f"{article} {format_list(roles, 'or')} can {doing}."
