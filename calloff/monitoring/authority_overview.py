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
from calloff.placements.states import BEFORE, LIVE, OVER
from calloff.placements.states import Status as Placed
from calloff.placements.whereabouts import away, with_where
from calloff.referrals import queries as referrals
from calloff.referrals.models import Referral
from calloff.referrals.states import OPEN

LATE, IN_HAND, DONE = range(3)  # in which order referrals stand


@dataclass(frozen=True)
class Stage:
    """How many referrals stand in a stage, and for how many days they have on average been asking."""

    key: str
    words: str
    number: int
    days: int | None


@dataclass(frozen=True)
class Group:
    """Placements of one need, school or provider: how many, and what they cost, in pounds before VAT."""

    key: str
    name: str
    number: int
    cost: Decimal


# what placements can be gathered by -> what tells them apart, and what it is called
GROUPINGS: Mapping[str, tuple[str, str]] = {
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
    "live": ("In hand: all that are not over", Q(status__in=[*BEFORE, *LIVE])),
    "over": ("Over", Q(status__in=OVER)),
}


def stages_of_placements(today: date) -> dict[str, tuple[str, Q]]:
    """Return the filters for a list of placements. A note of where the child is takes precedence over the status."""
    return {**PLACEMENT_STAGES, "away": ("The child is somewhere else", away(today))}


def referrals_of(authority: Organisation, *, person: User, at: datetime) -> Any:
    """Find an authority's referrals, first those whose sixth school day has passed without a place."""
    open_ones = Q(status__in=OPEN)
    late = referrals.past_sixth_day(at)
    rank = Case(
        When(late, then=Value(LATE)), When(open_ones, then=Value(IN_HAND)), default=Value(DONE),
        output_field=IntegerField(),
    )  # fmt: skip
    found: Any = referrals.of_authority(authority, person=person, at=at)
    return found.annotate(rank=rank).order_by("rank", "due", "pk")


def stages_of(authority: Organisation, *, person: User, at: datetime) -> list[Stage]:
    """Count an authority's referrals by stage, with the days since they asked, on average: one query."""
    seen = Referral.objects.filter(pk__in=Referral.objects.visible_to(person, at), authority=authority)
    since = ExpressionWrapper(Value(at) - F("asked_at"), output_field=DurationField())
    stages = {key: found for key, found in referrals.states(at).items() if key != "draft"}
    sums: dict[str, Any] = {f"{key}_many": Count("pk", filter=which) for key, (_, which) in stages.items()}
    sums |= {f"{key}_days": Avg(since, filter=which) for key, (_, which) in stages.items()}
    counted = seen.aggregate(**sums)
    return [
        Stage(key, words, counted[f"{key}_many"], counted[f"{key}_days"].days if counted[f"{key}_days"] else None)
        for key, (words, _) in stages.items()
    ]


def overdue_of(authority: Organisation, *, person: User, at: datetime) -> int:
    """Count the children who are out of school beyond their sixth day, and for whom a place is still sought."""
    seen = Referral.objects.filter(pk__in=Referral.objects.visible_to(person, at), authority=authority)
    return seen.filter(referrals.past_sixth_day(at)).count()


def placements_of(authority: Organisation, *, person: User, at: datetime) -> Any:
    """Find an authority's placements, the latest first, with the first of the child's needs."""
    seen = Placement.objects.filter(pk__in=Placement.objects.visible_to(person, at), authority=authority)
    found = with_where(seen.annotate(first_need=F("referral__needs__0"), cost=Coalesce(F("total"), Decimal(0))))
    return found.select_related("buyer", "provider", "market", "lot", "service", "site").order_by(
        "-confirmed_at", "-pk"
    )


def grouped(found: Any, by: str) -> list[Group]:
    """Gather placements by need, school or provider, the dearest first. Raises LookupError for another word."""
    key, name = GROUPINGS[by]
    rows = found.order_by().values(key, name) if key != name else found.order_by().values(key)
    summed = rows.annotate(number=Count("pk", distinct=True), sum=Sum("cost"))
    groups = [Group(row[key] or "", _named(by, row[name]), row["number"], row["sum"]) for row in summed]
    return sorted(groups, key=lambda one: (-one.cost, one.name, one.key))


def need_words(code: str | None) -> str:
    """Say a need as the census names it."""
    return str(NeedType(code).label) if code in NeedType.values else "Not recorded"


def children_at(provider: Organisation, authority: Organisation, *, person: User, at: datetime) -> int:
    """Count the placements at a provider that are not over, for whoever may see them."""
    seen = Placement.objects.filter(pk__in=Placement.objects.visible_to(person, at), authority=authority)
    return seen.filter(provider=provider, status__in=[*BEFORE, *LIVE]).count()


def _named(by: str, name: str | None) -> str:
    return need_words(name) if by == "need" else str(name)
