"""Who at an authority can act on a record, for readers who cannot and for home pages."""

from typing import Any

from calloff.kernel.formatting import listed
from calloff.people.permissions import AUTHORITY_ROLES, roles_that


def roles_for(lifecycle: Any, verb: str) -> list[str]:
    """Return the roles at an authority that can take a step, from the record's state table."""
    needed = {move.needs for move in lifecycle.moves if move.verb == verb}
    able = {role for needs in needed for role in roles_that(needs)}
    return [str(role.label) for role in AUTHORITY_ROLES if role in able]


def who_can(lifecycle: Any, verb: str, doing: str) -> str:
    """Return the sentence for a reader who cannot: “A quality officer can approve or refuse this.”"""
    roles = [f"{name[:1].lower()}{name[1:]}" for name in roles_for(lifecycle, verb)]
    article = "An" if roles and roles[0][0] in "aeiou" else "A"
    return f"{article} {listed(roles, 'or')} can {doing}."


def holders(lifecycle: Any, verb: str) -> str:
    """Write whose work it is, as a home names it: “Quality officers”."""
    return listed([f"{name}s" for name in roles_for(lifecycle, verb)], "or")
