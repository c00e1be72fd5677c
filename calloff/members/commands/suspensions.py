"""Commands to suspend a provider, to review a suspension and to lift it.

A suspension is not a finding against the provider.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from calloff.history.transitions import record_reason, transition
from calloff.kernel.clock import local_day
from calloff.kernel.formatting import format_date
from calloff.kernel.lifecycles import Problem, Refused, with_answer_problems
from calloff.members import messages
from calloff.members.models import Member, Reinstatement, Suspension, SuspensionReview
from calloff.members.states import MemberStatus
from calloff.outbox.commands import queue_message
from calloff.people.conflicts import require_no_role_at
from calloff.people.models import Organisation, User
from calloff.people.permissions import Can

__all__ = ["reinstate", "review_suspension", "suspend"]

# This is our own choice, which is used if the officer does not enter a date.
USUAL_REVIEW_INTERVAL = timedelta(weeks=4)
# This is about one school term. The limit is our own choice, because the law sets none.
MAX_REVIEW_INTERVAL = timedelta(days=92)


def find_suspension_problems(
    provider: Organisation,
    *,
    authority: Organisation,
    members: Sequence[Member] | None,
    clause: str | None,
    reason: str | None,
    review_route: str | None,
    left_out_reason: str | None = "",
    withheld_by: str | None = "",
    withheld_because: str | None = "",
    review_on: date | None = None,
    at: datetime,
    **_: object,
) -> list[Problem]:
    """Return the problems with the answers about a suspension, each with its field.

    None means that an answer is missing.
    """
    problems = [
        Problem(words, where)
        for where, value, words in (
            ("clause", clause, "Enter the clause of the agreement that allows the suspension"),
            ("reason", reason, "Enter a reason. The provider will read it, unless you withhold it."),
            ("review_route", review_route, "Enter how the provider can ask for a review"),
        )
        if not (value or "").strip()
    ]
    problems += _withholding_problems(withheld_by or "", withheld_because or "")
    if review_on is not None:
        problems += _review_problems(review_on, "review_on", at)
    if not members:
        problems.append(Problem("Select at least one membership to suspend", "members"))
    elif _left_out(provider, authority, members) and not (left_out_reason or "").strip():
        problems.append(Problem("Enter why the other memberships are not suspended", "left_out_reason"))
    return problems


def _left_out(provider: Organisation, authority: Organisation, members: Sequence[Member]) -> bool:
    """Return whether the provider has an active membership at the authority that is not in `members`."""
    active = Member.objects.filter(authority=authority, provider=provider, status=MemberStatus.ACTIVE)
    return active.exclude(pk__in=[member.pk for member in members]).exists()


@with_answer_problems(find_suspension_problems)
def suspend(
    provider: Organisation,
    *,
    authority: Organisation,
    members: Sequence[Member],
    clause: str,
    reason: str,
    review_route: str,
    left_out_reason: str = "",
    withheld_by: str = "",
    withheld_because: str = "",
    review_on: date | None = None,
    by: User,
    at: datetime,
) -> Suspension:
    """Suspend a provider in some or all of its memberships at an authority.

    The suspension cites a clause of the agreement, because the statutes provide for removals but not for suspensions.
    The provider can read the reason and how to ask for a review. The public only sees that the provider is not taking
    placements. The reason can be withheld from the provider, for example because of an allegation or a police matter
    (clause 14(3) of the model agreement). We then store who decided to withhold it, and why.

    `left_out_reason` is needed if any membership is not suspended. `review_on` is the last day for the first review,
    or None for four weeks from now. Raises Refused (see `find_suspension_problems`).
    """
    review_on = review_on or local_day(at) + USUAL_REVIEW_INTERVAL
    ordered = sorted(members, key=lambda member: member.pk)
    problems = find_suspension_problems(
        provider, authority=authority, members=ordered, clause=clause, reason=reason, review_route=review_route,
        left_out_reason=left_out_reason, withheld_by=withheld_by, withheld_because=withheld_because,
        review_on=review_on, at=at,
    )  # fmt: skip
    if any((member.provider_id, member.authority_id) != (provider.pk, authority.pk) for member in ordered):
        raise Refused("Select memberships of this provider")
    if problems:
        raise Refused.because(problems)
    left_out = _left_out(provider, authority, ordered)
    root, *other_members = ordered
    with transition(root, "suspend", by=by, at=at, along=other_members) as first:
        require_no_role_at(provider, by=by, at=at)
        suspension = Suspension.objects.create(
            authority=authority, provider=provider, clause=clause.strip(), reason=reason.strip(),
            review_route=review_route.strip(), left_out_reason=left_out_reason.strip(), made_at=at,
            withheld_by=withheld_by.strip(), withheld_because=withheld_because.strip(), review_on=review_on,
        )  # fmt: skip
        record_reason(suspension)
        first.suspension, first.changed_at = suspension, at
        for member in other_members:
            with transition(member, "suspend", by=by, at=at) as suspended:
                suspended.suspension, suspended.changed_at = suspension, at
        people = User.objects.who_can(Can.SEE_APPLICATIONS, organisation=provider, at=at)
        words = messages.suspended(first, suspension, where=ordered, whole=not left_out)
        queue_message(words, to=people, sender=str(authority), at=at)
    return suspension


def review_suspension(
    member: Member, *, found: str, next_on: date, gives_reason: bool = False, by: User, at: datetime
) -> SuspensionReview:
    """Record that a suspension has been reviewed and continues, with the date of the next review.

    If `gives_reason` is true, the provider can read a withheld reason from now on. Raises Refused. To end a
    suspension, use `reinstate`.
    """
    problems = _review_problems(next_on, "next_on", at)
    if not found.strip():
        problems.append(Problem("Enter what you found", "found"))
    if problems:
        raise Refused.because(problems)
    with transition(member, "review_suspension", by=by, at=at) as reviewed:
        require_no_role_at(reviewed.provider, by=by, at=at)
        suspension = Suspension.objects.select_for_update(of=("self",)).get(members=reviewed)
        gives = gives_reason and suspension.is_withheld
        review = SuspensionReview.objects.create(
            authority_id=suspension.authority_id, suspension=suspension, found=found.strip(), next_on=next_on,
            gives_reason=gives, made_at=at,
        )  # fmt: skip
        record_reason(review)
        people = User.objects.who_can(Can.SEE_APPLICATIONS, organisation=reviewed.provider, at=at)
        queue_message(messages.suspension_reviewed(reviewed, review), to=people, sender=str(reviewed.authority), at=at)
    return review


def _withholding_problems(withheld_by: str, withheld_because: str) -> list[Problem]:
    if withheld_by.strip() and not withheld_because.strip():
        return [Problem("Enter why the reason is withheld", "withheld_because")]
    if withheld_because.strip() and not withheld_by.strip():
        return [Problem("Enter who decided to withhold the reason", "withheld_by")]
    return []


def _review_problems(on: date, where: str, at: datetime) -> list[Problem]:
    today = local_day(at)
    if not today < on <= today + MAX_REVIEW_INTERVAL:
        latest = format_date(today + MAX_REVIEW_INTERVAL)
        return [Problem(f"Review date must be after today and no later than {latest}", where)]
    return []


def reinstate(suspension: Suspension, *, reason: str, by: User, at: datetime) -> list[Member]:
    """Lift a suspension, with a reason, and return the memberships that it had suspended.

    Raises Refused if no reason is given, if the suspension no longer applies to any membership, or if the person has a
    role at the provider.
    """
    if not reason.strip():
        raise Refused("Enter a reason. The provider will read it.", "reason")
    members = list(Member.objects.filter(suspension=suspension, status=MemberStatus.SUSPENDED).order_by("pk"))
    if not members:
        raise Refused("This suspension no longer affects any membership.")
    root, *other_members = members
    with transition(root, "reinstate", by=by, at=at, along=other_members) as first:
        require_no_role_at(suspension.provider, by=by, at=at)
        record_reason(
            Reinstatement.objects.create(
                authority=suspension.authority, suspension=suspension, reason=reason.strip(), made_at=at
            )
        )
        first.changed_at = at
        for member in other_members:
            with transition(member, "reinstate", by=by, at=at) as restored:
                restored.changed_at = at
        people = User.objects.who_can(Can.SEE_APPLICATIONS, organisation=suspension.provider, at=at)
        queue_message(
            messages.reinstated(first, members, on=local_day(at)), to=people, sender=str(suspension.authority), at=at
        )
    return members
