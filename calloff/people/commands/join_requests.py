"""Ask to act for an organisation that is already on Calloff, and answer such requests."""

from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction

from calloff.history.transitions import create, record_reason, transition
from calloff.kernel.clock import local_day
from calloff.kernel.formatting import format_datetime, format_wait
from calloff.kernel.lifecycles import Refused
from calloff.kernel.names import is_same_mailbox
from calloff.kernel.short_text import find_lines_problem
from calloff.outbox.commands import queue_message
from calloff.people import messages
from calloff.people.commands.invitations import make_invitation
from calloff.people.commands.second_person import who_confirms
from calloff.people.models import JoinRequest, Organisation, RoleGrant, User
from calloff.people.permissions import (
    PROVIDER_ROLES,
    SCHOOL_ROLES,
    Can,
    Role,
)
from calloff.people.queries import roles_on_joining
from calloff.rate_limits.counts import count_attempt
from calloff.rate_limits.limits import LimitName

__all__ = ["approve_join", "ask_to_join", "decline_join", "withdraw_join"]

JOIN_ROLES_BY_KIND = {  # the roles that people outside an organisation can request
    Organisation.Kind.PROVIDER: PROVIDER_ROLES,
    Organisation.Kind.SCHOOL: tuple(role for role in SCHOOL_ROLES if role != Role.BUYER_ADMINISTRATOR),
}


# This is our own choice. After a request is declined, the person should talk to the organisation before asking again.
WAIT_AFTER_DECLINE = timedelta(days=7)
# how many requests one person can have open, so that no one can write to every council one after the other
MAX_OPEN_JOIN_REQUESTS = 5


def ask_to_join(
    organisation: Organisation, *, by: User, at: datetime, said: str, role: str = Role.PROVIDER_LEAD,
    host: Organisation | None = None,
) -> JoinRequest:  # fmt: skip
    """Ask to act for an organisation that is already on Calloff.

    Someone at the organisation answers the request or, if no one there can, its host or the authority that is now
    responsible. The people who can answer get an email. After many of these emails in a day, they get one email which
    says that there are more requests, and later requests appear only on their account pages.

    Raises Refused for a second open request, in the week after a request was declined, and above a person's daily
    limit, because people can repeat requests and each of them sends an email.
    """
    host = host or organisation.host
    if by.roles_at(organisation, at):
        raise Refused(f"You already act for {organisation}.")
    if role not in JOIN_ROLES_BY_KIND.get(Organisation.Kind(organisation.kind), ()):
        raise Refused("Ask your organisation to add you.", "role")
    if wrong := find_lines_problem(said, noun="How the organisation knows you"):
        raise Refused(wrong, "said")
    if (
        JoinRequest.objects.waiting().filter(person=by).exclude(organisation=organisation).count()
        >= MAX_OPEN_JOIN_REQUESTS
    ):
        raise Refused(
            f"You already have {MAX_OPEN_JOIN_REQUESTS} requests waiting for an answer. Withdraw a request, then ask "
            "again."
        )
    declined = JoinRequest.objects.filter(person=by, organisation=organisation, declined_at__gt=at - WAIT_AFTER_DECLINE)
    last = declined.order_by("-declined_at").first()
    if last and last.declined_at:
        raise Refused(
            f"{organisation} declined your request. You can ask again from "
            f"{format_datetime(last.declined_at + WAIT_AFTER_DECLINE)}. "
            "Someone there can invite you before then."
        )
    anyone = User.objects.who_can(Can.LINK_PEOPLE, organisation=organisation, at=at).exists()
    answerable = organisation if anyone or host is None else host
    with transaction.atomic():
        request = JoinRequest(
            person=by, organisation=organisation, answerable=answerable, role=role, said=said, asked_at=at
        )
        create(request, "ask_to_join", by=by, at=at)
        taken = count_attempt(LimitName.JOIN_REQUEST, by.pk, at=at)
        if not taken.allowed:
            raise Refused(
                f"You have asked to join too many times. Wait {format_wait(taken.resets_in)}, then ask again."
            )
        answering = User.objects.who_can(Can.LINK_PEOPLE, organisation=answerable, at=at)
        if count_attempt(LimitName.JOIN_REQUEST_EMAIL, answerable.pk, at=at).allowed:
            queue_message(messages.asked_to_join(request), to=answering, sender=str(answerable), at=at)
        else:
            once = f"more-requests-to-join-{answerable.pk}-{local_day(at)}"
            queue_message(
                messages.more_asked_to_join(answerable), to=answering, sender=str(answerable), at=at, key=once
            )
    return request


def approve_join(request: JoinRequest, *, by: User, at: datetime) -> JoinRequest:
    """Approve a request to join. The first person of an organisation on a council's list claims that organisation.

    The first person gets more roles than they requested (`roles_on_joining`). The rule for invitations
    (`who_confirms`) decides whether one or two people must approve. If a second person must, this creates an
    invitation, which is sent once that person confirms it. Raises Refused for a request from the approver's own
    mailbox or from a closed account.
    """
    _require_somebody_else(request, by)
    with transition(request, "approve_join", by=by, at=at, along=[request.organisation]) as asked:
        organisation, answering, roles = asked.organisation, asked.answering, roles_on_joining(asked, at)
        address = asked.person.email
        if who_confirms(organisation, answering, roles, address=address, by=by, at=at):
            make_invitation(organisation, answering, address=address, roles=[*roles], by=by, at=at)
            return asked
        if not organisation.has_people:
            with transition(organisation, "claim", by=by, at=at):
                pass
        for role in roles:
            create(
                RoleGrant(person=asked.person, organisation=organisation, role=role, starts_at=at), "link", by=by, at=at
            )
        queue_message(messages.join_approved(asked, answering), to=[asked.person], sender=str(answering), at=at)
        # From now on, someone at the organisation answers all requests, even those that were made earlier.
        if answering != organisation:
            for other in JoinRequest.objects.waiting().filter(organisation=organisation).exclude(pk=asked.pk):
                queue_message(messages.asked_to_join(other), to=[asked.person], sender=str(organisation), at=at)
    return asked


def decline_join(request: JoinRequest, *, by: User, at: datetime, reason: str) -> JoinRequest:
    """Decline a request, and give a reason that the person can read."""
    with transition(request, "decline_join", by=by, at=at) as asked:
        asked.reason, asked.declined_at = _required(reason), at
        record_reason(asked)
        answering = asked.answering
        queue_message(messages.join_declined(asked, answering), to=[asked.person], sender=str(answering), at=at)
    return asked


def withdraw_join(request: JoinRequest, *, by: User, at: datetime) -> JoinRequest:
    with transition(request, "withdraw_join", by=by, at=at) as asked:
        pass
    return asked


def _require_somebody_else(request: JoinRequest, by: User) -> None:
    """Raise Refused for a person's own request, from any of their accounts, and for a request from a closed
    account.
    """
    if by.pk == request.person_id:
        raise PermissionDenied("You cannot approve your own request. Ask a colleague.")
    if is_same_mailbox(by.email, request.person.email):
        raise Refused("This request was made with your own email address. Ask a colleague to answer it.")
    if not User.objects.filter(pk=request.person_id, is_active=True).exists():
        raise Refused("This person has closed their account. Decline the request.")


def _required(reason: str) -> str:
    if not reason.strip():
        raise Refused("Enter a reason for the person to read", "reason")
    return reason.strip()
