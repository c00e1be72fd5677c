"""What an authority sees of referrals and placements: by stage, day, need, school, provider and cost; never a child."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Avg, Case, Count, DurationField, ExpressionWrapper, F, IntegerField, Q, Sum, Value, When
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

LATE_RANK, IN_HAND_RANK, DONE_RANK = range(3)  # in which order referrals stand


@dataclass(frozen=True)
class ReferralStageCount:
    """How many referrals stand in a stage, and for how many days they have on average been asking."""

    key: str
    words: str
    number: int
    days: int | None


@dataclass(frozen=True)
class PlacementGroup:
    """Placements of one need, school or provider: how many, and what they cost, in pounds before VAT."""

    key: str
    name: str
    number: int
    cost: Decimal


# what placements can be gathered by -> what tells them apart, and what it is called
PLACEMENT_GROUPINGS: Mapping[str, tuple[str, str]] = {
    "need": ("first_need", "first_need"),
    "school": ("buyer__slug", "buyer__name"),
    "provider": ("provider__slug", "provider__name"),
}
PLACEMENT_STAGES: Mapping[str, tuple[str, Q]] = {
    "checks": ("Checks to do", Q(status=Placed.CHECKS)),
    "to_sign": ("Awaiting signatures", Q(status=Placed.TO_SIGN)),
    "agreed": ("Agreed", Q(status=Placed.AGREED)),
    "running": ("Running", Q(status=Placed.RUNNING)),
    "notice": ("Notice given", Q(status=Placed.NOTICE)),
    "live": ("All that have not ended", Q(status__in=[*UNSIGNED_STATUSES, *LIVE_STATUSES])),
    "over": ("Over", Q(status__in=OVER_STATUSES)),
}


def stages_of_placements(today: date) -> dict[str, tuple[str, Q]]:
    """Return the filters for a list of placements. A note of where the child is takes precedence over the status."""
    return {**PLACEMENT_STAGES, "away": ("The child is somewhere else", is_away_today(today))}


def referrals_of(authority: Organisation, *, person: User, at: datetime) -> Any:
    """Find an authority's referrals, first those whose sixth school day has passed without a place."""
    open_ones = Q(status__in=OPEN_STATUSES)
    late = referrals.is_past_sixth_day(at)
    rank = Case(
        When(late, then=Value(LATE_RANK)), When(open_ones, then=Value(IN_HAND_RANK)), default=Value(DONE_RANK),
        output_field=IntegerField(),
    )  # fmt: skip
    found: Any = referrals.of_authority(authority, person=person, at=at)
    return found.annotate(rank=rank).order_by("rank", "due", "pk")


def stages_of(authority: Organisation, *, person: User, at: datetime) -> list[ReferralStageCount]:
    """Count an authority's referrals by stage, with the days since they asked, on average: one query."""
    seen = Referral.objects.filter(pk__in=Referral.objects.visible_to(person, at), authority=authority)
    since = ExpressionWrapper(Value(at) - F("asked_at"), output_field=DurationField())
    stages = {key: found for key, found in referrals.referral_filters(at).items() if key != "draft"}
    sums: dict[str, Any] = {f"{key}_many": Count("pk", filter=which) for key, (_, which) in stages.items()}
    sums |= {f"{key}_days": Avg(since, filter=which) for key, (_, which) in stages.items()}
    counted = seen.aggregate(**sums)
    return [
        ReferralStageCount(
            key, words, counted[f"{key}_many"], counted[f"{key}_days"].days if counted[f"{key}_days"] else None
        )
        for key, (words, _) in stages.items()
    ]


def count_overdue(authority: Organisation, *, person: User, at: datetime) -> int:
    """Count the children who are out of school beyond their sixth day, and for whom a place is still sought."""
    seen = Referral.objects.filter(pk__in=Referral.objects.visible_to(person, at), authority=authority)
    return seen.filter(referrals.is_past_sixth_day(at)).count()


def placements_of(authority: Organisation, *, person: User, at: datetime) -> Any:
    """Find an authority's placements, the latest first, with the first of the child's needs."""
    seen = Placement.objects.filter(pk__in=Placement.objects.visible_to(person, at), authority=authority)
    found = with_latest_whereabouts(
        seen.annotate(first_need=F("referral__needs__0"), cost=Coalesce(F("total"), Decimal(0)))
    )
    return found.select_related("buyer", "provider", "market", "lot", "service", "site").order_by(
        "-confirmed_at", "-pk"
    )


def group_placements(found: Any, by: str) -> list[PlacementGroup]:
    """Gather placements by need, school or provider, the dearest first. Raises LookupError for another word."""
    key, name = PLACEMENT_GROUPINGS[by]
    rows = found.order_by().values(key, name) if key != name else found.order_by().values(key)
    summed = rows.annotate(number=Count("pk", distinct=True), sum=Sum("cost"))
    groups = [PlacementGroup(row[key] or "", _named(by, row[name]), row["number"], row["sum"]) for row in summed]
    return sorted(groups, key=lambda one: (-one.cost, one.name, one.key))


def format_need(code: str | None) -> str:
    """Say a need as the census names it."""
    return str(NeedType(code).label) if code in NeedType.values else "Not recorded"


def children_at(provider: Organisation, authority: Organisation, *, person: User, at: datetime) -> int:
    """Count the placements at a provider that are not over, for the person who may see them."""
    seen = Placement.objects.filter(pk__in=Placement.objects.visible_to(person, at), authority=authority)
    return seen.filter(provider=provider, status__in=[*UNSIGNED_STATUSES, *LIVE_STATUSES]).count()


def _named(by: str, name: str | None) -> str:
    return format_need(name) if by == "need" else str(name)
