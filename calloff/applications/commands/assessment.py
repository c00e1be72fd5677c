"""Commands that an authority uses before it decides an application.

The authority allocates evaluators. The evaluators declare their interests, mark the answers and agree their marks. The
authority can extend the decision date.
"""

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

__all__ = [
    "assign",
    "declare_interest",
    "finish_marking",
    "give_more_time",
    "mark",
    "moderate",
    "return_for_marking",
    "stand_down",
    "take_back",
]


def assign(application: Application, *, person: User, by: User, at: datetime) -> EvaluatorAssignment:
    """Allocate an evaluator to an application, and email them.

    Raises Refused for a person who is not an evaluator in this market, has a role at the provider, or withdrew because
    of a conflict of interest. Also raises Refused for an officer who has a role at the provider.
    """
    with transition(application, "assign", by=by, at=at) as allocated:
        require_no_role_at(allocated.provider, by=by, at=at)
        if not person.can(Can.ASSESS, organisation=allocated.authority, at=at, record=allocated):
            raise Refused(f"{person} is not an evaluator at {allocated.authority}.", "person")
        if person.roles_at(allocated.provider, at):
            raise Refused(
                f"{person} has a role at {allocated.provider}, so they cannot assess its application.", "person"
            )
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
    """Record an evaluator's declaration that they can assess the application fairly, and let them start marking.

    The assessment starts when the first evaluator declares. From then on, the provider cannot change its application,
    and any change that it has not submitted is discarded. Raises Refused for a person with a role at the provider.
    """
    with transition(part.application, "declare_interest", by=by, at=at, along=[part]) as assessed:
        _forbid_both_sides(assessed, by, at)
        with transition(part, "declare_interest", by=by, at=at) as declared:
            declared.declared_at, declared.interest = at, interest.strip()
        assessed.assessment_began_at = assessed.assessment_began_at or at
        # The evaluators assess the submitted version, so a change that was not submitted is discarded.
        if assessed.amending:
            drop_change(assessed)
            people = User.objects.who_can(Can.APPLY, organisation=assessed.provider, at=at)
            queue_message(messages.change_too_late(assessed), to=people, sender=str(assessed.authority), at=at)
    return declared


def stand_down(part: EvaluatorAssignment, *, by: User, at: datetime, interest: str) -> EvaluatorAssignment:
    """Withdraw as an evaluator of an application because of a conflict of interest.

    Raises Refused if the interest is not described, and after the decision.
    """
    if not interest.strip():
        raise Refused("Enter a description of your interest", "interest")
    with _assessed(part) as application, transition(part, "stand_down", by=by, at=at) as withdrawn:
        if application.status not in SENT_STATUSES:
            raise Refused(
                f"You cannot withdraw from this application now. Its status is “{application.get_status_display()}”."
            )
        withdrawn.declared_at, withdrawn.interest = at, interest.strip()
        officers = who_can(Can.ALLOCATE, in_market=application.market, at=at)
        queue_message(messages.stood_down(application), to=officers, sender=str(withdrawn.authority), at=at)
    return withdrawn


def take_back(part: EvaluatorAssignment, *, by: User, at: datetime, reason: str) -> EvaluatorAssignment:
    """Remove an evaluator who cannot continue, so that their marks are no longer needed.

    The marks that they have given remain stored, but do not count. The status of the application does not change, even
    if everyone else has submitted their marks. The remaining evaluators must still agree the marks, so that an officer
    cannot cause a decision by removing someone. The same evaluator can be allocated again, and must then mark again.
    Raises Refused without a reason, for an officer with a role at the provider, and once the application has been
    decided or withdrawn.
    """
    if not reason.strip():
        raise Refused("Enter a reason. Your colleagues will read it.", "reason")
    with _assessed(part) as application, transition(part, "take_back", by=by, at=at) as removed:
        require_no_role_at(application.provider, by=by, at=at)
        if application.status not in SENT_STATUSES:
            raise Refused(
                f"You cannot remove this evaluator now. The application’s status is "
                f"“{application.get_status_display()}”."
            )
        removed.taken_back_because = reason.strip()
        record_reason(removed)
        sender = str(removed.authority)
        queue_message(messages.taken_back(application), to=[removed.person], sender=sender, at=at)
        remaining = list(
            application.parts.exclude(pk=removed.pk).exclude(status__in=LEFT_PART_STATUSES).select_related("person")
        )
        if remaining and all(colleague.status == AssignmentStatus.FINISHED for colleague in remaining):
            queue_message(
                messages.nobody_awaited(application),
                to=[colleague.person for colleague in remaining],
                sender=sender,
                at=at,
            )
    return removed


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
    """Mark one answer as passed or failed, or with a score from 0 to 5.

    Raises Refused if there is no reason, if the mark is of the wrong type, or if the application is not being assessed.
    """
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
        stored, _ = Mark.objects.update_or_create(
            part=marking,
            key=key,
            defaults={"passed": passed, "score": score, "reason": reason.strip(), "marked_at": at},
        )
    return stored


def finish_marking(part: EvaluatorAssignment, *, by: User, at: datetime) -> EvaluatorAssignment:
    """Submit an evaluator's marks.

    Once all marks have been submitted and agree, the application can be decided. Raises Refused, with a problem for
    each answer that has no mark.
    """
    with _assessed(part) as application, transition(part, "finish_marking", by=by, at=at) as finished:
        _require_assessing(application, by, at)
        marked_keys = set(finished.marks.values_list("key", flat=True))
        missing = [asked for key, asked in answers_to_mark(application).items() if key not in marked_keys]
        if missing:
            raise Refused.because([Problem(f"Mark this answer: {asked.question.text}", asked.key) for asked in missing])
        finished.finished_at = at
        other_parts = application.parts.exclude(pk=finished.pk)
        if other_parts.filter(status__in=[AssignmentStatus.ALLOCATED, AssignmentStatus.MARKING]).exists():
            return finished
        if answers_that_differ(application, [finished, *other_parts.filter(status=AssignmentStatus.FINISHED)]):
            evaluators = [marked.person for marked in [finished, *other_parts.filter(status=AssignmentStatus.FINISHED)]]
            queue_message(messages.to_moderate(application), to=evaluators, sender=str(application.authority), at=at)
            return finished
        with transition(application, "finish_marking", by=by, at=at):
            _tell_approvers(application, at)
    return finished


def moderate(
    application: Application, *, agreed: Mapping[str, tuple[int | bool, str]], by: User, at: datetime
) -> Application:
    """Record the marks that the evaluators have agreed for the answers that they marked differently.

    Each agreed mark has a value and a reason. Raises PermissionDenied for a person who is not an evaluator of the
    application. Raises Refused if a value or reason is missing, or if an evaluator has not submitted their marks.
    """
    with transition(application, "moderate", by=by, at=at) as moderated:
        parts = list(moderated.parts.exclude(status__in=LEFT_PART_STATUSES).select_related("person"))
        if by.pk not in {part.person_id for part in parts}:
            raise PermissionDenied("Only the evaluators of an application can agree its marks.")
        _forbid_both_sides(moderated, by, at)
        if any(part.status != AssignmentStatus.FINISHED for part in parts):
            raise Refused("Some evaluators have not submitted their marks yet. You can agree the marks when they have.")
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
    """Return an application to its evaluators because a mark, or the reason for it, is not sound.

    The evaluators can then change their marks. Any agreed marks are deleted. Raises Refused if no reason is given.
    """
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
    """Move the decision date to the latest day that the market's rules allow, with a reason.

    The rule is either PCR 2015 reg 34(16) or the market's own. Raises Refused if no rule allows this, if the decision
    date is already the latest, or if that day has passed.
    """
    if not reason.strip():
        raise Refused("Enter a reason. The provider will read it.", "reason")
    with transition(application, "give_more_time", by=by, at=at) as delayed:
        require_no_role_at(delayed.provider, by=by, at=at)
        if delayed.submitted_at is None or (latest := decide_at_most_by(delayed.market, delayed.submitted_at)) is None:
            raise Refused("This market has no rule that allows more time.")
        if delayed.decide_by is not None and delayed.decide_by >= latest:
            raise Refused(
                f"The decision date is already {format_date(latest)}, the latest date this market’s rules allow."
            )
        if latest < local_day(at):
            raise Refused(f"This market’s rules allowed you to decide by {format_date(latest)}. Decide now.")
        record_change("decide by", delayed.decide_by, latest)
        delayed.decide_by, delayed.more_time_reason = latest, reason.strip()
        record_reason(delayed)
        people = User.objects.who_can(Can.APPLY, organisation=delayed.provider, at=at)
        queue_message(messages.more_time(delayed), to=people, sender=str(delayed.authority), at=at)
    return delayed


@contextmanager
def _assessed(part: EvaluatorAssignment) -> Iterator[Application]:
    """Lock the application of an assignment, and yield it.

    An application is always locked before the assignments of its evaluators.
    """
    with transaction.atomic():
        applications = Application.objects.select_related("authority", "market", "provider").select_for_update(
            of=("self",)
        )
        yield applications.get(pk=part.application_id)


def _forbid_both_sides(application: Application, by: User, at: datetime) -> None:
    """Raise Refused for a person with any role at the provider, because a person cannot act for both sides."""
    if by.roles_at(application.provider, at):
        raise Refused(
            f"You have a role at {application.provider}, so you cannot assess its application. Withdraw from the "
            f"assessment."
        )


def _require_assessing(application: Application, by: User, at: datetime) -> None:
    """Raise Refused or PermissionDenied unless the person can now mark the application."""
    if not by.can(Can.ASSESS, organisation=application.authority, at=at, record=application):
        raise PermissionDenied(f"{by} is not an evaluator at {application.authority}")
    _forbid_both_sides(application, by, at)
    if application.status != ApplicationStatus.ASSESSING:
        raise Refused(f"You cannot do this now, because the status is “{application.get_status_display()}”.")


def _tell_approvers(application: Application, at: datetime) -> None:
    evaluators = application.parts.values("person")
    approvers = who_can(Can.DECIDE, in_market=application.market, at=at).exclude(pk__in=evaluators)
    queue_message(messages.to_decide(application), to=approvers, sender=str(application.authority), at=at)
