"""Questions about suspensions and who was told of them."""

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
COMING_ORDER_STATUSES = (OrderStatus.SENT, OrderStatus.ACCEPTED)  # its staff come, or are to come, to the school


@dataclass(frozen=True)
class SuspendedProvider:
    """A suspended provider, the categories if not all, and whether it can read the reason."""

    provider: Organisation
    categories: list[str]  # none where no membership of it is active
    is_withheld: bool  # no reason of any of them can be read by the provider

    @property
    def name(self) -> str:
        return self.provider.name


@dataclass(frozen=True)
class BuyerToTell:
    """A buyer affected by a suspension: its children there now or starting later, its offers and its staff orders."""

    buyer: Organisation
    children: int
    orders: int
    to_start: int = 0
    offers: int = 0  # made, and not confirmed


def is_there_now(today: date) -> Q:
    """Filter `with_latest_whereabouts` to children with the provider: started, in a note today, or there early."""
    return Q(status__in=[Placed.RUNNING, Placed.NOTICE]) | is_recorded_there(today) | has_come_early()


def buyers_to_tell(provider: Organisation, authority: Organisation, at: datetime) -> list[BuyerToTell]:
    """Return every buyer with a child at a provider or due to start, an open offer, or a staff order.

    A child who never started, or starts later, is counted apart: it does not have to be found today.

    In the markets of one authority, whichever membership the place is in: a child is there all the same. By name.
    """
    here, today = {"provider": provider, "authority": authority}, local_day(at)
    placed = Placement.objects.filter(**here)
    there = with_latest_whereabouts(placed).filter(is_there_now(today))
    children = _by_buyer(there)
    later = placed.filter(status__in=STATUSES_TO_START).exclude(pk__in=there.values("pk"))
    to_start = _by_buyer(later)
    ordered = Order.objects.filter(**here, status__in=COMING_ORDER_STATUSES).values("buyer").annotate(many=Count("pk"))
    orders = dict(ordered.values_list("buyer", "many"))
    made = Offer.objects.filter(**here, status=OfferStatus.MADE, confirm_by__gt=at)
    offers = dict(made.values("buyer").annotate(many=Count("pk")).values_list("buyer", "many"))
    buyers = Organisation.objects.filter(pk__in=[*children, *to_start, *offers, *orders]).order_by("name", "pk")
    return [
        BuyerToTell(one, *(counts.get(one.pk, 0) for counts in (children, orders, to_start, offers))) for one in buyers
    ]


def _by_buyer(placed: QuerySet[Placement]) -> dict[int, int]:
    counted: dict[int, set[int]] = {}
    for buyer, pupil in placed.values_list("buyer", "pupil"):
        counted.setdefault(buyer, set()).add(pupil)
    return {buyer: len(pupils) for buyer, pupils in counted.items()}


def recalls_of(
    provider: Organisation, authority: Organisation, *, person: User, at: datetime
) -> SuspensionNoticeQuerySet:
    """Find whom an authority told of a provider's suspensions, who has not answered first."""
    seen = SuspensionNotice.objects.visible_to(person, at).filter(provider=provider, authority=authority)
    return seen.select_related("authority", "buyer", "provider", "suspension", "acknowledged_by").order_by(
        "-suspension", "acknowledged_at", "buyer__name", "pk"
    )


def recalls_to_chase(authority: Organisation, *, person: User, at: datetime) -> SuspensionNoticeQuerySet:
    """Find whom an authority told and who has not answered, while the suspension holds; the first told first."""
    seen = SuspensionNotice.objects.visible_to(person, at).filter(authority=authority).waiting()
    return seen.select_related("buyer", "provider").order_by("told_at", "pk")


def recalls_of_buyer(buyer: Organisation, *, person: User, at: datetime) -> SuspensionNoticeQuerySet:
    """Find what a buyer was told, the latest first."""
    seen = SuspensionNotice.objects.visible_to(person, at).filter(buyer=buyer)
    return seen.select_related("provider", "authority", "suspension", "acknowledged_by").order_by("-told_at", "-pk")


def count_told(suspension: Suspension) -> tuple[int, int]:
    """Count whom a suspension was told to, and how many of them have acknowledged."""
    told = SuspensionNotice.objects.filter(suspension=suspension)
    return told.count(), told.exclude(acknowledged_at=None).count()


def placements_there(recall: SuspensionNotice, at: datetime) -> QuerySet[Placement]:
    """Find a buyer's placements at a provider now, those that are to start too: by reference, without the children.

    The same of which `buyers_to_tell` counts the children.
    """
    here = {"provider": recall.provider_id, "authority": recall.authority_id, "buyer": recall.buyer_id}
    placed = with_latest_whereabouts(Placement.objects.filter(**here))
    found: QuerySet[Placement] = placed.filter(is_there_now(local_day(at)) | Q(status__in=STATUSES_TO_START))
    return found.select_related("site", "service").order_by("reference")


def orders_there(recall: SuspensionNotice) -> QuerySet[Order]:
    """Find a buyer's orders of a provider's staff that are not delivered yet."""
    here = {"provider": recall.provider_id, "authority": recall.authority_id, "buyer": recall.buyer_id}
    found: QuerySet[Order] = Order.objects.filter(**here, status__in=COMING_ORDER_STATUSES).order_by("reference")
    return found


def suspended_providers(organisation: Organisation, *, person: User, at: datetime) -> list[SuspendedProvider]:
    """Return, by name, the suspended providers to show on an organisation's home page.

    A buyer: those of which it was told. An authority: those that it has suspended. A provider: itself. Where another
    membership of the provider is active, with that authority or, for the provider itself, with any, each category in
    which it is suspended is named.
    """
    if organisation.is_buyer:
        told = SuspensionNotice.objects.visible_to(person, at).filter(buyer=organisation).in_force()
        concerned = Q(suspension__in=told.values("suspension"))
    elif organisation.kind == Organisation.Kind.PROVIDER:
        concerned = Q(provider=organisation)
    else:
        concerned = Q(authority=organisation)
    out = Member.objects.filter(concerned, status=MemberStatus.SUSPENDED)
    by_provider: dict[Organisation, list[Member]] = {}
    for member in out.select_related("provider", "lot", "market").order_by("provider__name", "provider", "pk"):
        by_provider.setdefault(member.provider, []).append(member)
    here = {} if organisation.kind == Organisation.Kind.PROVIDER else {"authority__in": out.values("authority")}
    active = Member.objects.filter(provider__in=by_provider, status=MemberStatus.ACTIVE, **here)
    in_part = set(active.values_list("provider", flat=True))
    given = Q(withheld_by="") | Exists(SuspensionReview.objects.filter(suspension=OuterRef("pk"), gives_reason=True))
    readable = set(Suspension.objects.filter(given, members__in=out).values_list("pk", flat=True))
    return [
        SuspendedProvider(
            provider,
            _categories(several) if provider.pk in in_part else [],
            not any(one.suspension_id in readable for one in several),
        )
        for provider, several in by_provider.items()
    ]


def _categories(members: list[Member]) -> list[str]:
    """Name the categories of some memberships: with their market, where there are several."""
    several = len({one.market_id for one in members}) > 1
    return [f"{one.lot.title} ({one.market})" if several else one.lot.title for one in members]


def lifted_at(suspension: Suspension) -> datetime | None:
    """Say when a suspension was lifted: nothing while it holds."""
    return Reinstatement.objects.filter(suspension=suspension).values_list("made_at", flat=True).first()


def lifted_suspensions(suspensions: Iterable[int]) -> set[int]:
    """Return which of some suspensions, by key, have been lifted."""
    found = Reinstatement.objects.filter(suspension__in=suspensions)
    return set(found.values_list("suspension", flat=True))


def group_by_suspension(several: Iterable[SuspensionNotice]) -> list[tuple[Suspension, list[SuspensionNotice]]]:
    """Gather recalls under the suspension of which they tell, in their order."""
    gathered: dict[int, tuple[Suspension, list[SuspensionNotice]]] = {}
    for one in several:
        gathered.setdefault(one.suspension_id, (one.suspension, []))[1].append(one)
    return list(gathered.values())
