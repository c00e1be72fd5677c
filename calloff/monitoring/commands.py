"""Suspend a provider and tell all affected buyers, record the buyers' answers, and lift the suspension."""

from collections.abc import Sequence
from datetime import date, datetime

from calloff.history.transitions import as_one_event, create, transition
from calloff.kernel.clock import local_day
from calloff.kernel.lifecycles import Refused, with_answer_problems
from calloff.members import commands as standing
from calloff.members.commands.suspensions import find_suspension_problems
from calloff.members.models import Member, Reinstatement, Suspension
from calloff.monitoring import messages
from calloff.monitoring.models import SuspensionNotice
from calloff.monitoring.queries import buyers_to_tell, placements_there
from calloff.outbox.commands import queue_message
from calloff.people.conflicts import require_no_role_at
from calloff.people.models import Organisation, User
from calloff.people.permissions import Can
from calloff.pupils.models import Pupil
from calloff.pupils.reidentification import A_NAME, A_UPN, AN_NHS_NUMBER, find_identifying_text

MAX_ACKNOWLEDGEMENT_LENGTH = 4000  # characters
IDENTIFYING_KINDS = {A_NAME, A_UPN, AN_NHS_NUMBER}


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
    """Suspend a provider and tell every affected buyer, without revealing the allegation.

    The command makes one transaction. It suspends the memberships as `members.suspend` does, and raises Refused in the
    same cases. `buyers_to_tell` finds the affected buyers. Each of them gets an email and a suspension notice to
    acknowledge.
    """
    with as_one_event("suspend", by=by, at=at, acting_for=str(authority)):
        suspension = standing.suspend(
            provider, authority=authority, members=members, clause=clause, reason=reason, review_route=review_route,
            left_out_reason=left_out_reason, withheld_by=withheld_by, withheld_because=withheld_because,
            review_on=review_on, by=by, at=at,
        )  # fmt: skip
        # The affected buyers are found after the memberships are locked, so that no new placement is missed.
        for affected in buyers_to_tell(provider, authority, at):
            recall = SuspensionNotice(
                authority=authority, provider=provider, buyer=affected.buyer, suspension=suspension,
                children=affected.children, to_start=affected.to_start, offers=affected.offers, orders=affected.orders,
                told_at=at,
            )  # fmt: skip
            create(recall, "tell", by=by, at=at)
            queue_message(messages.told(recall), to=_people_at_buyer(recall, at), sender=str(authority), at=at)
    return suspension


def reinstate(suspension: Suspension, *, reason: str, by: User, at: datetime) -> list[Member]:
    """Lift a suspension, with a reason.

    The suspended memberships become active again, and we email the buyers that had been told about the suspension.
    """
    with as_one_event("reinstate", by=by, at=at, acting_for=str(suspension.authority)):
        restored = standing.reinstate(suspension, reason=reason, by=by, at=at)
        for recall in SuspensionNotice.objects.filter(suspension=suspension).select_related("buyer").order_by("pk"):
            queue_message(
                messages.lifted(recall), to=_people_at_buyer(recall, at), sender=str(suspension.authority), at=at
            )
    return restored


def remind(recall: SuspensionNotice, *, by: User, at: datetime) -> SuspensionNotice:
    """Remind a buyer to answer a suspension notice.

    A buyer gets no more than one reminder a day. Raises Refused once the suspension has been lifted, and for an officer
    with a role at the provider.
    """
    with transition(recall, "remind", by=by, at=at) as reminded:
        require_no_role_at(reminded.suspension.provider, by=by, at=at)
        if Reinstatement.objects.filter(suspension=reminded.suspension_id).exists():
            raise Refused("The suspension has been lifted, so you do not need to answer.")
        reminded.reminded_at = at
        key = f"recall:{reminded.pk}:{local_day(at)}"
        people = _people_at_buyer(reminded, at)
        queue_message(messages.reminded(reminded), to=people, sender=str(reminded.authority), at=at, key=key)
    return reminded


def acknowledge(recall: SuspensionNotice, *, said: str, by: User, at: datetime) -> SuspensionNotice:
    """Record a buyer's answer, without names: where each pupil is and what the buyer has done.

    Raises Refused if the answer is empty, is too long or names a pupil.
    """
    if not said.strip():
        raise Refused("Enter where each pupil is now and what you have done. Do not name them.", "said")
    if len(said.strip()) > MAX_ACKNOWLEDGEMENT_LENGTH:
        raise Refused(f"Answer must be {MAX_ACKNOWLEDGEMENT_LENGTH:,} characters or fewer", "said")
    with transition(recall, "acknowledge", by=by, at=at) as acknowledged:
        _require_no_names(acknowledged, said, at)
        acknowledged.said = said.strip()
        acknowledged.acknowledged_at, acknowledged.acknowledged_by = at, by
    return acknowledged


def _require_no_names(recall: SuspensionNotice, said: str, at: datetime) -> None:
    """Refuse an answer that contains a pupil's recorded name or number.

    The council must not learn from the answer who the child is.
    """
    for pupil in Pupil.objects.filter(pk__in=placements_there(recall, at).values("pupil")):
        if any(mark.why in IDENTIFYING_KINDS for mark in find_identifying_text(said, pupil)):
            raise Refused(
                "Remove each pupil’s name and number, because the council must not know who they are. Write "
                "“both”, or the reference of the placement.",
                "said",
            )


def _people_at_buyer(recall: SuspensionNotice, at: datetime) -> list[User]:
    return list(User.objects.who_can(Can.SEE_PLACING, organisation=recall.buyer, at=at))
