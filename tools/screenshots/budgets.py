"""The pages of a buyer's money, of what it is told of a provider, and of what an authority sees of placements."""

from typing import Any

from django.db.models import QuerySet

from calloff.buying.models import Budget, Order
from calloff.members.models import Member
from calloff.monitoring.models import Recall
from calloff.people.permissions import Role
from calloff.placements.models import Placement
from calloff.referrals.models import Referral
from tools.screenshots import sample_records
from tools.screenshots.page_specs import Page, Where
from tools.screenshots.sample_records import Rows, at, authority, buyer, provider

CSV = "a file for a spreadsheet"
LEAD, SCHOOL, FINANCE, QUALITY = Role.PROVIDER_LEAD, Role.AP_LEAD, Role.FINANCE, Role.QUALITY_OFFICER


def orders(status: str) -> Rows:
    return lambda: Order.objects.filter(status=status)


def budgets() -> QuerySet[Budget]:
    """Find the budgets of which something is committed."""
    return Budget.objects.filter(committed__gt=0, buyer__in=Order.objects.values("buyer"))


def recalls() -> QuerySet[Recall]:
    return Recall.objects.waiting()


def a_buyer_of_hours(*more: str) -> Where:
    """Find a school that has ordered hours of staff and, with a name, something of the member it ordered from."""

    def where() -> tuple[Any, ...] | None:
        one = Order.objects.select_related("buyer").order_by("pk").first()
        if one is None:
            return None
        return (one.buyer.slug, *(getattr(Member.objects.get(pk=one.member_id), name) for name in more))

    return where


def placements_by(what: str) -> Where:
    def where() -> tuple[Any, ...] | None:
        one = Placement.objects.select_related("authority").order_by("pk").first()
        return (one.authority.slug, what) if one else None

    return where


def of_recall(*names: str) -> Where:
    return at("authority", recalls, "provider__slug", *names)


def a_council_that_places() -> tuple[Any, ...] | None:
    one = Placement.objects.select_related("authority").order_by("pk").first()
    return (one.authority.slug,) if one else None


placed = authority(Placement.objects.all, "reference")
asked = authority(lambda: Referral.objects.exclude(status="draft"), "reference")
# fmt: off
PAGES = [
    Page("provider:orders", LEAD, provider(orders("sent"))),
    Page("provider:orders", LEAD, sample_records.a_busy_provider, like="none-yet"),
    Page("provider:order", LEAD, provider(orders("sent"), "reference")),
    Page("provider:order", LEAD, provider(orders("delivered"), "reference"), like="delivered"),
    Page("provider:order-history", LEAD, provider(orders("delivered"), "reference")),
    Page("provider:order-accept", LEAD, provider(orders("sent"), "reference")),
    Page("provider:order-decline", LEAD, provider(orders("sent"), "reference")),
    Page("buyer:buying", SCHOOL, a_buyer_of_hours()),
    Page("buyer:call-off", SCHOOL, a_buyer_of_hours()),
    Page("buyer:call-off-order", SCHOOL, a_buyer_of_hours("reference")),
    Page("buyer:call-off-order", SCHOOL, a_buyer_of_hours("reference"), press="Continue"),
    Page("buyer:orders", SCHOOL, a_buyer_of_hours()),
    Page("buyer:order", SCHOOL, buyer(orders("sent"), "reference")),
    Page("buyer:order", FINANCE, buyer(orders("delivered"), "reference"), like="delivered"),
    Page("buyer:order-done", SCHOOL, buyer(orders("sent"), "reference")),
    Page("buyer:order-history", SCHOOL, buyer(orders("delivered"), "reference")),
    Page("buyer:order-withdraw", SCHOOL, buyer(orders("sent"), "reference")),
    Page("buyer:order-record-delivery", SCHOOL, buyer(orders("accepted"), "reference")),
    Page("buyer:budgets", FINANCE, a_buyer_of_hours()),
    Page("buyer:budget", FINANCE, buyer(budgets, "pk")),
    Page("buyer:budget-history", FINANCE, buyer(budgets, "pk")),
    Page("buyer:budget-set", FINANCE, a_buyer_of_hours()),
    Page("buyer:budget-set", FINANCE, a_buyer_of_hours(), press="Set the budget"),
    Page("buyer:budget-amend", FINANCE, buyer(budgets, "pk")),
    Page("buyer:budget-allow-more", FINANCE, buyer(budgets, "pk")),
    Page("buyer:budget-close", FINANCE, buyer(budgets, "pk")),
    Page("buyer:recalls", SCHOOL, buyer(recalls)),
    Page("buyer:recall", SCHOOL, buyer(recalls, "pk")),
    Page("buyer:recall-acknowledge", SCHOOL, buyer(recalls, "pk")),
    Page("authority:referrals", QUALITY, a_council_that_places),
    Page("authority:referral", QUALITY, asked),
    Page("authority:referral-history", QUALITY, asked),
    Page("authority:placements", QUALITY, a_council_that_places),
    Page("authority:placement", QUALITY, placed),
    Page("authority:placement-history", QUALITY, placed),
    Page("authority:placements-by", QUALITY, placements_by("provider")),
    Page("authority:placements-by", QUALITY, placements_by("need"), like="by-need"),
    Page("authority:interim-places", QUALITY, a_council_that_places),
    Page("authority:kpis", QUALITY, a_council_that_places),
    Page("authority:recalls", QUALITY, of_recall()),
    Page("authority:recall-remind", QUALITY, of_recall("pk")),
]
# fmt: on
PASSED_OVER = {
    "provider:orders-export": CSV,
    "buyer:orders-export": CSV,
    "authority:referrals-export": CSV,
    "authority:placements-export": CSV,
    "authority:interim-places-export": CSV,
}
