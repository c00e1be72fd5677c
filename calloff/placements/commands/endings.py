"""End a placement: before its start, with notice, as planned, early, by a return to school, or by a transfer.

The same action releases the place and the unused commitment, closes the agreement, ends access, and plans the exit
report and the later checks. A transfer is a move to another provider.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from calloff.agreements import commands as agreements
from calloff.agreements.states import AgreementStatus
from calloff.buying import commitments
from calloff.directory import place_allocation
from calloff.history.transitions import create, record_change, record_reason, transition
from calloff.kernel.clock import local_day
from calloff.kernel.formatting import format_date
from calloff.kernel.lifecycles import Problem, Refused
from calloff.kernel.school_days import SchoolCalendar
from calloff.kernel.working_days import BankHolidayCalendar, working_days_after
from calloff.outbox.commands import MessageText, queue_message
from calloff.people.models import User
from calloff.people.permissions import Can
from calloff.placements import access, agreed_terms, messages
from calloff.placements.commands.reviews import find_outcome_problems, outcomes_to_store
from calloff.placements.models import Attendance, FollowUp, Placement, PlacementChange, PlacementEnding, PlacementReview
from calloff.placements.states import PlacementChangeStatus, ReviewStatus
from calloff.pupils import disclosure_grants
from calloff.referrals import commands as referrals
from calloff.referrals.school_calendars import calendar_of

__all__ = [
    "EndingEntry",
    "end",
    "end_early",
    "fall_through",
    "follow_up",
    "give_notice",
    "provider_notice",
    "report_exit",
    "return_to_school",
    "transfer",
    "withdraw_place",
]

MAX_ENDING_TEXT_LENGTH = 4000  # characters
EARLIEST_FOLLOW_UP = timedelta(days=7)  # how long before its due date a follow-up check can be recorded


@dataclass(frozen=True)
class EndingEntry:
    """The buyer's description of how a placement ended.

    `outcomes` gives the result of each outcome by its position in the list, for example {"0": "yes"}.
    """

    last_day: date
    reason: str
    destination: str
    outcomes: Mapping[str, str]


def fall_through(placement: Placement, *, reason: str, by: User, at: datetime) -> Placement:
    """End a placement before its start, with a reason.

    The referral reopens, so that the buyer can ask other providers. The whole commitment is released, and the provider
    loses access to the child's record.
    """
    _demand(reason)
    with transition(placement, "fall_through", by=by, at=at, along=[placement.referral]) as held:
        _end_before(held, reason, at=at)
        referrals.fall_through(held.interest, by=by, at=at)
        referrals.reopen(held.referral, by=by, at=at)
        _let_go(held, spent=Decimal(0), by=by, at=at)
        _tell_provider(held, messages.fell_through(held), at=at)
    return held


def withdraw_place(placement: Placement, *, reason: str, by: User, at: datetime) -> Placement:
    """Withdraw as the provider before both sides have signed, with a reason and without penalty.

    The buyer is told immediately and the referral reopens, so that it can ask any provider again. The place is
    released, and the provider loses access to the child's record.
    """
    _demand(reason)
    with transition(placement, "withdraw_place", by=by, at=at, along=[placement.referral]) as held:
        _end_before(held, reason, at=at)
        referrals.withdraw_place(held.referral, held.interest, by=by, at=at)
        place_allocation.return_place(held.service, at=at)
        if held.agreement is not None and held.agreement.status != AgreementStatus.ENDED:
            agreements.withdraw_place(held.agreement, by=by, at=at)
        disclosure_grants.end_disclosures(held.reference, at=at)
        people = User.objects.who_can(Can.PLACE, organisation=held.buyer, at=at)
        queue_message(messages.place_withdrawn(held), to=people, sender=str(held.authority), at=at)
    return held


def give_notice(placement: Placement, *, last_on: date, reason: str, by: User, at: datetime) -> Placement:
    """Give notice on behalf of the buyer. The last day must not be earlier than the agreed notice period allows."""
    return _give_notice(placement, "give_notice", last_on=last_on, reason=reason, by=by, at=at)


def provider_notice(placement: Placement, *, last_on: date, reason: str, by: User, at: datetime) -> Placement:
    """Give notice on behalf of the provider. The last day must not be earlier than the agreed notice period allows."""
    return _give_notice(placement, "provider_notice", last_on=last_on, reason=reason, by=by, at=at)


def end(placement: Placement, *, ended: EndingEntry, by: User, at: datetime) -> Placement:
    """End a placement as planned, on its last day or later. To end a placement sooner, use `end_early`."""
    return _end(placement, "end", PlacementEnding.How.PLANNED, ended, by=by, at=at)


def return_to_school(placement: Placement, *, ended: EndingEntry, by: User, at: datetime) -> Placement:
    """End a placement because the child has returned to the same school, perhaps sooner than planned.

    Raises Refused if the child belongs to a council team and not to a school.
    """
    if not placement.has_school:
        raise Refused("This pupil has no school to return to. Choose another way to end the placement.")
    back = replace(ended, destination=PlacementEnding.Destination.SCHOOL)
    return _end(placement, "return_to_school", PlacementEnding.How.RETURNED, back, by=by, at=at)


def end_early(placement: Placement, *, ended: EndingEntry, by: User, at: datetime) -> Placement:
    """End a placement before its last day, immediately to keep the child safe or because the placement broke down."""
    return _end(placement, "end_early", PlacementEnding.How.EARLY, ended, by=by, at=at)


def transfer(placement: Placement, *, ended: EndingEntry, by: User, at: datetime) -> Placement:
    """End a placement because the child is moving to another provider."""
    return _end(placement, "transfer", PlacementEnding.How.TRANSFERRED, ended, by=by, at=at)


def report_exit(placement: Placement, *, report: str, by: User, at: datetime) -> PlacementEnding:
    """Send the provider's exit report: what the child did and learned, and what the next school should know."""
    if not report.strip():
        raise Refused("Enter the exit report", "report")
    if len(report) > 2 * MAX_ENDING_TEXT_LENGTH:
        raise Refused(f"Exit report must be {2 * MAX_ENDING_TEXT_LENGTH:,} characters or fewer", "report")
    with transition(placement, "report_exit", by=by, at=at) as held:
        ending = PlacementEnding.objects.select_for_update(of=("self",)).get(placement=held)
        if ending.report_due_on is None:
            raise Refused("The placement never started, so no exit report is due.")
        if ending.reported_at:
            raise Refused("You have already sent the exit report.")
        ending.report, ending.reported_at = report.strip(), at
        ending.save(update_fields=["report", "reported_at"])
        people = User.objects.who_can(Can.PLACE, organisation=held.buyer, at=at)
        queue_message(messages.exit_reported(held), to=people, sender=str(held.authority), at=at)
    return ending


def follow_up(
    check: FollowUp, *, done_on: date, destination: str, sustained: bool, found: str, by: User, at: datetime
) -> FollowUp:
    """Record how the child is some weeks after the placement ended.

    The record includes whether the child is still at the destination recorded when the placement ended.
    """
    problems = []
    if not check.due_on - EARLIEST_FOLLOW_UP <= done_on <= local_day(at):
        earliest = format_date(check.due_on - EARLIEST_FOLLOW_UP)
        problems.append(Problem(f"Date of the check must be between {earliest} and today", "done_on"))
    if destination not in set(PlacementEnding.Destination):
        problems.append(Problem("Select where the pupil is now", "destination"))
    if not found.strip():
        problems.append(Problem("Enter how the pupil is doing", "found"))
    if problems:
        raise Refused.because(problems)
    with transition(check.placement, "follow_up", by=by, at=at), transition(check, "follow_up", by=by, at=at) as done:
        done.done_on, done.destination, done.sustained, done.found = done_on, destination, sustained, found.strip()
    return done


def _give_notice(
    placement: Placement, verb: str, *, last_on: date, reason: str, by: User, at: datetime
) -> Placement:  # fmt: skip
    _demand(reason)
    with transition(placement, verb, by=by, at=at) as held:
        _, last = held.period
        first = local_day(at) + timedelta(days=held.notice_days or 0)
        if last_on < first:
            raise Refused(
                f"The notice period is {held.notice_days} days, so the last day must be {format_date(first)} or later.",
                "last_on",
            )
        if last_on >= last:
            raise Refused(f"The placement already ends on {format_date(last)}. Enter an earlier day.", "last_on")
        held.notice_on, held.last_on, held.notice_reason = local_day(at), last_on, reason.strip()
        record_change("last day", last, last_on)
        access.update_disclosures(held, at=at)
        giver, other = (held.buyer, held.provider) if verb == "give_notice" else (held.provider, held.buyer)
        can = Can.PLACE if other.is_buyer else Can.ANSWER_REFERRALS
        people = User.objects.who_can(can, organisation=other, at=at)
        queue_message(messages.notice(held, giver, last_on), to=people, sender=str(held.authority), at=at)
    return held


def _end(
    placement: Placement, verb: str, how: PlacementEnding.How, ended: EndingEntry, *, by: User, at: datetime
) -> Placement:
    with transition(placement, verb, by=by, at=at) as held:
        last = held.closes_on
        if verb == "end" and last and ended.last_day < last:
            raise Refused(
                f"The last day is {format_date(last)}. To end the placement sooner, choose to end it early.", "last_day"
            )
        # The placement is locked here. Marking a later day also needs this lock, so no one can add such a mark until
        # this is over.
        problems = _wrong(held, ended, at)
        if problems:
            raise Refused.because(problems)
        held.ended_on = ended.last_day
        ending = PlacementEnding.objects.create(
            authority_id=held.authority_id, placement=held, how=how, reason=ended.reason.strip(),
            destination=ended.destination, outcomes=outcomes_to_store(held, ended.outcomes),
            report_due_on=max(ended.last_day, local_day(at)) + timedelta(days=agreed_terms.EXIT_REPORT_WORKING_DAYS),
            made_at=at,
        )  # fmt: skip
        record_reason(ending)
        record_change("ended on", None, ended.last_day)
        for review in held.reviews.filter(status=ReviewStatus.PLANNED).order_by("pk"):
            cancel_review(review, by=by, at=at)
        for change in held.changes.filter(status=PlacementChangeStatus.PROPOSED):
            lapse(change, by=by, at=at)
        for weeks in agreed_terms.FOLLOW_UP_WEEKS:
            due = _school_day_from(ended.last_day + timedelta(weeks=weeks), calendar_of(held.buyer))
            check = FollowUp(
                authority_id=held.authority_id, buyer_id=held.buyer_id, placement=held, weeks=weeks, due_on=due
            )
            create(check, "plan_follow_up", by=by, at=at)
        spent = agreed_terms.cost_until(
            agreed_terms.with_terms_prefetched(held), ended.last_day, calendar_of(held.buyer)
        ).total
        _let_go(held, spent=spent, by=by, at=at)
        _tell_provider(held, messages.ended(held, ending), at=at)
    return held


def _school_day_from(due: date, calendar: SchoolCalendar) -> date:
    """Return the given day if it is a school day, or otherwise the next school day.

    If the term dates are unknown, working days are used instead.
    """
    try:
        return due if calendar.is_school_day(due) else calendar.after(due, 1)
    except LookupError:
        return working_days_after(due - timedelta(days=1), 1, BankHolidayCalendar.ENGLAND_AND_WALES)


def cancel_review(review: PlacementReview, *, by: User, at: datetime) -> PlacementReview:
    """Cancel a review that will not take place, as part of ending the placement."""
    with transition(review, "cancel_review", by=by, at=at) as cancelled:
        return cancelled


def lapse(change: PlacementChange, *, by: User, at: datetime) -> PlacementChange:
    """Mark an unanswered change as lapsed, as part of ending the placement."""
    with transition(change, "lapse", by=by, at=at) as gone:
        gone.closed_at = at
    return gone


def _end_before(placement: Placement, reason: str, *, at: datetime) -> None:
    """Record that a placement ended before it started, and the reason."""
    placement.ended_on = local_day(at)
    ending = PlacementEnding.objects.create(
        authority_id=placement.authority_id, placement=placement, how=PlacementEnding.How.BEFORE, reason=reason.strip(),
        destination=PlacementEnding.Destination.NOT_KNOWN, made_at=at,
    )  # fmt: skip
    record_reason(ending)


def _let_go(placement: Placement, *, spent: Decimal, by: User, at: datetime) -> None:
    """Release the place and the unspent money, close the agreement and end access."""
    place_allocation.return_place(placement.service, at=at)
    if placement.agreement is not None and placement.agreement.status != AgreementStatus.ENDED:
        agreements.close(placement.agreement, by=by, at=at)
    if placement.budget_id is not None:
        unspent = max(Decimal(0), (placement.total or Decimal(0)) - spent)
        given = commitments.release_commitment(placement.reference, amount=unspent, at=at)
        record_change("released", None, str(given))
    disclosure_grants.end_disclosures(placement.reference, at=at)


def _wrong(placement: Placement, ended: EndingEntry, at: datetime) -> list[Problem]:
    problems = []
    started = placement.started_on
    if ended.last_day > local_day(at):
        problems.append(
            Problem(
                "Enter today or an earlier date. To end the placement later, give notice or propose a change.",
                "last_day",
            )
        )
    elif started and ended.last_day < started:
        problems.append(
            Problem(f"The pupil first attended on {format_date(started)}. Enter that day or later.", "last_day")
        )
    elif _came_after(placement, ended.last_day):
        problems.append(
            Problem("The register shows that the pupil was present after this date. Enter a later date.", "last_day")
        )
    if not ended.reason.strip():
        problems.append(Problem("Enter a reason. The provider will read it.", "reason"))
    elif len(ended.reason) > MAX_ENDING_TEXT_LENGTH:
        problems.append(Problem(f"Reason must be {MAX_ENDING_TEXT_LENGTH:,} characters or fewer", "reason"))
    if ended.destination not in set(PlacementEnding.Destination):
        problems.append(Problem("Select where the pupil is going", "destination"))
    return problems + find_outcome_problems(placement, ended.outcomes)


def _came_after(placement: Placement, last: date) -> bool:
    marked = Attendance.objects.filter(placement=placement, day__gt=last)
    return marked.exclude(mark=Attendance.Mark.ABSENT).exists()


def _demand(reason: str) -> None:
    if not reason.strip():
        raise Refused("Enter a reason. The other side will read it.", "reason")
    if len(reason) > MAX_ENDING_TEXT_LENGTH:
        raise Refused(f"Reason must be {MAX_ENDING_TEXT_LENGTH:,} characters or fewer", "reason")


def _tell_provider(placement: Placement, words: MessageText, *, at: datetime) -> None:
    people = {
        one.pk: one
        for can in (Can.ANSWER_REFERRALS, Can.TAKE_REGISTER)
        for one in User.objects.who_can(can, organisation=placement.provider, at=at)
    }
    queue_message(words, to=people.values(), sender=str(placement.authority), at=at)
