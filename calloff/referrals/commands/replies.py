"""Commands for a provider that the buyer invited: open the invitation, reply to it, or decline it."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from django.db import connection, transaction

from calloff.directory import timetables
from calloff.directory.models import Price, Service
from calloff.directory.states import ServiceStatus
from calloff.directory.timetables import Slot
from calloff.history.transitions import transition
from calloff.kernel.clock import local_day
from calloff.kernel.formatting import format_at_time
from calloff.kernel.lifecycles import Problem, Refused, with_answer_problems
from calloff.members.locks import lock_standing
from calloff.outbox.commands import MessageText, queue_message
from calloff.people.models import User
from calloff.people.permissions import Can
from calloff.referrals import messages
from calloff.referrals.anonymity_check import require_no_child_numbers
from calloff.referrals.date_limits import find_start_problem
from calloff.referrals.invitation_eligibility import why_not_invitable_for_provider
from calloff.referrals.models import DeclineReason, ExpressionOfInterest, OfferedSession, Referral
from calloff.referrals.states import OPEN_STATUSES, InterestStatus

__all__ = ["check_reply", "decline", "open", "reply"]


class InterestReply(NamedTuple):
    """A provider's reply: a service, a price from the provider's list, the first day, weekly sessions and a message."""

    service: Service
    price: Price
    start_on: date
    timetable: Sequence[Slot]
    message: str


def open(interest: ExpressionOfInterest, *, by: User, at: datetime) -> ExpressionOfInterest:
    """Record when a provider first saw an invitation that it has not answered yet.

    Later views are not recorded.
    """
    with transition(interest, "open", by=by, at=at) as opened:
        opened.seen_at = opened.seen_at or at
    return opened


def find_reply_problems(
    interest: ExpressionOfInterest, *, start_on: date | None = None, at: datetime, **_: object
) -> list[Problem]:
    """Return the problems with the first day in a reply. `find_timetable_problems` checks the weekly sessions."""
    if start_on is None:
        return []
    if start_on < local_day(at):
        return [Problem("The first day must be today or later", "start_on")]
    late = find_start_problem(start_on, interest.referral.market, local_day(at))
    return [Problem(late, "start_on")] if late else []


@with_answer_problems(find_reply_problems)
@transaction.atomic
def reply(interest: ExpressionOfInterest, *, reply: InterestReply, by: User, at: datetime) -> ExpressionOfInterest:
    """Record that a provider is interested or, until replies close, change the provider's reply.

    The amount is copied from the price list in force on the first day. Raises Refused after replies close, for a member
    that cannot take a placement now, and for an invalid service, price or timetable.
    """
    referral = lock_reply_window(interest, at)
    with transition(interest, "reply", by=by, at=at) as replied:
        lock_standing(member=replied.member)
        check_reply(replied, reply=reply, at=at)
        is_new = replied.status != InterestStatus.INTERESTED
        replied.service, replied.price, replied.amount = reply.service, reply.price, reply.price.amount
        replied.start_on, replied.message = reply.start_on, reply.message.strip()
        replied.hours, replied.timetable = None, ""
        OfferedSession.objects.filter(interest=replied).delete()
        OfferedSession.objects.bulk_create(
            OfferedSession(interest=replied, **row) for row in timetables.session_values(reply.timetable)
        )
        replied.reason = replied.note = ""
        replied.seen_at, replied.answered_at = replied.seen_at or at, at
        if is_new:
            _notify_buyer(replied, referral, messages.replied(replied), at)
    return replied


@with_answer_problems(find_reply_problems)
def check_reply(interest: ExpressionOfInterest, *, reply: InterestReply, at: datetime) -> None:
    """Check a reply without saving it, for the page that shows the reply before it is sent.

    `reply` makes the same checks again. Raises Refused, with each problem's field.
    """
    why_not = why_not_invitable_for_provider(interest.member, at)
    if why_not:
        raise Refused(f"You cannot take a new placement at the moment, because {why_not}")
    require_no_child_numbers({"message": reply.message})
    problems = _reply_problems(interest, reply, at)
    if problems:
        raise Refused.because(problems)


@transaction.atomic
def decline(
    interest: ExpressionOfInterest, *, reason: str, note: str = "", by: User, at: datetime
) -> ExpressionOfInterest:
    """Decline an invitation, with a reason from the list.

    The provider can decline at any time. Raises Refused if the reason is missing, or if “other” has no explanation.
    """
    referral = _lock_shared(interest)
    with transition(interest, "decline", by=by, at=at) as declined:
        if reason not in DeclineReason.values:
            raise Refused("Select why you are declining", "reason")
        if reason == DeclineReason.OTHER and not note.strip():
            raise Refused("Enter why you are declining", "note")
        require_no_child_numbers({"note": note})
        declined.reason, declined.note = reason, note.strip()
        declined.seen_at, declined.answered_at = declined.seen_at or at, at
        _notify_buyer(declined, referral, messages.declined(declined), at)
    return declined


def lock_reply_window(interest: ExpressionOfInterest, at: datetime) -> Referral:
    """Lock the referral's reply window until the transaction ends, and return the referral.

    Raises Refused if replies are closed, as they are at the exact closing time. The lock is shared, so that many
    providers can reply at the same time. Until they finish, the buyer cannot close the referral, make an offer or
    extend the window.
    """
    referral = _lock_shared(interest)
    if referral.status not in OPEN_STATUSES:
        raise Refused("This request has closed. You do not need to do anything.")
    if referral.reply_by is None or at >= referral.reply_by:
        raise Refused(
            f"Replies closed {format_at_time(referral.reply_by)}." if referral.reply_by else "Replies have closed."
        )
    return referral


def _lock_shared(interest: ExpressionOfInterest) -> Referral:
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM referrals_referral WHERE id = %s FOR SHARE", [interest.referral_id])
    return Referral.objects.select_related("buyer", "authority").get(pk=interest.referral_id)


def _reply_problems(interest: ExpressionOfInterest, reply: InterestReply, at: datetime) -> list[Problem]:
    problems = []
    service, price = reply.service, reply.price
    if service.member_id != interest.member_id or service.status != ServiceStatus.LIVE:
        problems.append(Problem("Select one of your services in this category", "service"))
    in_time = price.starts_on <= reply.start_on and (price.ends_on is None or reply.start_on <= price.ends_on)
    if price.service_id != service.pk or not in_time:
        problems.append(Problem("Select a price for this service that applies on the first day", "price"))
    problems += find_reply_problems(interest, start_on=reply.start_on, at=at)
    try:
        timetables.require_timetable(reply.timetable, price.unit, provider=interest.provider)
    except Refused as refusal:
        problems.extend(refusal.problems)
    if not reply.message.strip():
        problems.append(Problem("Enter how you would meet the child’s needs", "message"))
    return problems


def _notify_buyer(interest: ExpressionOfInterest, referral: Referral, message: MessageText, at: datetime) -> None:
    people = User.objects.who_can(Can.PLACE, organisation=referral.buyer, at=at)
    queue_message(message, to=people, sender=str(referral.authority), at=at)
