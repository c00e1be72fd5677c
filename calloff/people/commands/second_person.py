"""Decide whether one or two people must give a role, with one rule for every way of joining.

Invitations, first people and requests to join all use `who_confirms`. `reapprove` restores a role that was given under
this rule to someone whose mailbox has changed, so a person cannot restore it alone in the first week. If someone
registers a provider (`register`), there is no one else who could confirm.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from calloff.kernel.formatting import format_datetime
from calloff.kernel.lifecycles import Refused
from calloff.people.models import Invitation, JoinRequest, Organisation, RoleGrant, User
from calloff.people.people_administrators import Managers, managers_of
from calloff.people.permissions import needs_two_people
from calloff.people.queries import roles_on_joining


def who_confirms(
    organisation: Organisation, giving: Organisation, roles: Iterable[str], *, address: str, by: User, at: datetime,
    managers: Mapping[int, Managers] | None = None,
) -> list[User]:  # fmt: skip
    """Return the people who can confirm roles for an address, or an empty list if `by` can give the roles alone.

    `giving` is the organisation itself or, if no one manages people there, the authority that is responsible for it.
    People at the authority can give a role there alone only if no one acts for the organisation yet. `managers`
    contains the managers of both, if they have already been loaded for many organisations.

    Raises Refused in the week after the last other manager left. Also raises Refused for an authority if someone
    manages people at the organisation, or will do so once their role is approved again.
    """
    known = managers_of({organisation, giving}) if managers is None else managers
    there, givers = known[organisation.pk], known[giving.pk]
    two = any(needs_two_people(role) for role in roles)
    if giving != organisation:
        if there.anyone(at):
            raise Refused(f"{organisation} already has its own people on Calloff. They can invite their colleagues.")
        if there.to_reapprove:
            raise Refused(
                f"An administrator at {organisation} has changed their email address. Check with that person, and "
                f"approve their role again instead of inviting someone new."
            )
        two = two and there.acts_there
    if not two:
        return []
    others = givers.second_people(address, by=by, at=at)
    since = givers.alone_from(address, by=by, at=at)
    if not others and at < since:
        raise Refused(
            f"A second person must confirm this role, but {giving} has no other people administrator. You can give "
            f"the role on your own from {format_datetime(since)}, a week after the last of the other "
            f"administrators left. If "
            f"a colleague’s role needs approving again, approve it first, then ask them to confirm."
        )
    return others


def who_confirms_now(invitation: Invitation, at: datetime) -> list[User]:
    """Return the people who must now confirm an invitation (see `who_confirms`).

    An invitation lasts for weeks and can be sent again, so new colleagues might have joined. Raises Refused if the
    last of them has just left.
    """
    if invitation.confirmed_by_id:
        return []
    return who_confirms(
        invitation.organisation, invitation.inviting, invitation.roles, address=invitation.email,
        by=invitation.invited_by, at=at,
    )  # fmt: skip


def second_people_now(invitation: Invitation, at: datetime) -> list[User]:
    """Return the same people as `who_confirms_now`, for a stored invitation.

    If `who_confirms_now` raises Refused, the result is empty.
    """
    try:
        return who_confirms_now(Invitation.objects.get(pk=invitation.pk), at)
    except Refused:
        return []


def require_long_alone(organisation: Organisation, *, by: User, at: datetime) -> list[User]:
    """Raise Refused for a change that makes sign-in weaker, in the week after the last other people administrator
    left.

    Returns the other people who now manage people there. Two-person roles have the same rule. So a person who ends a
    colleague's role cannot remove a safeguard on the same day.
    """
    there = managers_of([organisation])[organisation.pk]
    others, since = there.second_people("", by=by, at=at), there.alone_from("", by=by, at=at)
    if not others and at < since:
        raise Refused(
            f"You are the only people administrator at {organisation}. You can do this alone from "
            f"{format_datetime(since)}, a week after the last of the other administrators left."
        )
    return others


def require_long_alone_to_reapprove(grant: RoleGrant, *, by: User, at: datetime) -> None:
    """Raise Refused for a two-person role with a new mailbox, in the week after the last other people administrator
    left.
    """
    if not needs_two_people(grant.role):
        return
    there = managers_of([grant.answerable])[grant.answerable.pk]
    address = grant.person.email
    since = there.alone_from(address, by=by, at=at, but_suspended=True)
    if not there.second_people(address, by=by, at=at) and at < since:
        raise Refused(
            f"You are the only people administrator at {grant.answerable}. You can approve this role from "
            f"{format_datetime(since)}, a week after the last of the other administrators left."
        )


def joining_needs_second_person(asked: JoinRequest, by: User, at: datetime) -> bool:
    """Return whether a second person must confirm a request after `by` has approved it.

    A page can then say so before the approval.
    """
    try:
        roles = roles_on_joining(asked, at)
        return bool(who_confirms(asked.organisation, asked.answering, roles, address=asked.person.email, by=by, at=at))
    except Refused:  # The person will see the refusal when they approve the request.
        return False
