"""Commands that end a membership.

An officer proposes a removal with reasons, and the provider can respond. Then an officer either removes the member or
drops the proposal. A provider that was removed can apply again.
"""

from datetime import datetime

from calloff.applications import commands as applications
from calloff.applications.deadlines import calendar_of
from calloff.history.transitions import creating, record_reason, transition
from calloff.kernel.clock import day_after, local_day, midnight
from calloff.kernel.formatting import format_before
from calloff.kernel.lifecycles import Refused
from calloff.kernel.working_days import working_days_after
from calloff.members import messages
from calloff.members.models import Member, MemberRemoval
from calloff.members.states import LASTING_STATUSES, RemovalStatus
from calloff.outbox.commands import queue_message
from calloff.people.conflicts import require_no_role_at
from calloff.people.models import User
from calloff.people.permissions import Can

__all__ = ["answer_removal", "drop_removal", "propose_removal", "remove"]

# This is the time in our model terms. The market's own agreement might set a longer time.
REMOVAL_RESPONSE_WORKING_DAYS = 10


def propose_removal(member: Member, *, reason: str, by: User, at: datetime) -> MemberRemoval:
    """Email a member the reasons why it might be removed, and give it 10 working days to respond.

    The membership does not change yet. Raises Refused if no reason is given, if the membership has ended, or if the
    person has a role at the provider.
    """
    _require_reason(reason)
    require_no_role_at(member.provider, by=by, at=at)
    if member.status not in LASTING_STATUSES:
        raise Refused(f"This membership has already ended. Its status is {member.get_status_display().lower()}.")
    last_day = working_days_after(local_day(at), REMOVAL_RESPONSE_WORKING_DAYS, calendar_of(member.market))
    removal = MemberRemoval(
        authority=member.authority, provider=member.provider, member=member, reason=reason.strip(), proposed_at=at,
        answer_by=midnight(day_after(last_day)),
    )  # fmt: skip
    with creating(removal, "propose_removal", by=by, at=at):
        record_reason(removal)
        people = User.objects.who_can(Can.SEE_APPLICATIONS, organisation=member.provider, at=at)
        queue_message(messages.removal_proposed(removal), to=people, sender=str(member.authority), at=at)
    return removal


def answer_removal(removal: MemberRemoval, *, answer: str, by: User, at: datetime) -> MemberRemoval:
    """Record the provider's response to a proposal to remove it. Raises Refused if the response is empty."""
    if not answer.strip():
        raise Refused("Enter your response", "answer")
    with transition(removal, "answer_removal", by=by, at=at) as answered:
        answered.answer, answered.answered_at = answer.strip(), at
    return answered


def remove(member: Member, *, reason: str, by: User, at: datetime) -> Member:
    """Remove a member permanently, once it has responded or its time to respond has ended.

    Raises Refused if there is no reason or no proposal, if the member can still respond, or if the person has a role at
    the provider.
    """
    _require_reason(reason)
    removal = member.removals.filter(status__in=[RemovalStatus.PROPOSED, RemovalStatus.ANSWERED]).first()
    if removal is None:
        raise Refused("Propose the removal first. The provider must be given the reasons and a chance to respond.")
    with transition(member, "remove", by=by, at=at, along=[removal, member.request]) as removed:
        require_no_role_at(removed.provider, by=by, at=at)
        with transition(removal, "remove", by=by, at=at) as closed:
            if not closed.answered_at and at < closed.answer_by:
                raise Refused(
                    f"The provider can respond {format_before(closed.answer_by)}. You cannot remove it before then."
                )
            closed.closing_reason = reason.strip()
        record_reason(closed)
        applications.release(removed.request, by=by, at=at)
        removed.changed_at = at
        people = User.objects.who_can(Can.SEE_APPLICATIONS, organisation=removed.provider, at=at)
        queue_message(messages.removed(removed), to=people, sender=str(removed.authority), at=at)
    return removed


def drop_removal(removal: MemberRemoval, *, reason: str, by: User, at: datetime) -> MemberRemoval:
    """Drop a proposal to remove a member, so that the member stays. Raises Refused if no reason is given."""
    _require_reason(reason)
    with transition(removal, "drop_removal", by=by, at=at) as dropped:
        require_no_role_at(dropped.provider, by=by, at=at)
        dropped.closing_reason = reason.strip()
        record_reason(dropped)
    return dropped


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise Refused("Enter a reason. The provider will read it.", "reason")
