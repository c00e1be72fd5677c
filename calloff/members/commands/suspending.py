"""Taking a provider out of the list at once, without judging it, and bringing it back."""

from collections.abc import Sequence
from datetime import datetime

from calloff.history.steps import because, step
from calloff.kernel.states import Problem, Refused
from calloff.members import messages
from calloff.members.models import Member, Reinstatement, Suspension
from calloff.members.states import Status
from calloff.outbox.commands import queue
from calloff.people.models import Organisation, User
from calloff.people.permissions import Can


def suspend(
    provider: Organisation,
    *,
    authority: Organisation,
    members: Sequence[Member],
    clause: str,
    reason: str,
    review_route: str,
    left_out_reason: str = "",
    by: User,
    at: datetime,
) -> Suspension:
    """Suspend a provider in some of its memberships at an authority: all of them, unless a reason says why not.

    It cites a clause of the agreement (the statutes give removal, not suspension), states the reason and the review
    route to the provider, and the public sees only that it is not taking placements.
    """
    standing = Member.objects.filter(authority=authority, provider=provider, status=Status.ACTIVE)
    chosen = sorted(members, key=lambda member: member.pk)
    problems = [
        Problem(words, where)
        for where, value, words in (
            ("clause", clause, "Enter the clause of the agreement that allows it"),
            ("reason", reason, "Give a reason. The provider will read it."),
            ("review_route", review_route, "Say how the provider can ask for a review"),
        )
        if not value.strip()
    ]
    if not chosen:
        problems.append(Problem("Select at least one membership to suspend", "members"))
    elif standing.exclude(pk__in=[one.pk for one in chosen]).exists() and not left_out_reason.strip():
        problems.append(Problem("Say why the others are not suspended", "left_out_reason"))
    if any((one.provider_id, one.authority_id) != (provider.pk, authority.pk) for one in chosen):
        raise Refused("Select memberships of this provider")
    if problems:
        raise Refused.because(problems)
    root, *rest = chosen
    with step(root, "suspend", by=by, at=at, along=rest) as first:
        suspension = Suspension.objects.create(
            authority=authority, provider=provider, clause=clause.strip(), reason=reason.strip(),
            review_route=review_route.strip(), left_out_reason=left_out_reason.strip(), made_at=at,
        )  # fmt: skip
        because(suspension)
        first.suspension, first.changed_at = suspension, at
        for other in rest:
            with step(other, "suspend", by=by, at=at) as suspended:
                suspended.suspension, suspended.changed_at = suspension, at
        people = User.objects.who_can(Can.SEE_APPLICATIONS, at=provider, when=at)
        queue(messages.suspended(root), to=people, sender=str(authority), at=at)
    return suspension


def reinstate(suspension: Suspension, *, reason: str, by: User, at: datetime) -> list[Member]:
    """Bring back every membership that a suspension holds, with the reason."""
    if not reason.strip():
        raise Refused("Give a reason. The provider will read it.", "reason")
    held = list(Member.objects.filter(suspension=suspension, status=Status.SUSPENDED).order_by("pk"))
    if not held:
        raise Refused("This suspension holds no membership any more.")
    root, *rest = held
    with step(root, "reinstate", by=by, at=at, along=rest) as first:
        because(
            Reinstatement.objects.create(
                authority=suspension.authority, suspension=suspension, reason=reason.strip(), made_at=at
            )
        )
        first.changed_at = at
        for other in rest:
            with step(other, "reinstate", by=by, at=at) as restored:
                restored.changed_at = at
        people = User.objects.who_can(Can.SEE_APPLICATIONS, at=suspension.provider, when=at)
        queue(messages.reinstated(root), to=people, sender=str(suspension.authority), at=at)
    return held
