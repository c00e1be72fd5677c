"""What an authority does before it decides: allocate, declare interests, mark, agree, give more time."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction

from calloff.applications import messages
from calloff.applications.commands.submission import drop_change
from calloff.applications.deadlines import decide_at_most_by
from calloff.applications.models import AgreedMark, Application, EvaluatorAssignment, Mark
from calloff.applications.scoring import answers_that_differ, answers_to_mark, find_mark_problems
from calloff.applications.states import LEFT_PART_STATUSES, SENT_STATUSES, ApplicationStatus, AssignmentStatus
from calloff.history.transitions import create, record_change, record_reason, transition
from calloff.kernel.clock import local_day
from calloff.kernel.formatting import format_date
from calloff.kernel.lifecycles import Problem, Refused
from calloff.markets.queries import who_can
from calloff.outbox.commands import queue_message
from calloff.people.conflicts import require_no_role_at
from calloff.people.models import User
from calloff.people.permissions import Can


def assign(application: Application, *, person: User, by: User, at: datetime) -> EvaluatorAssignment:
    """Allocate an evaluator. No one with a role at the provider can be one."""
    with transition(application, "assign", by=by, at=at) as allocated:
        require_no_role_at(allocated.provider, by=by, at=at)
        if not person.can(Can.ASSESS, organisation=allocated.authority, at=at, record=allocated):
            raise Refused(f"{person} is not an evaluator of {allocated.authority}.", "person")
        if person.roles_at(allocated.provider, at):
            raise Refused(f"{person} has a role at {allocated.provider}, so cannot assess it.", "person")
        if allocated.parts.filter(person=person, status=AssignmentStatus.STOOD_DOWN).exists():
            raise Refused(
                f"{person} has a conflict of interest and withdrew from this application. Allocate someone else.",
                "person",
            )
        part = EvaluatorAssignment(authority=allocated.authority, application=allocated, person=person, allocated_at=at)
        create(part, "assign", by=by, at=at)
        queue_message(messages.allocated(allocated), to=[person], sender=str(allocated.authority), at=at)
    return part


def declare_interest(part: EvaluatorAssignment, *, by: User, at: datetime, interest: str = "") -> EvaluatorAssignment:
    """Declare that nothing stands between the person and a fair view, and begin. The first one starts the assessment.

    From then on the provider can no longer change what it submitted.
    """
    with transition(part.application, "declare_interest", by=by, at=at, along=[part]) as assessed:
        _forbid_both_sides(assessed, by, at)
        with transition(part, "declare_interest", by=by, at=at) as begun:
            begun.declared_at, begun.interest = at, interest.strip()
        assessed.assessment_began_at = assessed.assessment_began_at or at
        if assessed.amending:  # what was being changed was not sent: the version that stands is the one assessed
            drop_change(assessed)
            people = User.objects.who_can(Can.APPLY, organisation=assessed.provider, at=at)
            queue_message(messages.change_too_late(assessed), to=people, sender=str(assessed.authority), at=at)
    return begun


def stand_down(part: EvaluatorAssignment, *, by: User, at: datetime, interest: str) -> EvaluatorAssignment:
    """Leave the application to others, because of an interest that is declared."""
    if not interest.strip():
        raise Refused("Say what your interest is", "interest")
    with _assessed(part) as application, transition(part, "stand_down", by=by, at=at) as left:
        if application.status not in SENT_STATUSES:
            raise Refused(
                f"You cannot withdraw from this application now. Its status is “{application.get_status_display()}”."
            )
        left.declared_at, left.interest = at, interest.strip()
        officers = who_can(Can.ALLOCATE, in_market=application.market, at=at)
        queue_message(messages.stood_down(application), to=officers, sender=str(left.authority), at=at)
    return left


def take_back(part: EvaluatorAssignment, *, by: User, at: datetime, reason: str) -> EvaluatorAssignment:
    """Take a part back from an evaluator who cannot go on, so that no one waits for it. Another can be allocated.

    The marks given so far are kept, and count for nothing. The application does not move: where all other marks are in,
    it is for those evaluators to say that they agree; an officer cannot bring it to its decision by taking from an
    evaluator. Anyone who comes back can be allocated again, and marks again.
    """
    if not reason.strip():
        raise Refused("Enter a reason. Your colleagues will read it.", "reason")
    with _assessed(part) as application, transition(part, "take_back", by=by, at=at) as taken:
        require_no_role_at(application.provider, by=by, at=at)
        if application.status not in SENT_STATUSES:
            raise Refused(
                f"You cannot remove this evaluator now. The application’s status is "
                f"“{application.get_status_display()}”."
            )
        taken.taken_back_because = reason.strip()
        record_reason(taken)
        sender = str(taken.authority)
        queue_message(messages.taken_back(application), to=[taken.person], sender=sender, at=at)
        others = list(
            application.parts.exclude(pk=taken.pk).exclude(status__in=LEFT_PART_STATUSES).select_related("person")
        )
        if others and all(one.status == AssignmentStatus.FINISHED for one in others):
            queue_message(messages.nobody_awaited(application), to=[one.person for one in others], sender=sender, at=at)
    return taken


def mark(
    part: EvaluatorAssignment,
    *,
    key: str,
    by: User,
    at: datetime,
    reason: str,
    passed: bool | None = None,
    score: int | None = None,
) -> Mark:
    """Mark one answer: passed or failed, or a score from 0 to 5. A mark without a reason is refused."""
    with _assessed(part) as application, transition(part, "mark", by=by, at=at) as marking:
        _require_assessing(application, by, at)
        asked = answers_to_mark(application).get(key)
        if asked is None:
            raise Refused("You cannot mark this answer.")
        problems = find_mark_problems(asked, passed=passed, score=score)
        if not reason.strip():
            problems.append(Problem("Enter a reason. The provider will read it.", "reason"))
        if problems:
            raise Refused.because(problems)
        given, _ = Mark.objects.update_or_create(
            part=marking,
            key=key,
            defaults={"passed": passed, "score": score, "reason": reason.strip(), "marked_at": at},
        )
    return given


def finish_marking(part: EvaluatorAssignment, *, by: User, at: datetime) -> EvaluatorAssignment:
    """Hand in one's marks. When all are in and agree, the application waits for its decision."""
    with _assessed(part) as application, transition(part, "finish_marking", by=by, at=at) as finished:
        _require_assessing(application, by, at)
        given = set(finished.marks.values_list("key", flat=True))
        missing = [asked for key, asked in answers_to_mark(application).items() if key not in given]
        if missing:
            raise Refused.because([Problem(f"Mark this answer: {one.question.text}", one.key) for one in missing])
        finished.finished_at = at
        others = application.parts.exclude(pk=finished.pk)
        if others.filter(status__in=[AssignmentStatus.ALLOCATED, AssignmentStatus.MARKING]).exists():
            return finished
        if answers_that_differ(application, [finished, *others.filter(status=AssignmentStatus.FINISHED)]):
            evaluators = [one.person for one in [finished, *others.filter(status=AssignmentStatus.FINISHED)]]
            queue_message(messages.to_moderate(application), to=evaluators, sender=str(application.authority), at=at)
            return finished
        with transition(application, "finish_marking", by=by, at=at):
            _tell_approvers(application, at)
    return finished


def moderate(
    application: Application, *, agreed: Mapping[str, tuple[int | bool, str]], by: User, at: datetime
) -> Application:
    """Write down what the evaluators agreed where they differed: for each answer a value and the reason."""
    with transition(application, "moderate", by=by, at=at) as moderated:
        parts = list(moderated.parts.exclude(status__in=LEFT_PART_STATUSES).select_related("person"))
        if by.pk not in {part.person_id for part in parts}:
            raise PermissionDenied("Only the evaluators of an application can agree its marks.")
        _forbid_both_sides(moderated, by, at)
        if any(part.status != AssignmentStatus.FINISHED for part in parts):
            raise Refused("Not every evaluator has submitted marks yet. You can agree the marks when they have.")
        for key, asked in answers_that_differ(moderated, parts).items():
            value, reason = agreed.get(key, (None, ""))
            scored = asked.question.assessed == "score"
            passed = None if scored or value is None else bool(value)
            score = value if scored else None
            problems = find_mark_problems(asked, passed=passed, score=score)
            if problems or not reason.strip():
                raise Refused(f"Enter the agreed mark and the reason: {asked.question.text}", key)
            AgreedMark.objects.update_or_create(
                application=moderated,
                key=key,
                defaults={"passed": passed, "score": score, "reason": reason.strip(), "by": by, "agreed_at": at},
            )
        _tell_approvers(moderated, at)
    return moderated


def return_for_marking(application: Application, *, by: User, at: datetime, reason: str) -> Application:
    """Send an application back to its evaluators, because a mark or its reason does not hold."""
    if not reason.strip():
        raise Refused("Enter a reason. The evaluators will read it.", "reason")
    with transition(application, "return_for_marking", by=by, at=at) as returned:
        _forbid_both_sides(returned, by, at)
        parts = returned.parts.filter(status=AssignmentStatus.FINISHED).order_by("pk")
        for part in parts:
            with transition(part, "return_for_marking", by=by, at=at) as reopened:
                reopened.finished_at = None
                queue_message(messages.returned(returned), to=[reopened.person], sender=str(returned.authority), at=at)
        returned.returned_because = reason.strip()
        returned.agreed_marks.all().delete()
    return returned


def give_more_time(application: Application, *, by: User, at: datetime, reason: str) -> Application:
    """Move the decision day as far as the rule lets a reason move it (PCR 2015 reg 34(16), or the market's own)."""
    if not reason.strip():
        raise Refused("Enter a reason. The provider will read it.", "reason")
    with transition(application, "give_more_time", by=by, at=at) as later:
        require_no_role_at(later.provider, by=by, at=at)
        if later.submitted_at is None or (latest := decide_at_most_by(later.market, later.submitted_at)) is None:
            raise Refused("This market has no rule that allows more time.")
        if later.decide_by is not None and later.decide_by >= latest:
            raise Refused(
                f"The decision date is already {format_date(latest)}, the latest date this market’s rules allow."
            )
        if latest < local_day(at):
            raise Refused(f"This market’s rules allowed you to decide by {format_date(latest)}. Decide now.")
        record_change("decide by", later.decide_by, latest)
        later.decide_by, later.more_time_reason = latest, reason.strip()
        record_reason(later)
        people = User.objects.who_can(Can.APPLY, organisation=later.provider, at=at)
        queue_message(messages.more_time(later), to=people, sender=str(later.authority), at=at)
    return later


@contextmanager
def _assessed(part: EvaluatorAssignment) -> Iterator[Application]:
    """Hold the application of a part still, ahead of the part itself: the root is locked first, everywhere."""
    with transaction.atomic():
        held = Application.objects.select_related("authority", "market", "provider").select_for_update(of=("self",))
        yield held.get(pk=part.application_id)


def _forbid_both_sides(application: Application, by: User, at: datetime) -> None:
    """Refuse a person with any role at the provider, whenever they came by it: no one judges for two sides."""
    if by.roles_at(application.provider, at):
        raise Refused(
            f"You have a role at {application.provider}, so you cannot assess its application. Withdraw from it."
        )


def _require_assessing(application: Application, by: User, at: datetime) -> None:
    """Refuse marks at the wrong time, of a person who no longer is an evaluator, or who has a role at the provider."""
    if not by.can(Can.ASSESS, organisation=application.authority, at=at, record=application):
        raise PermissionDenied(f"{by} is not an evaluator of {application.authority}")
    _forbid_both_sides(application, by, at)
    if application.status != ApplicationStatus.ASSESSING:
        raise Refused(f"This cannot be done now: the status is “{application.get_status_display()}”.")


def _tell_approvers(application: Application, at: datetime) -> None:
    evaluators = application.parts.values("person")
    approvers = who_can(Can.DECIDE, in_market=application.market, at=at).exclude(pk__in=evaluators)
    queue_message(messages.to_decide(application), to=approvers, sender=str(application.authority), at=at)
