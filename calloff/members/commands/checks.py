"""Commands for checking a provider, and for the conditions of its admission."""

from datetime import date, datetime

from calloff.history.transitions import record_reason, transition
from calloff.kernel.clock import local_day
from calloff.kernel.lifecycles import Refused
from calloff.markets.queries import who_can
from calloff.members import messages
from calloff.members.models import Member, MembershipCondition, ProviderCheck
from calloff.members.states import LASTING_STATUSES
from calloff.outbox.commands import queue_message
from calloff.people.conflicts import require_no_role_at
from calloff.people.models import User
from calloff.people.permissions import Can

__all__ = ["answer_condition", "meet_condition", "record_check"]


def record_check(
    member: Member, *, checked_on: date, how: str, found: str = "", by: User, at: datetime
) -> ProviderCheck:
    """Record a check on a provider, and store its date in all of the provider's memberships at the authority.

    The public can see when the check took place, but not what was found. Raises Refused for a date in the future, and
    if the person has a role at the provider.
    """
    if checked_on > local_day(at):
        raise Refused("The date of the check must be today or in the past", "checked_on")
    members = list(
        Member.objects.filter(
            authority=member.authority_id, provider=member.provider_id, status__in=LASTING_STATUSES
        ).order_by("pk")
    )
    with transition(
        member, "record_check", by=by, at=at, along=[membership for membership in members if membership.pk != member.pk]
    ) as root:
        require_no_role_at(root.provider, by=by, at=at)
        check = ProviderCheck.objects.create(
            authority=root.authority, provider=root.provider, checked_on=checked_on, how=how, found=found.strip(),
            by=by, recorded_at=at,
        )  # fmt: skip
        _set_last_check(root, checked_on)
        for membership in members:
            if membership.pk != root.pk:
                with transition(membership, "record_check", by=by, at=at) as checked:
                    _set_last_check(checked, checked_on)
    return check


def answer_condition(condition: MembershipCondition, *, answer: str, by: User, at: datetime) -> MembershipCondition:
    """Record how a provider says that it meets a condition of its admission.

    Raises Refused if the explanation is empty.
    """
    if not answer.strip():
        raise Refused("Enter how you have met the condition", "answer")
    with transition(condition, "answer_condition", by=by, at=at) as answered:
        answered.answer, answered.answered_at = answer.strip(), at
        officers = who_can(Can.ASSURE, in_market=answered.member.market, at=at)
        queue_message(messages.condition_answered(answered), to=officers, sender=str(answered.authority), at=at)
    return answered


def meet_condition(condition: MembershipCondition, *, reason: str, by: User, at: datetime) -> MembershipCondition:
    """Record that a condition has been met, and the reason.

    Raises Refused if no reason is given, or if the person has a role at the provider.
    """
    if not reason.strip():
        raise Refused("Enter the evidence that the condition is met", "reason")
    with transition(condition, "meet_condition", by=by, at=at) as met:
        require_no_role_at(met.member.provider, by=by, at=at)
        met.met_at, met.met_because = at, reason.strip()
        record_reason(met)
    return met


def _set_last_check(member: Member, checked_on: date) -> None:
    if member.last_checked_on is None or member.last_checked_on < checked_on:
        member.last_checked_on = checked_on
