"""By how many people a role is given: one rule for every way in which somebody comes to act for an organisation.

Invitations, first people and requests to join all ask `who_confirms`. A role that is given back (`reapprove`) was
given by this rule before, and a provider that somebody registers (`register`) was nobody's.
"""

from collections.abc import Iterable
from datetime import datetime

from calloff.kernel.states import Refused
from calloff.kernel.words import moment
from calloff.people.models import JoinRequest, Organisation, User
from calloff.people.permissions import needs_two_people
from calloff.people.queries import (
    acts_there,
    alone_from,
    managed_there,
    manager_to_reapprove,
    roles_on_joining,
    second_people,
)


def who_confirms(
    organisation: Organisation, giving: Organisation, roles: Iterable[str], *, address: str, by: User, at: datetime
) -> list[User]:
    """Return those of whom one must confirm that an address is given roles; nobody, where `by` may give them alone.

    `giving` is the organisation itself or, while nobody manages people there, the authority that answers for it: its
    people give such a role alone only where nobody acts at the organisation yet, else the first would stand above them.

    Raises Refused in the week after the last other manager left, and at an authority where somebody manages people at
    the organisation, or would once their role is approved again.
    """
    two = any(needs_two_people(role) for role in roles)
    if giving != organisation:
        if managed_there(organisation, at):
            raise Refused(f"{organisation} already has people of its own. They invite their colleagues.")
        if manager_to_reapprove(organisation):
            raise Refused(
                f"Someone who manages people at {organisation} has changed their email address. Check with them, and "
                "approve their role again instead."
            )
        two = two and acts_there(organisation)
    if not two:
        return []
    others = second_people(giving, address, by=by, at=at)
    if not others:
        require_long_alone(giving, address, by=by, at=at)
    return others


def joining_needs_second_person(asked: JoinRequest, by: User, at: datetime) -> bool:
    """Say whether a second person must confirm what somebody asks for, once `by` approves it: for the page before."""
    try:
        roles = roles_on_joining(asked, at)
        return bool(who_confirms(asked.organisation, asked.answering, roles, address=asked.person.email, by=by, at=at))
    except Refused:  # said when they approve
        return False


def require_long_alone(organisation: Organisation, address: str, *, by: User, at: datetime) -> None:
    """Refuse a role that needs two people in the week after the last other person who managed people there left."""
    since = alone_from(organisation, address, by=by, at=at)
    if at < since:
        raise Refused(
            f"This role needs a second person, and nobody else manages people at {organisation} now. You can give it "
            f"alone from {moment(since)}, a week after your last colleague with that role. If a colleague’s role "
            "needs approving again, do that first, and ask them to confirm."
        )
