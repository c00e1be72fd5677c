"""Whether the provider of a placement is suspended: facts may still be recorded, promises may not be made.

A promise is a check before the start, a signature, a start. `docs/adr/0047` says which is which.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import connection

from calloff.kernel.states import Refused
from calloff.members.models import Member, Reinstatement, Suspension
from calloff.members.states import Status
from calloff.placements.models import Placement

GONE = (Status.SUSPENDED, Status.REMOVED)


def suspension_of(placement: Placement) -> Suspension | None:
    """Find the suspension of a placement's provider by its authority, in whichever membership: nothing where none is.

    A child in a membership that was left out is at the suspended provider all the same.
    """
    found = Member.objects.filter(
        provider=placement.provider_id, authority=placement.authority_id, status=Status.SUSPENDED
    )
    member = found.select_related("suspension").order_by("-changed_at", "pk").first()
    return member.suspension if member else None


def suspensions_over_time(placement: Placement) -> list[tuple[datetime, datetime | None]]:
    """Return from when until when its authority suspended the provider, the first one first; no end: it still is."""
    pair = {"provider": placement.provider_id, "authority": placement.authority_id}
    found = list(Suspension.objects.filter(**pair).order_by("made_at", "pk"))
    lifted = dict(Reinstatement.objects.filter(suspension__in=found).values_list("suspension", "made_at"))
    return [(one.made_at, lifted.get(one.pk)) for one in found]


def suspended_among(placements: Iterable[Placement]) -> set[int]:
    """Return the keys of those whose provider is suspended by their authority: one query for any number."""
    several = list(placements)
    pairs = {(one.provider_id, one.authority_id) for one in several}
    found = Member.objects.filter(status=Status.SUSPENDED, provider__in={provider for provider, _ in pairs})
    out = set(found.values_list("provider", "authority"))
    return {one.pk for one in several if (one.provider_id, one.authority_id) in out}


def require_promise(placement: Placement, doing: str) -> None:
    """Refuse a promise while the provider's membership is suspended or removed, and hold its row meanwhile.

    `doing` is what cannot be done: “sign”. To be called in a transaction. Raises Refused, without the reason.
    """
    with connection.cursor() as cursor:  # shared: two acts of one provider do not wait for each other, suspending does
        cursor.execute("SELECT FROM members_member WHERE id = %s FOR SHARE", [placement.member_id])
    _refuse(Member.objects.get(pk=placement.member_id), placement, doing)


def say_before(placement: Placement, doing: str) -> None:
    """Refuse in the same words before a page asks for anything. The command asks again, and holds the row."""
    _refuse(Member.objects.get(pk=placement.member_id), placement, doing)


def takes_promises(placement: Placement) -> bool:
    """Say whether checks, signatures and a start can be made now: for the links of a page."""
    return not Member.objects.filter(pk=placement.member_id, status__in=GONE).exists()


def paused_among(placements: Iterable[Placement]) -> set[int]:
    """Return the keys of those of which checks, signatures and a start cannot be made now: one query for any number."""
    several = list(placements)
    out = set(
        Member.objects.filter(pk__in={one.member_id for one in several}, status__in=GONE).values_list("pk", flat=True)
    )
    return {one.pk for one in several if one.member_id in out}


def _refuse(member: Member, placement: Placement, doing: str) -> None:
    if member.status in GONE:
        raise Refused(
            f"You cannot {doing} now because {placement.provider} is not taking placements. "
            "You can still record where the child is, under Daily notes."
        )
