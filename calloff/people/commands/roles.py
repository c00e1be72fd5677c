"""End roles, or suspend them until they are approved again."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction

from calloff.history.transitions import record_change, transition
from calloff.kernel.lifecycles import Refused
from calloff.kernel.names import is_same_mailbox
from calloff.outbox.commands import queue_message
from calloff.people import messages
from calloff.people.commands.second_person import require_long_alone_to_reapprove
from calloff.people.models import RoleGrant, User
from calloff.people.permissions import Can, roles_with
from calloff.people.states import RoleGrantStatus

__all__ = ["change_email", "end", "reapprove", "step_down", "suspend"]


def end(grant: RoleGrant, *, by: User, at: datetime) -> RoleGrant:
    """End a person's role, and email them. At least one person who can manage people must remain."""
    with transition(grant, "end", by=by, at=at, along=[grant.organisation]) as held:
        held.ends_at = at
        _somebody_stays(held, at)
        if by.pk != held.person_id:
            leaves_alone = _leaves_alone(held, by, at)
            words = messages.role_ended(held, alone=by.name if leaves_alone else "")
            queue_message(words, to=[held.person], sender=str(held.organisation), at=at)
            if leaves_alone:
                told = _who_hear_of_one_manager(held, by, at)
                queue_message(messages.one_manager_left(held, by), to=told, sender=str(held.organisation), at=at)
    return held


def step_down(grant: RoleGrant, *, by: User, at: datetime) -> RoleGrant:
    """Give up your own role, and tell the people administrators.

    At least one person who can manage people must remain.
    """
    with transition(grant, "step_down", by=by, at=at, along=[grant.organisation]) as held:
        held.ends_at = at
        _somebody_stays(held, at)
        managing = User.objects.who_can(Can.MANAGE_PEOPLE, organisation=held.organisation, at=at).exclude(pk=by.pk)
        queue_message(messages.stepped_down(held), to=managing, sender=str(held.organisation), at=at)
    by.forget_roles()
    return held


@transaction.atomic
def change_email(person: User, *, new: str, at: datetime) -> None:
    """Suspend a person's roles until they are approved again, because the person's email address has changed.

    The caller must already have confirmed the new address and required the person to sign in again. The caller also
    emails both addresses.
    """
    person.email = new.lower()
    person.save(update_fields=["email"])
    for grant in RoleGrant.objects.filter(person=person, status=RoleGrantStatus.ACTIVE).order_by("pk"):
        with transition(grant, "suspend", by=person, at=at) as held:
            answering = User.objects.who_can(Can.LINK_PEOPLE, organisation=held.answerable, at=at).exclude(pk=person.pk)
            queue_message(messages.roles_to_reapprove(held), to=answering, sender=str(held.organisation), at=at)
    person.forget_roles()


def suspend(grant: RoleGrant, *, by: User, at: datetime) -> RoleGrant:
    """Suspend your own role until it is approved again."""
    with transition(grant, "suspend", by=by, at=at) as held:
        pass
    return held


def reapprove(grant: RoleGrant, *, by: User, at: datetime) -> RoleGrant:
    """Restore a suspended role.

    Raises PermissionDenied for the person's own role. Raises Refused for someone with the same mailbox, and for a
    two-person role in the week after the last other people administrator left.
    """
    if by.pk == grant.person_id:
        raise PermissionDenied("You cannot approve your own role. Ask a colleague.")
    if is_same_mailbox(by.email, grant.person.email):
        raise Refused("This person has the same email address as you. Ask a colleague to approve the role.")
    with transition(grant, "reapprove", by=by, at=at) as held:
        require_long_alone_to_reapprove(held, by=by, at=at)
        record_change("role", "", held.role)
    return held


def _somebody_stays(held: RoleGrant, at: datetime) -> None:
    managing = roles_with(Can.MANAGE_PEOPLE)
    others = RoleGrant.objects.in_force(at).filter(
        organisation=held.organisation, role__in=managing, person__is_active=True
    )
    if held.role in managing and not others.exclude(pk=held.pk).exists():
        raise Refused(
            "Your organisation must have a people administrator. Invite a colleague to this role. When they have "
            "accepted, end your own role."
        )


def _leaves_alone(held: RoleGrant, by: User, at: datetime) -> bool:
    """Return whether, after a role ends, the person who ends it would be the only one who manages people there."""
    if held.role not in roles_with(Can.MANAGE_PEOPLE):
        return False
    managing = RoleGrant.objects.in_force(at).filter(
        organisation=held.organisation, role__in=roles_with(Can.MANAGE_PEOPLE)
    )
    left = managing.exclude(pk=held.pk).filter(person__is_active=True).values_list("person", flat=True)
    return set(left) == {by.pk}


def _who_hear_of_one_manager(held: RoleGrant, by: User, at: datetime) -> list[User]:
    """Return who must hear that only one person manages people: those who sign or decide, and those who manage
    people at the host.
    """
    place = held.organisation
    people = {
        one.pk: one
        for can in (Can.SIGN, Can.COUNTERSIGN, Can.DECIDE)
        for one in User.objects.who_can(can, organisation=place, at=at)
    }
    if place.host:
        people |= {one.pk: one for one in User.objects.who_can(Can.LINK_PEOPLE, organisation=place.host, at=at)}
    return [one for pk, one in sorted(people.items()) if pk not in {by.pk, held.person_id}]
