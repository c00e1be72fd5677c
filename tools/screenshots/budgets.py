"""The pages of a buyer's money, of what it is told about a provider, and of what an authority sees of placements."""

from typing import Any

from django.db.models import QuerySet

from calloff.buying.models import Budget, Order
from calloff.members.models import Member
from calloff.monitoring.models import SuspensionNotice
from calloff.people.permissions import Role
from calloff.placements.models import Placement
from calloff.referrals.models import Referral
from tools.screenshots import sample_records
from tools.screenshots.page_specs import FindArguments, PageSpec
from tools.screenshots.sample_records import FindRows, address_of, authority, buyer, provider

SPREADSHEET_REASON = "a file for a spreadsheet"
PROVIDER_LEAD, SCHOOL_AP_LEAD, FINANCE, QUALITY_OFFICER = (
    Role.PROVIDER_LEAD,
    Role.AP_LEAD,
    Role.FINANCE,
    Role.QUALITY_OFFICER,
)


def orders(status: str) -> FindRows:
    return lambda: Order.objects.filter(status=status)


def budgets() -> QuerySet[Budget]:
    """Find the budgets of which something is committed."""
    return Budget.objects.filter(committed__gt=0, buyer__in=Order.objects.values("buyer"))


def recalls() -> QuerySet[SuspensionNotice]:
    return SuspensionNotice.objects.waiting()


def a_buyer_of_hours(*more: str) -> FindArguments:
    """Find a school that has ordered hours of staff and, with a name, something of the member it ordered from."""

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
# fmt: off
PAGES = [
    PageSpec("provider:orders", PROVIDER_LEAD, provider(orders("sent"))),
    PageSpec("provider:orders", PROVIDER_LEAD, sample_records.a_busy_provider, like="none-yet"),
    PageSpec("provider:order", PROVIDER_LEAD, provider(orders("sent"), "reference")),
    PageSpec("provider:order", PROVIDER_LEAD, provider(orders("delivered"), "reference"), like="delivered"),
    PageSpec("provider:order-history", PROVIDER_LEAD, provider(orders("delivered"), "reference")),
    PageSpec("provider:order-accept", PROVIDER_LEAD, provider(orders("sent"), "reference")),
    PageSpec("provider:order-decline", PROVIDER_LEAD, provider(orders("sent"), "reference")),
    PageSpec("buyer:buying", SCHOOL_AP_LEAD, a_buyer_of_hours()),
    PageSpec("buyer:call-off", SCHOOL_AP_LEAD, a_buyer_of_hours()),
    PageSpec("buyer:call-off-order", SCHOOL_AP_LEAD, a_buyer_of_hours("reference")),
    PageSpec("buyer:call-off-order", SCHOOL_AP_LEAD, a_buyer_of_hours("reference"), press="Continue"),
    PageSpec("buyer:orders", SCHOOL_AP_LEAD, a_buyer_of_hours()),
    PageSpec("buyer:order", SCHOOL_AP_LEAD, buyer(orders("sent"), "reference")),
    PageSpec("buyer:order", FINANCE, buyer(orders("delivered"), "reference"), like="delivered"),
    PageSpec("buyer:order-done", SCHOOL_AP_LEAD, buyer(orders("sent"), "reference")),
    PageSpec("buyer:order-history", SCHOOL_AP_LEAD, buyer(orders("delivered"), "reference")),
    PageSpec("buyer:order-withdraw", SCHOOL_AP_LEAD, buyer(orders("sent"), "reference")),
    PageSpec("buyer:order-record-delivery", SCHOOL_AP_LEAD, buyer(orders("accepted"), "reference")),
    PageSpec("buyer:budgets", FINANCE, a_buyer_of_hours()),
    PageSpec("buyer:budget", FINANCE, buyer(budgets, "pk")),
    PageSpec("buyer:budget-history", FINANCE, buyer(budgets, "pk")),
    PageSpec("buyer:budget-set", FINANCE, a_buyer_of_hours()),
    PageSpec("buyer:budget-set", FINANCE, a_buyer_of_hours(), press="Set the budget"),
    PageSpec("buyer:budget-amend", FINANCE, buyer(budgets, "pk")),
    PageSpec("buyer:budget-allow-more", FINANCE, buyer(budgets, "pk")),
    PageSpec("buyer:budget-close", FINANCE, buyer(budgets, "pk")),
    PageSpec("buyer:recalls", SCHOOL_AP_LEAD, buyer(recalls)),
    PageSpec("buyer:recall", SCHOOL_AP_LEAD, buyer(recalls, "pk")),
    PageSpec("buyer:recall-acknowledge", SCHOOL_AP_LEAD, buyer(recalls, "pk")),
    PageSpec("authority:referrals", QUALITY_OFFICER, a_council_that_places),
    PageSpec("authority:referral", QUALITY_OFFICER, asked),
    PageSpec("authority:referral-history", QUALITY_OFFICER, asked),
    PageSpec("authority:placements", QUALITY_OFFICER, a_council_that_places),
    PageSpec("authority:placement", QUALITY_OFFICER, placed),
    PageSpec("authority:placement-history", QUALITY_OFFICER, placed),
    PageSpec("authority:placements-by", QUALITY_OFFICER, placements_by("provider")),
    PageSpec("authority:placements-by", QUALITY_OFFICER, placements_by("need"), like="by-need"),
    PageSpec("authority:interim-places", QUALITY_OFFICER, a_council_that_places),
    PageSpec("authority:kpis", QUALITY_OFFICER, a_council_that_places),
    PageSpec("authority:recalls", QUALITY_OFFICER, of_recall()),
    PageSpec("authority:recall-remind", QUALITY_OFFICER, of_recall("pk")),
]
# fmt: on
PASSED_OVER_BUDGETS = {
    "provider:orders-export": SPREADSHEET_REASON,
    "buyer:orders-export": SPREADSHEET_REASON,
    "authority:referrals-export": SPREADSHEET_REASON,
    "authority:placements-export": SPREADSHEET_REASON,
    "authority:interim-places-export": SPREADSHEET_REASON,
}
