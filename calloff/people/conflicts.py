"""Find people at an authority who also act for the other side of a record.

Lists still show the record, with a note, so that a colleague can deal with it instead. Pages give a warning first
(`web/authority/lookups.py`), and the commands refuse.
"""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Exists, OuterRef

from calloff.kernel.lifecycles import Refused
from calloff.people.models import Organisation, RoleGrant, User


def require_no_role_at(other: Organisation, *, by: User, at: datetime) -> None:
    """Refuse an authority's command about a provider if the person has any role at that provider."""
    if by.roles_at(other, at):
        raise Refused(f"You have a role at {other}, so someone else must do this.")


def acts_for(person: User, at: datetime, side: str) -> Exists:
    """Annotate rows with whether a person acts for the organisation in the field `side`.

    A team belongs to its authority, so acting for the team is not a conflict.
    """
    held = RoleGrant.objects.in_force(at).filter(person=person, organisation=OuterRef(side))
    return Exists(held.exclude(organisation__kind=Organisation.Kind.TEAM))


def colleagues_without_conflict(
    authority: Organisation, other: Organisation, *, can: Collection[str], besides: User, at: datetime
) -> list[str]:
    """Return an authority's people with any of the given permissions who do not act for the other side."""
    able: set[User] = set()
    for permission in can:
        able |= set(User.objects.who_can(permission, organisation=authority, at=at).exclude(pk=besides.pk))
    return sorted(str(one) for one in able if not one.roles_at(other, at))
