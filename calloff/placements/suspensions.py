"""Two separate questions about a placement's provider when only some of its memberships are suspended.

- Has the authority suspended the provider in any membership? Then everyone with a child there is notified, because it
  is the same provider. Use `suspension_in_any_membership` and `suspended_in_any_membership`.
- Can the placement's own membership make promises (a check before the start, a signature, a start)? It cannot while
  the membership is suspended, or after it has been removed. Use `membership_takes_promises`,
  `without_promises_among` and `require_membership_for_promise`, or in a command `lock_membership_for_promise`.

`suspensions_of_membership` returns when the membership was suspended, to show what a placement lacked on an earlier
day. Facts can be recorded whatever the answers to these questions. `docs/adr/0047` lists which actions make a promise
and which record a fact.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import connection
from django.db.models import Q

from calloff.agreements.models import Agreement
from calloff.history.queries import history_of
from calloff.kernel.lifecycles import Refused
from calloff.members.models import Member, Suspension
from calloff.members.states import MemberStatus
from calloff.placements.models import Placement

NOT_TAKING_PLACEMENTS = (MemberStatus.SUSPENDED, MemberStatus.REMOVED)


def suspension_in_any_membership(placement: Placement) -> Suspension | None:
    """Return the authority's suspension of a placement's provider in any of its memberships, or None.

    The child is at a suspended provider even if the placement's own membership is not suspended. To find out whether
    that membership can make promises, use `membership_takes_promises`.
    """
    found = Member.objects.filter(
        provider=placement.provider_id, authority=placement.authority_id, status=MemberStatus.SUSPENDED
    )
    member = found.select_related("suspension").order_by("-changed_at", "pk").first()
    return member.suspension if member else None


def suspension_and_promises(placement: Placement) -> tuple[Suspension | None, bool]:
    """Return `suspension_in_any_membership` and `membership_takes_promises`, usually in one query."""
    same = Q(provider=placement.provider_id, authority=placement.authority_id, status=MemberStatus.SUSPENDED)
    found = dict(Member.objects.filter(Q(pk=placement.member_id) | same).order_by().values_list("pk", "status"))
    is_suspended = MemberStatus.SUSPENDED in found.values()
    promises = found.get(placement.member_id) not in NOT_TAKING_PLACEMENTS
    return suspension_in_any_membership(placement) if is_suspended else None, promises


def suspensions_of_membership(placement: Placement) -> list[tuple[datetime, datetime | None]]:
    """Return the periods in which the placement's own membership was suspended, earliest first.

    A period without an end is not over yet. A suspension that does not include this membership does not count.
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
    """Refuse a promise while the placement's membership is suspended or removed, and lock the membership's row.

    `doing` is the refused action, for example “sign”. Call this in a transaction. Raises Refused, without giving the
    reason for the suspension.
    """
    # The lock is shared, so that two actions of a provider do not block each other, but a suspension does block them.
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM members_member WHERE id = %s FOR SHARE", [placement.member_id])
    _refuse(Member.objects.get(pk=placement.member_id), placement, doing)


def require_membership_for_promise(placement: Placement, doing: str) -> None:
    """Refuse a promise before a page shows its form, with the message of `lock_membership_for_promise`.

    The command checks again with a lock.
    """
    _refuse(Member.objects.get(pk=placement.member_id), placement, doing)


def membership_takes_promises(placement: Placement) -> bool:
    """Return whether checks, signatures and a start are possible now, so that a page can choose its links and text."""
    return not Member.objects.filter(pk=placement.member_id, status__in=NOT_TAKING_PLACEMENTS).exists()


def without_promises_among(placements: Iterable[Placement]) -> set[int]:
    """Return the keys of placements for which no check, signature or start is possible now, in one query."""
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
