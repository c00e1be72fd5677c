"""Questions about budgets, orders of staff hours, and what can be ordered."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import F, Q, QuerySet, Sum
from django.db.models.functions import Lower

from calloff.buying.direct_call_off import why_not_direct
from calloff.buying.models import Budget, BudgetQuerySet, Commitment, Order
from calloff.buying.states import BudgetStatus
from calloff.markets.models import Market, MarketTerms
from calloff.markets.states import MarketStatus
from calloff.members.models import Member, MemberQuerySet
from calloff.partners.models import SchoolCoverage
from calloff.people.models import Organisation, User


def budgets_of(buyer: Organisation, *, person: User, at: datetime) -> BudgetQuerySet:
    """Find a buyer's budgets: the open ones first, then the latest."""
    return Budget.objects.visible_to(person, at).filter(buyer=buyer).order_by("-status", "-ends_on", "name", "pk")


def budgets_to_spend(buyer: Organisation, on: date) -> BudgetQuerySet:
    """Find the budgets of which something can be committed: open, and not past their last day."""
    return Budget.objects.filter(buyer=buyer, status=BudgetStatus.OPEN, ends_on__gte=on).order_by("ends_on", "name")


def commitments_of(budget: Budget) -> QuerySet[Commitment]:
    return budget.commitments.order_by("-made_at", "-pk")


def orders_of(buyer: Organisation, *, person: User, at: datetime) -> QuerySet[Order]:
    """Find a buyer's orders, the latest first."""
    return _seen(person, at).filter(buyer=buyer)


def orders_to(provider: Organisation, *, person: User, at: datetime) -> QuerySet[Order]:
    """Find the orders that a provider was sent, the latest first."""
    return _seen(person, at).filter(provider=provider)


def commitment_for(order: Order) -> Commitment | None:
    return Commitment.objects.filter(source=order.reference).select_related("budget").first()


def called_off(market: Market) -> Decimal:
    """Return the pounds before VAT that orders and placements have committed in a market and not released."""
    through = Commitment.objects.filter(source__startswith=f"{market.code}-")
    total = through.aggregate(total=Sum(F("amount") - F("released")))["total"]
    return total or Decimal(0)


def markets_for(buyer: Organisation) -> list[Market]:
    """Find the markets in which a buyer could call off directly: those of its authority, and those it has signed for.

    A market whose rules allow no direct call-off, or whose schedule has no hours of staff, is left out.
    """
    signed = SchoolCoverage.objects.filter(buyer=buyer).values("market")
    found = Market.objects.filter(Q(authority=buyer.host_id) | Q(pk__in=signed), status=MarketStatus.OPEN)
    several = list(found.select_related("authority").order_by("title", "pk"))
    MarketTerms.read_ahead(one.terms_id for one in several)
    return [one for one in several if not why_not_direct(one) and staff_line_numbers(one)]


def staff_line_numbers(market: Market) -> dict[str, int]:
    """Return the lines of a market's schedule that are hours of staff, each with the number of its lot."""
    schedule = market.pack.schedule
    return {line.key: line.lot for line in schedule.lines if line.staff} if schedule else {}


def staff_offers(markets: list[Market], at: datetime) -> MemberQuerySet:
    """Find the listed members of some markets whose signed annex has hours of staff in their lot, by name."""
    offers = Q(pk__in=[])
    for market in markets:
        for key, number in staff_line_numbers(market).items():
            line: Any = [{"key": key, "lot": number}]
            offers |= Q(market=market, lot__number=number, agreement__prices__contains=line)
    found = Member.objects.listed(at).filter(offers)
    return found.select_related("provider", "market", "lot", "agreement").annotate(
        by_name=Lower("provider__name"), number=F("lot__number")
    )


def _seen(person: User, at: datetime) -> QuerySet[Order]:
    seen: QuerySet[Order] = Order.objects.visible_to(person, at)
    return seen.select_related("buyer", "provider", "market", "lot", "authority", "member").order_by("-sent_at", "-pk")
