"""Questions about suspensions and who was told of them."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count

from calloff.buying.models import Order
from calloff.buying.states import OrderStatus
from calloff.members.models import Suspension
from calloff.monitoring.models import Recall, RecallQuerySet
from calloff.people.models import Organisation, User
from calloff.placements.models import Placement
from calloff.placements.states import BEFORE, LIVE

COMING = (OrderStatus.SENT, OrderStatus.ACCEPTED)  # its staff come, or are to come, to the school


@dataclass(frozen=True)
class ToTell:
    """A buyer that a suspension concerns: how many children it has there, and how many orders of the staff."""

    buyer: Organisation
    children: int
    orders: int


def who_is_told(provider: Organisation, authority: Organisation) -> list[ToTell]:
    """Find every buyer with a child at a provider, or one that is to start, or whose school its staff come to.

    In the markets of one authority, whichever membership the place is in: a child is there all the same. By name.
    """
    here = {"provider": provider, "authority": authority}
    placed = Placement.objects.filter(**here, status__in=[*BEFORE, *LIVE]).values("buyer")
    children = dict(placed.annotate(many=Count("pupil", distinct=True)).values_list("buyer", "many"))
    ordered = Order.objects.filter(**here, status__in=COMING).values("buyer").annotate(many=Count("pk"))
    orders = dict(ordered.values_list("buyer", "many"))
    buyers = Organisation.objects.filter(pk__in=[*children, *orders]).order_by("name", "pk")
    return [ToTell(one, children.get(one.pk, 0), orders.get(one.pk, 0)) for one in buyers]


def recalls_of(provider: Organisation, authority: Organisation, *, person: User, at: datetime) -> RecallQuerySet:
    """Find whom an authority told of a provider's suspensions, who has not answered first."""
    seen = Recall.objects.visible_to(person, at).filter(provider=provider, authority=authority)
    return seen.select_related("buyer", "provider", "suspension", "acknowledged_by").order_by(
        "-suspension", "acknowledged_at", "buyer__name", "pk"
    )


def recalls_to_chase(authority: Organisation, *, person: User, at: datetime) -> RecallQuerySet:
    """Find whom an authority told and who has not answered, while the suspension holds; the first told first."""
    seen = Recall.objects.visible_to(person, at).filter(authority=authority).waiting()
    return seen.select_related("buyer", "provider").order_by("told_at", "pk")


def recalls_of_buyer(buyer: Organisation, *, person: User, at: datetime) -> RecallQuerySet:
    """Find what a buyer was told, the latest first."""
    seen = Recall.objects.visible_to(person, at).filter(buyer=buyer)
    return seen.select_related("provider", "authority", "suspension", "acknowledged_by").order_by("-told_at", "-pk")


def told_of(suspension: Suspension) -> tuple[int, int]:
    """Count whom a suspension was told to, and how many of them have acknowledged."""
    told = Recall.objects.filter(suspension=suspension)
    return told.count(), told.exclude(acknowledged_at=None).count()
