"""Invite people to roles at an organisation. They have no role until they accept.

The inviter learns nothing about an email address, for example whether it has an account or whose it is. So no command
here looks up the person, and each command does the same work and gives the same answer for every address.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction

from calloff.history.transitions import create, record_change, transition
from calloff.kernel.lifecycles import Refused
from calloff.kernel.names import MAX_PERSON_NAME_LENGTH, clean_email, clean_name, is_same_mailbox
from calloff.links.commands import LINK_REFUSAL, revoke_links, use_link
from calloff.links.queries import find_link
from calloff.outbox.commands import queue_message, queue_message_to_address
from calloff.people import messages
from calloff.people.commands.invitation_emails import (
    INVITATION_LINK_PURPOSE,
    count_invitation,
    count_to_mailbox,
    send_invitation,
)
from calloff.people.commands.second_person import second_people_now, who_confirms, who_confirms_now
from calloff.people.models import Invitation, Organisation, RoleGrant, User, invitation_expiry
from calloff.people.permissions import (
    ROLES_BY_KIND,
    Role,
    needs_two_people,
)
from calloff.people.queries import confirmation_still_counts, conflicts_of, has_manager, may_still_invite
from calloff.people.states import InvitationStatus, RoleGrantStatus

__all__ = [
    "accept_invitation",
    "confirm_invitation",
    "decline_by_link",
    "decline_invitation",
    "invite_first_person",
    "invite_person",
    "resend_invitation",
    "withdraw_invitation",
]

MAX_SENDINGS = 5  # checked again for each invitation
OWN_ADDRESS_REFUSAL = "This is your own email address. You cannot give yourself a role. Ask a colleague to invite you."
ROLE_ALREADY_HELD_REFUSAL = "This person already has this role."


def invite_person(
    organisation: Organisation, *, email: str, roles: Iterable[str], by: User, at: datetime, name: str = "",
    batch: UUID | None = None,
) -> Invitation:  # fmt: skip
    """Invite the owner of an email address to roles at an organisation.

    If a role makes decisions, shows a child's identity or gives access to others, a second person at the organisation
    must confirm the invitation. If there is no second person, the invitation is sent and marked as `alone`. Raises
    Refused for a role that belongs to another kind of organisation, for the inviter's own address, if the person
    already has an open invitation, and for too many invitations in a day. Also raises Refused for a two-person role in
    the week after the second person left (`alone_from`).

    `name` is the person's name as the inviter wrote it. If there is a `batch`, `invite_many` asks the second person
    once about the whole table.
    """
    address, wanted = clean_email(email), _fitting(organisation, roles)
    return make_invitation(
        organisation, organisation, address=address, roles=wanted, by=by, at=at, name=name, batch=batch
    )


def invite_first_person(
    organisation: Organisation, *, email: str, by: User, at: datetime, roles: Iterable[str] = (),
    host: Organisation | None = None, name: str = "", batch: UUID | None = None,
) -> Invitation:  # fmt: skip
    """Invite the first person of an organisation at which no one manages people.

    The authority that is now responsible for the organisation sends the invitation. At a provider, the first person
    becomes lead and signatory. At a school or team, the first person gets the given roles and becomes people
    administrator. If other people already act for the organisation, a second person at the authority must confirm the
    invitation, if there is one.

    Raises Refused if someone manages people at the organisation, or will do so once their role is approved again. Also
    raises Refused for a role that belongs to another kind of organisation.
    """
    inviting = host or organisation.host
    if inviting is None:
        raise PermissionDenied("No council is responsible for this organisation.")
    address, wanted = clean_email(email), roles_of_first_person(organisation, roles)
    return make_invitation(organisation, inviting, address=address, roles=wanted, by=by, at=at, name=name, batch=batch)


@transaction.atomic
def make_invitation(
    organisation: Organisation, inviting: Organisation, *, address: str, roles: list[str], by: User, at: datetime,
    name: str = "", batch: UUID | None = None,
) -> Invitation:  # fmt: skip
    """Send an invitation or, if a second person must confirm it first, ask that person (see `who_confirms`)."""
    _ready(organisation, inviting, address, roles, by=by, at=at)
    others = who_confirms(organisation, inviting, roles, address=address, by=by, at=at)
    of_first = inviting != organisation
    alone = not of_first and not others and any(needs_two_people(role) for role in roles)
    invitation = Invitation(
        organisation=organisation, inviting=inviting, email=address, roles=roles, invited_by=by, invited_at=at,
        expires_at=invitation_expiry(at), alone=alone, name=_name(name), batch=batch,
    )  # fmt: skip
    if others:
        create(invitation, "propose_first_person" if of_first else "propose_person", by=by, at=at)
        if batch is None:
            queue_message(messages.invitation_to_confirm(invitation), to=others, sender=str(inviting), at=at)
    else:
        _born(invitation, "invite_first_person" if of_first else "invite_person", by=by, at=at)
    return invitation


def roles_of_first_person(organisation: Organisation, roles: Iterable[str] = ()) -> list[str]:
    """Return the roles for the first person of an organisation. They always include managing people."""
    if organisation.kind == Organisation.Kind.PROVIDER:
        return [Role.PROVIDER_LEAD, Role.PROVIDER_SIGNATORY]
    wanted = _fitting(organisation, roles)
    return list(dict.fromkeys([*wanted, Role.BUYER_ADMINISTRATOR]))


def confirm_invitation(invitation: Invitation, *, by: User, at: datetime) -> Invitation:
    """Confirm an invitation as the second people administrator, and send it."""
    with transition(invitation, "confirm_invitation", by=by, at=at) as held:
        if by.pk == held.invited_by_id:
            raise PermissionDenied("You cannot confirm your own invitation.")
        if is_same_mailbox(by.email, held.email):
            raise Refused("This invitation is to your own email address. Ask another colleague to confirm it.")
        if is_same_mailbox(by.email, held.invited_by.email):
            raise Refused(
                "The person who made this invitation has the same email address as you. Ask another colleague to "
                "confirm it."
            )
        if held.has_expired(at):
            raise Refused("This invitation has expired. Withdraw the invitation and invite the person again.")
        if not may_still_invite(held, at):
            raise Refused(
                "The colleague who made this invitation is no longer a people administrator here. Withdraw the "
                "invitation and "
                "invite the person again."
            )
        held.confirmed_by, held.confirmed_at = by, at
        send_invitation(held, at=at)
    return held


@transaction.atomic
def resend_invitation(invitation: Invitation, *, by: User, at: datetime) -> Invitation:
    """Send an invitation again, with a new link and the full time to answer.

    The old link stops working. If the roles now need a second person but did not need one before, the second person is
    asked first, and we tell the recipient why the link has stopped working.
    """
    others = second_people_now(invitation, at)
    with transition(invitation, "resend_to_second_person" if others else "resend_invitation", by=by, at=at) as held:
        _require_not_declined(held)
        if held.times_sent >= MAX_SENDINGS:
            raise Refused(
                f"You have already sent this invitation {MAX_SENDINGS} times. Contact the person another way."
            )
        if not may_still_invite(held, at):
            raise Refused(
                "The person who made this invitation has left. Withdraw the invitation and invite the person again."
            )
        if not confirmation_still_counts(held, at):
            raise Refused(
                "The person who confirmed this invitation has left. Withdraw the invitation and invite the person "
                "again."
            )
        if not others:
            who_confirms_now(held, at)  # This call checks whether the inviter must wait a week.
        count_invitation(held.inviting, by, at)
        if others:
            _ask_second_person(held, others, by=by, at=at)
            count_to_mailbox(held, at)
            queue_message_to_address(messages.invitation_waits(held), address=held.email, sender="", at=at)
        else:
            send_invitation(held, at=at)
    return held


def withdraw_invitation(invitation: Invitation, *, by: User, at: datetime) -> Invitation:
    """Withdraw an unanswered invitation. Its link stops working."""
    with transition(invitation, "withdraw_invitation", by=by, at=at) as held:
        revoke_links(held, purpose=INVITATION_LINK_PURPOSE, at=at)
    return held


@transaction.atomic
def accept_invitation(invitation: Invitation, *, by: User, at: datetime, understood: bool = False) -> Invitation:
    """Accept an invitation that was sent to your own email address.

    The first person of an organisation on a council's list claims that organisation. A person who also acts for the
    other side (see `conflicts_of`) must confirm that they understand the consequences. If the roles now need a second
    person but did not when the invitation was sent, the person gets no role yet. A second person is asked to confirm,
    and the invitation can be accepted once they have. The inviter, the invited person and the second person all get an
    email. So check the status of the returned invitation.

    Raises PermissionDenied if the invitation was sent to another address, and Refused if it has expired or the inviter
    can no longer invite people.
    """
    _require_addressee(invitation, by)
    sent = _hold(invitation)
    if sent.status == InvitationStatus.SENT:
        _require_acceptable(sent, by, at)
        try:
            others = who_confirms_now(sent, at)
        # This sentence is for the inviter, who can read it when they send the invitation again.
        except Refused as refusal:
            raise Refused(
                f"The people who can invite you have changed. Ask {sent.inviting} to send the invitation again."
            ) from refusal
        if others:
            with transition(invitation, "ask_second_person", by=by, at=at) as held:
                _ask_second_person(held, others, by=by, at=at)
                words = messages.acceptance_needs_second_person(held)
                queue_message(words, to=[by], sender=str(held.inviting), at=at)
            return held
    with transition(invitation, "accept_invitation", by=by, at=at) as held:
        organisation = held.organisation
        conflicts = conflicts_of(by, organisation, at)
        if conflicts and not understood:
            raise Refused("Confirm that you understand what will change", "understood")
        if conflicts:
            record_change("conflict of interest understood", None, True)
        if not organisation.has_people:
            with transition(organisation, "claim_as_invited", by=by, at=at):
                pass
        current = set(
            RoleGrant.objects.filter(person=by, organisation=organisation)
            .exclude(status=RoleGrantStatus.ENDED)
            .values_list("role", flat=True)
        )
        for role in held.roles:
            if role not in current:
                create(
                    RoleGrant(person=by, organisation=organisation, role=role, starts_at=at),
                    "accept_role",
                    by=by,
                    at=at,
                )
        held.answered_by, held.answered_at = by, at
        revoke_links(held, purpose=INVITATION_LINK_PURPOSE, at=at)
        queue_message(messages.invitation_accepted(held, by), to=[held.invited_by], sender=str(held.inviting), at=at)
    by.forget_roles()
    return held


def decline_invitation(invitation: Invitation, *, by: User, at: datetime) -> Invitation:
    """Decline an invitation that was sent to your own email address.

    The inviter learns that the invitation was declined, but not who declined it.
    """
    _require_addressee(invitation, by)
    with transition(invitation, "decline_invitation", by=by, at=at) as held:
        if held.has_expired(at):
            raise Refused("This invitation has expired. You do not need to do anything.")
        held.answered_by, held.answered_at = by, at
        revoke_links(held, purpose=INVITATION_LINK_PURPOSE, at=at)
        queue_message(messages.invitation_declined(held), to=[held.invited_by], sender=str(held.inviting), at=at)
    return held


@transaction.atomic
def decline_by_link(token: str, *, at: datetime) -> Invitation:
    """Decline an invitation through its link, without an account. The inviter gets an email.

    No one is signed in, so the status does not change. The time is stored on the invitation, which can then no longer
    be accepted or sent again. Raises Refused if the link no longer works. Call this only for a POST request.
    """
    link = find_link(token, purpose=INVITATION_LINK_PURPOSE, at=at)
    if link is None:
        raise Refused(LINK_REFUSAL)
    held = Invitation.objects.select_for_update(of=("self",)).select_related("organisation", "inviting", "invited_by")
    invitation = held.get(pk=link.record_id)  # The invitation is locked before its links, as in every other command.
    use_link(token, purpose=INVITATION_LINK_PURPOSE, at=at)
    if invitation.status != InvitationStatus.SENT or invitation.has_expired(at):
        raise Refused("This invitation is no longer open. You do not need to do anything.")
    invitation.declined_by_link_at = at
    invitation.save(update_fields=["declined_by_link_at"])
    revoke_links(invitation, purpose=INVITATION_LINK_PURPOSE, at=at)
    words = messages.invitation_declined(invitation)
    queue_message(words, to=[invitation.invited_by], sender=str(invitation.inviting), at=at)
    return invitation


def _require_acceptable(invitation: Invitation, by: User, at: datetime) -> None:
    """Raise an error if an invitation can no longer be accepted, or if this person cannot accept it."""
    _require_not_declined(invitation)
    if invitation.has_expired(at):
        raise Refused(f"This invitation has expired. Ask {invitation.inviting} to send it again.")
    givers = [one for one in (invitation.invited_by, invitation.confirmed_by) if one]
    if any(is_same_mailbox(by.email, giver.email) for giver in givers):
        raise Refused("You cannot give a role to yourself. Ask a colleague to invite you.")
    if not may_still_invite(invitation, at):
        raise Refused(
            f"The person who invited you is no longer a people administrator. Ask {invitation.inviting} to "
            f"invite you again."
        )
    if not confirmation_still_counts(invitation, at):
        raise Refused(
            f"The person who confirmed your invitation is no longer a people administrator. Ask {invitation.inviting} "
            f"to invite you again."
        )
    if invitation.is_of_first_person and has_manager(invitation.organisation, at):
        raise Refused(f"{invitation.organisation} now has its own people on Calloff. Ask them to invite you.")


def _hold(invitation: Invitation) -> Invitation:
    """Lock an invitation and then its organisation.

    If two people accept invitations at the same time, the second command then sees the result of the first.
    """
    rows = Invitation.objects.select_for_update(of=("self",))
    held = rows.select_related("organisation", "inviting", "invited_by", "confirmed_by").get(pk=invitation.pk)
    Organisation.objects.select_for_update(of=("self",)).get(pk=held.organisation_id)
    return held


def _ask_second_person(invitation: Invitation, others: list[User], *, by: User, at: datetime) -> None:
    """Ask a second person to confirm an invitation, with the full time to answer, and tell the inviter."""
    invitation.expires_at = invitation_expiry(at)
    revoke_links(invitation, purpose=INVITATION_LINK_PURPOSE, at=at)
    sender = str(invitation.inviting)
    queue_message(messages.invitation_to_confirm(invitation), to=others, sender=sender, at=at)
    if by != invitation.invited_by:
        words = messages.invitation_needs_second_person(invitation)
        queue_message(words, to=[invitation.invited_by], sender=sender, at=at)


def _require_not_declined(invitation: Invitation) -> None:
    if invitation.declined_by_link_at is not None:
        raise Refused("This invitation was declined from the link in its email. Invite the person again if they ask.")


def _name(name: str) -> str:
    return clean_name(name, noun="Person’s name", longest=MAX_PERSON_NAME_LENGTH) if name.strip() else ""


def _ready(
    organisation: Organisation, inviting: Organisation, address: str, roles: list[str], *, by: User, at: datetime
) -> None:
    """Lock the inviting organisation, so that its invitations are counted one after the other, and refuse invalid
    ones.
    """
    Organisation.objects.select_for_update(of=("self",)).get(pk=inviting.pk)
    if is_same_mailbox(by.email, address):
        raise Refused(OWN_ADDRESS_REFUSAL, "email")
    current = RoleGrant.objects.filter(organisation=organisation, person__email__iexact=address, role__in=roles)
    # This reveals nothing, because colleagues can see it on the People page.
    if current.exclude(status=RoleGrantStatus.ENDED).exists():
        raise Refused(ROLE_ALREADY_HELD_REFUSAL, "email")
    count_invitation(inviting, by, at)
    open_ones = Invitation.objects.open().filter(organisation=organisation, email=address, expires_at__lte=at)
    for expired in open_ones:
        withdraw_invitation(expired, by=by, at=at)


def _born(invitation: Invitation, verb: str, *, by: User, at: datetime) -> None:
    create(invitation, verb, by=by, at=at)
    send_invitation(invitation, at=at)
    invitation.save(update_fields=["sent_at", "times_sent", "expires_at"])


def _fitting(organisation: Organisation, roles: Iterable[str]) -> list[str]:
    wanted = list(dict.fromkeys(roles))
    if not wanted:
        raise Refused("Select a role", "roles")
    if not set(wanted) <= set(ROLES_BY_KIND[organisation.kind]):
        raise Refused("People at this kind of organisation cannot have this role.", "roles")
    return wanted


def _require_addressee(invitation: Invitation, person: User) -> None:
    if invitation.email.lower() != person.email.lower() or invitation.status == InvitationStatus.TO_CONFIRM:
        raise PermissionDenied("This invitation was sent to another email address.")
