"""Find people at an authority who also act for the other side of a record.

Lists still show such a record, with a note, so that a colleague can deal with it instead. Pages show a warning first
(`web/authority/lookups.py`), and commands refuse.
"""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Exists, OuterRef

from calloff.kernel.lifecycles import Refused
from calloff.people.models import Organisation, RoleGrant, User


def require_no_role_at(other: Organisation, *, by: User, at: datetime) -> None:
    """Raise Refused for an authority's command about a provider if the person has any role at that provider."""
    if by.roles_at(other, at):
        raise Refused(f"You have a role at {other}, so someone else must do this.")


def acts_for(person: User, at: datetime, side: str) -> Exists:
    """Return an expression for whether a person acts for the organisation in the field `side`, to annotate rows.

    A team belongs to its authority, so it is not a conflict to act for the team.
    """
    held = RoleGrant.objects.in_force(at).filter(person=person, organisation=OuterRef(side))
    return Exists(held.exclude(organisation__kind=Organisation.Kind.TEAM))


def colleagues_without_conflict(
    authority: Organisation, other: Organisation, *, can: Collection[str], besides: User, at: datetime
) -> list[str]:
    """Return the names of an authority's people who have any of the permissions and do not act for the other side."""
    able: set[User] = set()
    for permission in can:
        able |= set(User.objects.who_can(permission, organisation=authority, at=at).exclude(pk=besides.pk))
    return sorted(str(one) for one in able if not one.roles_at(other, at))
