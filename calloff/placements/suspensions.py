"""Two separate questions about a placement's provider when only some of its memberships are suspended.

- Is it suspended by the authority, in any membership? Whoever has a child there is notified, for it is the same
  provider:
  `suspension_in_any_membership`, `suspended_in_any_membership`.
- Does the placement's own membership take promises (a check before the start, a signature, a start)? It does not while
  it is suspended, nor once it is removed: `membership_takes_promises`, `without_promises_among`, and
  `require_membership_for_promise`, which a command asks as `lock_membership_for_promise`. `suspensions_of_membership`
  says when it was suspended, for what a placement lacked on an earlier day.

Facts can be recorded whatever the answers are. `docs/adr/0047` says which act is a promise and which a fact.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import connection

from calloff.agreements.models import Agreement
from calloff.history.queries import history_of
from calloff.kernel.lifecycles import Refused
from calloff.members.models import Member, Suspension
from calloff.members.states import MemberStatus
from calloff.placements.models import Placement

NOT_TAKING_PLACEMENTS = (MemberStatus.SUSPENDED, MemberStatus.REMOVED)


def suspension_in_any_membership(placement: Placement) -> Suspension | None:
    """Return the authority's suspension of a placement's provider in any membership, or None.

    A child in a membership that was left out is still at the suspended provider. To know whether a promise is possible,
    use `membership_takes_promises`.
    """
    found = Member.objects.filter(
        provider=placement.provider_id, authority=placement.authority_id, status=MemberStatus.SUSPENDED
    )
    member = found.select_related("suspension").order_by("-changed_at", "pk").first()
    return member.suspension if member else None


def suspensions_of_membership(placement: Placement) -> list[tuple[datetime, datetime | None]]:
    """Return the periods in which the placement's own membership was suspended, first one first.

    No end means it still is. A suspension that left this membership out does not count.
    """
    found: list[tuple[datetime, datetime | None]] = []
    for move in reversed(history_of(placement.member)):
        if move.target == MemberStatus.SUSPENDED and move.source != MemberStatus.SUSPENDED:
            found.append((move.event.at, None))
        elif move.source == MemberStatus.SUSPENDED and move.target != MemberStatus.SUSPENDED and found:
            found[-1] = (found[-1][0], move.event.at)
    return found


def suspended_in_any_membership(placements: Iterable[Placement]) -> set[int]:
    """Return the keys of placements whose provider is suspended in any membership, in one query."""
    several = list(placements)
    pairs = {(one.provider_id, one.authority_id) for one in several}
    found = Member.objects.filter(status=MemberStatus.SUSPENDED, provider__in={provider for provider, _ in pairs})
    out = set(found.values_list("provider", "authority"))
    return {one.pk for one in several if (one.provider_id, one.authority_id) in out}


def lock_membership_for_promise(placement: Placement, doing: str) -> None:
    """Refuse a promise while the placement's membership is suspended or removed, and lock its row.

    `doing` is what cannot be done: “sign”. Call it in a transaction. Raises Refused, without the reason.
    """
    # a shared lock: two actions of one provider do not block each other, but a suspension does
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM members_member WHERE id = %s FOR SHARE", [placement.member_id])
    _refuse(Member.objects.get(pk=placement.member_id), placement, doing)


def require_membership_for_promise(placement: Placement, doing: str) -> None:
    """Refuse with the same message before a page asks anything. The command checks again with the row locked."""
    _refuse(Member.objects.get(pk=placement.member_id), placement, doing)


def membership_takes_promises(placement: Placement) -> bool:
    """Return whether checks, signatures and a start are possible now, for a page's links and text."""
    return not Member.objects.filter(pk=placement.member_id, status__in=NOT_TAKING_PLACEMENTS).exists()


def without_promises_among(placements: Iterable[Placement]) -> set[int]:
    """Return the keys of placements that cannot be checked, signed or started now, in one query."""
    several = list(placements)
    out = set(
        Member.objects.filter(pk__in={one.member_id for one in several}, status__in=NOT_TAKING_PLACEMENTS).values_list(
            "pk", flat=True
        )
    )
    return {one.pk for one in several if one.member_id in out}


def agreements_without_promises(agreements: Iterable[Agreement]) -> set[int]:
    """Return the keys of placement agreements that no one can sign now, in one query."""
    drawn = Placement.objects.filter(
        agreement__in=[one.pk for one in agreements], member__status__in=NOT_TAKING_PLACEMENTS
    )
    return set(drawn.values_list("agreement", flat=True))


def _refuse(member: Member, placement: Placement, doing: str) -> None:
    if member.status in NOT_TAKING_PLACEMENTS:
        raise Refused(
            f"You cannot {doing} now because {placement.provider} is not taking placements. "
            "You can still record where the child is, under Daily notes."
        )
