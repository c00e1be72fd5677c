"""Find records in the demonstration: orders, budgets, suspension notices, and the placements that an authority
sees.
"""

from typing import Any

from django.db.models import QuerySet

from calloff.buying.models import Budget, Order
from calloff.members.models import Member
from calloff.monitoring.models import SuspensionNotice
from calloff.placements.models import Placement
from calloff.referrals.models import Referral
from tools.addresses import FindArguments
from tools.screenshots.sample_records import FindRows, address_of, authority


def orders(status: str) -> FindRows:
    return lambda: Order.objects.filter(status=status)


def budgets() -> QuerySet[Budget]:
    """Find budgets from which money has been committed."""
    return Budget.objects.filter(committed__gt=0, buyer__in=Order.objects.values("buyer"))


def recalls() -> QuerySet[SuspensionNotice]:
    return SuspensionNotice.objects.waiting()


def a_buyer_of_hours(*more: str) -> FindArguments:
    """Return a function that finds a school that has ordered staff hours.

    It also returns these attributes of the member from which the school ordered them.
    """

    def where() -> tuple[Any, ...] | None:
        one = Order.objects.select_related("buyer").order_by("pk").first()
        if one is None:
            return None
        return (one.buyer.slug, *(getattr(Member.objects.get(pk=one.member_id), name) for name in more))

    return where


def placements_by(what: str) -> FindArguments:
    def where() -> tuple[Any, ...] | None:
        one = Placement.objects.select_related("authority").order_by("pk").first()
        return (one.authority.slug, what) if one else None

    return where


def of_recall(*names: str) -> FindArguments:
    return address_of("authority", recalls, "provider__slug", *names)


def a_council_that_places() -> tuple[Any, ...] | None:
    one = Placement.objects.select_related("authority").order_by("pk").first()
    return (one.authority.slug,) if one else None


placed = authority(Placement.objects.all, "reference")
asked = authority(lambda: Referral.objects.exclude(status="draft"), "reference")
