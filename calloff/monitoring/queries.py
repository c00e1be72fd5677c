"""Queries about suspensions, the buyers that were told about them, and the buyers' answers."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from calloff.buying.models import Offer, Order
from calloff.buying.states import OfferStatus, OrderStatus
from calloff.kernel.clock import local_day
from calloff.members.models import Member, Reinstatement, Suspension, SuspensionReview
from calloff.members.states import MemberStatus
from calloff.monitoring.models import SuspensionNotice, SuspensionNoticeQuerySet
from calloff.people.models import Organisation, User
from calloff.placements.models import Placement
from calloff.placements.states import UNSIGNED_STATUSES
from calloff.placements.states import PlacementStatus as Placed
from calloff.placements.whereabouts import has_come_early, is_recorded_there, with_latest_whereabouts

STATUSES_TO_START = (*UNSIGNED_STATUSES, Placed.AGREED)
# orders for staff who work, or will work, at the school
COMING_ORDER_STATUSES = (OrderStatus.SENT, OrderStatus.ACCEPTED)


@dataclass(frozen=True)
class SuspendedProvider:
    """A suspended provider, its suspended categories, and whether it can read the reason."""

    provider: Organisation
    categories: list[str]  # empty if all the provider's memberships at the authority are suspended
    is_withheld: bool  # whether any of the reasons is hidden from the provider

    @property
    def name(self) -> str:
        return self.provider.name


@dataclass(frozen=True)
class BuyerToTell:
    """A buyer affected by a suspension, with the numbers of its children, offers and staff orders at the provider.

    The children are at the provider now or will start later.
    """

    buyer: Organisation
    children: int
    orders: int
    to_start: int = 0
    offers: int = 0  # offers made but not confirmed


def is_there_now(today: date) -> Q:
    """Return the condition, on `with_latest_whereabouts`, for children who are at the provider now.

    The children have started, or a note says that they are there today, or they came before their start.
    """
    return Q(status__in=[Placed.RUNNING, Placed.NOTICE]) | is_recorded_there(today) | has_come_early()


def buyers_to_tell(provider: Organisation, authority: Organisation, at: datetime) -> list[BuyerToTell]:
    """Return the buyers affected by a suspension, sorted by name.

    An affected buyer has a child at the provider, a start due, an open offer or a staff order. All placements in the
    authority's markets count, even those of other memberships, because the child is at the same provider. Children who
    have not started are counted separately, because no one has to find them today.
    """
    scope, today = {"provider": provider, "authority": authority}, local_day(at)
    placed = Placement.objects.filter(**scope)
    placed_now = with_latest_whereabouts(placed).filter(is_there_now(today))
    children = _by_buyer(placed_now)
    later = placed.filter(status__in=STATUSES_TO_START).exclude(pk__in=placed_now.values("pk"))
    to_start = _by_buyer(later)
    staff_orders = (
        Order.objects.filter(**scope, status__in=COMING_ORDER_STATUSES).values("buyer").annotate(many=Count("pk"))
    )
    orders = dict(staff_orders.values_list("buyer", "many"))
    open_offers = Offer.objects.filter(**scope, status=OfferStatus.MADE, confirm_by__gt=at)
    offers = dict(open_offers.values("buyer").annotate(many=Count("pk")).values_list("buyer", "many"))
    buyers = Organisation.objects.filter(pk__in=[*children, *to_start, *offers, *orders]).order_by("name", "pk")
    return [
        BuyerToTell(organisation, *(counts.get(organisation.pk, 0) for counts in (children, orders, to_start, offers)))
        for organisation in buyers
    ]


def _by_buyer(placed: QuerySet[Placement]) -> dict[int, int]:
    counted: dict[int, set[int]] = {}
    for buyer, pupil in placed.values_list("buyer", "pupil"):
        counted.setdefault(buyer, set()).add(pupil)
    return {buyer: len(pupils) for buyer, pupils in counted.items()}


def recalls_of(
    provider: Organisation, authority: Organisation, *, person: User, at: datetime
) -> SuspensionNoticeQuerySet:
    """Return the notices about a provider's suspensions that a person is allowed to see.

    The latest suspension comes first. Within each suspension, unanswered notices come first.
    """
    recalls = SuspensionNotice.objects.visible_to(person, at).filter(provider=provider, authority=authority)
    return recalls.select_related("authority", "buyer", "provider", "suspension", "acknowledged_by").order_by(
        "-suspension", "acknowledged_at", "buyer__name", "pk"
    )


def recalls_to_chase(authority: Organisation, *, person: User, at: datetime) -> SuspensionNoticeQuerySet:
    """Return an authority's unanswered notices about suspensions that are still in force, oldest first."""
    recalls = SuspensionNotice.objects.visible_to(person, at).filter(authority=authority).waiting()
    return recalls.select_related("buyer", "provider").order_by("told_at", "pk")


def recalls_of_buyer(buyer: Organisation, *, person: User, at: datetime) -> SuspensionNoticeQuerySet:
    """Return the notices sent to a buyer that a person is allowed to see, latest first."""
    recalls = SuspensionNotice.objects.visible_to(person, at).filter(buyer=buyer)
    return recalls.select_related("provider", "authority", "suspension", "acknowledged_by").order_by("-told_at", "-pk")


def count_told(suspension: Suspension) -> tuple[int, int]:
    """Count the buyers that were told about a suspension, and how many of them have acknowledged it."""
    recalls = SuspensionNotice.objects.filter(suspension=suspension)
    return recalls.count(), recalls.exclude(acknowledged_at=None).count()


def placements_there(recall: SuspensionNotice, at: datetime) -> QuerySet[Placement]:
    """Return the current and future placements at the provider of a notice, with references but no names.

    These are the placements of the children that `buyers_to_tell` counts.
    """
    scope = {"provider": recall.provider_id, "authority": recall.authority_id, "buyer": recall.buyer_id}
    placed = with_latest_whereabouts(Placement.objects.filter(**scope))
    placements: QuerySet[Placement] = placed.filter(is_there_now(local_day(at)) | Q(status__in=STATUSES_TO_START))
    return placements.select_related("site", "service").order_by("reference")


def orders_there(recall: SuspensionNotice) -> QuerySet[Order]:
    """Return a buyer's orders for the provider's staff that have not been delivered yet."""
    scope = {"provider": recall.provider_id, "authority": recall.authority_id, "buyer": recall.buyer_id}
    orders: QuerySet[Order] = Order.objects.filter(**scope, status__in=COMING_ORDER_STATUSES).order_by("reference")
    return orders


def suspended_providers(organisation: Organisation, *, person: User, at: datetime) -> list[SuspendedProvider]:
    """Return the suspended providers for an organisation's home page, sorted by name.

    A buyer sees the providers whose suspension it was told about, an authority sees the providers that it suspended,
    and a provider sees itself. The suspended categories are listed if the provider has other active memberships (for a
    buyer or an authority, at the same authority).
    """
    if organisation.is_buyer:
        recalls = SuspensionNotice.objects.visible_to(person, at).filter(buyer=organisation).in_force()
        concerned = Q(suspension__in=recalls.values("suspension"))
    elif organisation.kind == Organisation.Kind.PROVIDER:
        concerned = Q(provider=organisation)
    else:
        concerned = Q(authority=organisation)
    suspended = Member.objects.filter(concerned, status=MemberStatus.SUSPENDED)
    by_provider: dict[Organisation, list[Member]] = {}
    for member in suspended.select_related("provider", "lot", "market").order_by("provider__name", "provider", "pk"):
        by_provider.setdefault(member.provider, []).append(member)
    if not by_provider:
        return []
    other_scope = (
        {} if organisation.kind == Organisation.Kind.PROVIDER else {"authority__in": suspended.values("authority")}
    )
    active = Member.objects.filter(provider__in=by_provider, status=MemberStatus.ACTIVE, **other_scope)
    in_part = set(active.values_list("provider", flat=True))
    reason_given = Q(withheld_by="") | Exists(
        SuspensionReview.objects.filter(suspension=OuterRef("pk"), gives_reason=True)
    )
    readable = set(Suspension.objects.filter(reason_given, members__in=suspended).values_list("pk", flat=True))
    return [
        SuspendedProvider(
            provider,
            _categories(members) if provider.pk in in_part else [],
            not any(member.suspension_id in readable for member in members),
        )
        for provider, members in by_provider.items()
    ]


def _categories(members: list[Member]) -> list[str]:
    """Return the names of the members' categories, with the name of the market if there are several markets."""
    in_several_markets = len({member.market_id for member in members}) > 1
    return [f"{member.lot.title} ({member.market})" if in_several_markets else member.lot.title for member in members]


def lifted_at(suspension: Suspension) -> datetime | None:
    """Return when a suspension was lifted, or None while it is in force."""
    return Reinstatement.objects.filter(suspension=suspension).values_list("made_at", flat=True).first()


def lifted_suspensions(suspensions: Iterable[int]) -> set[int]:
    """Return the keys of the given suspensions that have been lifted."""
    reinstatements = Reinstatement.objects.filter(suspension__in=suspensions)
    return set(reinstatements.values_list("suspension", flat=True))


def group_by_suspension(recalls: Iterable[SuspensionNotice]) -> list[tuple[Suspension, list[SuspensionNotice]]]:
    """Group notices by suspension, and keep their order."""
    gathered: dict[int, tuple[Suspension, list[SuspensionNotice]]] = {}
    for recall in recalls:
        gathered.setdefault(recall.suspension_id, (recall.suspension, []))[1].append(recall)
    return list(gathered.values())
