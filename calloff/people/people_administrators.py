"""Find the people who manage people at organisations, in one query."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Q

from calloff.kernel.names import is_same_mailbox
from calloff.people.models import Organisation, RoleGrant, User
from calloff.people.permissions import Can, roles_with
from calloff.people.states import RoleGrantStatus

# This is our own choice. It gives the colleague, the head and the council time to read their emails.
ALONE_WAIT = timedelta(days=7)


@dataclass
class Managers:
    """The roles at an organisation that manage people, including those that have ended, and its other current
    roles.
    """

    grants: list[RoleGrant] = field(default_factory=list)

    def anyone(self, at: datetime) -> bool:
        """Return whether anyone now manages people there."""
        return bool(self._now(at))

    @property
    def to_reapprove(self) -> bool:
        """Return whether anyone would manage people there once their role has been approved again."""
        return any(one.status == RoleGrantStatus.SUSPENDED and one.person.is_active for one in self._managing)

    @property
    def acts_there(self) -> bool:
        """Return whether anyone has a role there, including roles that are waiting for approval."""
        return any(one.status != RoleGrantStatus.ENDED and one.person.is_active for one in self.grants)

    def second_people(self, address: str, *, by: User, at: datetime) -> list[User]:
        """Return the people administrators who could confirm a role for an address.

        Two accounts with the same mailbox count as one person, so this leaves out people with the same mailbox as `by`
        or as the address.
        """
        people = {one.person_id: one.person for one in self._now(at)}
        return [one for pk, one in sorted(people.items()) if _is_another(one, address, by)]

    def alone_from(self, address: str, *, by: User, at: datetime, but_suspended: bool = False) -> datetime:
        """Return when a person can give a two-person role alone, if no one else can confirm the role now.

        This is a week after the last day on which another person managed people there, so that no one can end a
        colleague's role and act alone on the same day. A colleague whose role is waiting to be approved again still
        counts. The reason why the colleague left does not matter: the role ended or expired, the colleague gave it up,
        or the account was closed. With `but_suspended`, people with a suspended role do not count. So if everyone has
        changed their address, one person can approve the first role again.
        """
        last = [
            at if one.ends_at is None else min(one.ends_at, at)
            for one in self._managing
            if one.starts_at <= at
            and _is_another(one.person, address, by)
            and not (but_suspended and one.status == RoleGrantStatus.SUSPENDED)
        ]
        return max(last) + ALONE_WAIT if last else at

    @property
    def _managing(self) -> list[RoleGrant]:
        roles = roles_with(Can.MANAGE_PEOPLE)
        return [one for one in self.grants if one.role in roles]

    def _now(self, at: datetime) -> list[RoleGrant]:
        there = [one for one in self._managing if one.status == RoleGrantStatus.ACTIVE and one.covers(at)]
        return [one for one in there if one.person.is_active]


def managers_of(organisations: Iterable[Organisation]) -> dict[int, Managers]:
    """Load the people administrators of several organisations in one query, and return them by organisation key."""
    found: dict[int, Managers] = defaultdict(Managers)
    counts = Q(role__in=roles_with(Can.MANAGE_PEOPLE)) | ~Q(status=RoleGrantStatus.ENDED)
    held = RoleGrant.objects.filter(counts, organisation__in={one.pk for one in organisations})
    for grant in held.select_related("person").order_by("pk"):
        found[grant.organisation_id].grants.append(grant)
    return found


def _is_another(person: User, address: str, by: User) -> bool:
    return person.pk != by.pk and not any(is_same_mailbox(person.email, other) for other in (by.email, address))
