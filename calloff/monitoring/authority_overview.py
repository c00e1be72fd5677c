"""An authority's overview of referrals and placements.

The overview has counts by stage, need, school and provider, and costs. It does not identify a child.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import (
    Avg,
    Case,
    Count,
    DurationField,
    ExpressionWrapper,
    F,
    IntegerField,
    Q,
    QuerySet,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from calloff.kernel.codes import NeedType
from calloff.people.models import Organisation, User
from calloff.placements.models import Placement
from calloff.placements.states import LIVE_STATUSES, OVER_STATUSES, UNSIGNED_STATUSES
from calloff.placements.states import PlacementStatus as Placed
from calloff.placements.whereabouts import is_away_today, with_latest_whereabouts
from calloff.referrals import queries as referrals
from calloff.referrals.models import Referral
from calloff.referrals.states import OPEN_STATUSES

LATE_RANK, IN_HAND_RANK, DONE_RANK = range(3)  # the sort ranks of the list of referrals


@dataclass(frozen=True)
class ReferralStageCount:
    """The number of referrals at one stage, and the average number of days since providers were asked."""

    key: str
    words: str
    number: int
    days: int | None


@dataclass(frozen=True)
class PlacementGroup:
    """The placements that have the same need, school or provider: how many there are, and their cost in pounds
    before VAT.
    """

    key: str
    name: str
    number: int
    cost: Decimal


# the ways to group placements, each with the column to group by and the column that has the name
PLACEMENT_GROUPINGS: Mapping[str, tuple[str, str]] = {
    "need": ("first_need", "first_need"),
    "school": ("buyer__slug", "buyer__name"),
    "provider": ("provider__slug", "provider__name"),
}
PLACEMENT_STAGES: Mapping[str, tuple[str, Q]] = {
    "checks": ("Checks to do", Q(status=Placed.CHECKS)),
    "to_sign": ("Awaiting signatures", Q(status=Placed.TO_SIGN)),
    "agreed": ("Agreed", Q(status=Placed.AGREED)),
    "running": ("Current", Q(status=Placed.RUNNING)),
    "notice": ("Notice given", Q(status=Placed.NOTICE)),
    "live": ("All placements that have not ended", Q(status__in=[*UNSIGNED_STATUSES, *LIVE_STATUSES])),
    "over": ("Over", Q(status__in=OVER_STATUSES)),
}


def stages_of_placements(today: date) -> dict[str, tuple[str, Q]]:
    """Return the filters for a list of placements.

    “Child somewhere else” depends on daily notes, and not on the status.
    """
    return {**PLACEMENT_STAGES, "away": ("Child somewhere else", is_away_today(today))}


def referrals_of(authority: Organisation, *, person: User, at: datetime) -> Any:
    """Return an authority's referrals that a person is allowed to see.

    Referrals past the sixth school day without a place come first.
    """
    open_ones = Q(status__in=OPEN_STATUSES)
    late = referrals.is_past_sixth_day(at)
    rank = Case(
        When(late, then=Value(LATE_RANK)), When(open_ones, then=Value(IN_HAND_RANK)), default=Value(DONE_RANK),
        output_field=IntegerField(),
    )  # fmt: skip
    referrals_found: Any = referrals.of_authority(authority, person=person, at=at)
    return referrals_found.annotate(rank=rank).order_by("rank", "due", "pk")


def stages_of(authority: Organisation, *, person: User, at: datetime) -> list[ReferralStageCount]:
    """Count an authority's referrals by stage, with the average number of days since providers were asked.

    The function makes one query.
    """
    visible = Referral.objects.filter(pk__in=Referral.objects.visible_to(person, at), authority=authority)
    since = ExpressionWrapper(Value(at) - F("asked_at"), output_field=DurationField())
    stages = {key: stage for key, stage in referrals.referral_filters(at).items() if key != "draft"}
    sums: dict[str, Any] = {f"{key}_many": Count("pk", filter=condition) for key, (_, condition) in stages.items()}
    sums |= {f"{key}_days": Avg(since, filter=condition) for key, (_, condition) in stages.items()}
    counted = visible.aggregate(**sums)
    return [
        ReferralStageCount(
            key, label, counted[f"{key}_many"], counted[f"{key}_days"].days if counted[f"{key}_days"] else None
        )
        for key, (label, _) in stages.items()
    ]


def overdue_referrals(authority: Organisation, *, person: User, at: datetime) -> QuerySet[Referral]:
    """Return the referrals of children who still have no place after their sixth school day out of school."""
    visible = Referral.objects.filter(pk__in=Referral.objects.visible_to(person, at), authority=authority)
    return visible.filter(referrals.is_past_sixth_day(at))


def placements_of(authority: Organisation, *, person: User, at: datetime) -> Any:
    """Return an authority's placements that a person is allowed to see, latest first.

    Each placement is annotated with its first need and its cost.
    """
    visible = Placement.objects.visible_to(person, at).filter(authority=authority)
    placements = with_latest_whereabouts(
        visible.annotate(first_need=F("referral__needs__0"), cost=Coalesce(F("total"), Decimal(0)))
    )
    return placements.select_related("buyer", "provider", "market", "lot", "service", "site").order_by(
        "-confirmed_at", "-pk"
    )


def group_placements(placements: Any, by: str) -> list[PlacementGroup]:
    """Return placements grouped by need, school or provider, with the highest cost first.

    Raises LookupError for any other grouping.
    """
    key, name = PLACEMENT_GROUPINGS[by]
    rows = placements.order_by().values(key, name) if key != name else placements.order_by().values(key)
    summed = rows.annotate(number=Count("pk", distinct=True), sum=Sum("cost"))
    groups = [PlacementGroup(row[key] or "", _group_name(by, row[name]), row["number"], row["sum"]) for row in summed]
    return sorted(groups, key=lambda group: (-group.cost, group.name, group.key))


def format_need(code: str | None) -> str:
    """Return the label of a need in the school census, or “Not recorded”."""
    return str(NeedType(code).label) if code in NeedType.values else "Not recorded"


def children_at(provider: Organisation, authority: Organisation, *, person: User, at: datetime) -> int:
    """Count a provider's placements that have not ended and that a person is allowed to see."""
    visible = Placement.objects.filter(pk__in=Placement.objects.visible_to(person, at), authority=authority)
    return visible.filter(provider=provider, status__in=[*UNSIGNED_STATUSES, *LIVE_STATUSES]).count()


def _group_name(by: str, name: str | None) -> str:
    return format_need(name) if by == "need" else str(name)
