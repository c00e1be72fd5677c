"""Queries about budgets, orders for staff hours, and what a buyer can order."""

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
    """Return the budgets of a buyer that a person is allowed to see.

    Open budgets come first. Within each group, the budget that ends last comes first.
    """
    return Budget.objects.visible_to(person, at).filter(buyer=buyer).order_by("-status", "-ends_on", "name", "pk")


def budgets_to_spend(buyer: Organisation, on: date) -> BudgetQuerySet:
    """Return the budgets that can still be spent from: those that are open and not past their last day."""
    return Budget.objects.filter(buyer=buyer, status=BudgetStatus.OPEN, ends_on__gte=on).order_by("ends_on", "name")


def commitments_of(budget: Budget) -> QuerySet[Commitment]:
    return budget.commitments.order_by("-made_at", "-pk")


def orders_of(buyer: Organisation, *, person: User, at: datetime) -> QuerySet[Order]:
    """Return a buyer's orders that a person is allowed to see, latest first."""
    return _visible_orders(person, at).filter(buyer=buyer)


def orders_to(provider: Organisation, *, person: User, at: datetime) -> QuerySet[Order]:
    """Return the orders to a provider that a person is allowed to see, latest first."""
    return _visible_orders(person, at).filter(provider=provider)


def commitment_for(order: Order) -> Commitment | None:
    return Commitment.objects.filter(source=order.reference).select_related("budget").first()


def called_off(market: Market) -> Decimal:
    """Return the amount in pounds before VAT that orders and placements in a market have committed and not released."""
    commitments = Commitment.objects.filter(source__startswith=f"{market.code}-")
    total = commitments.aggregate(total=Sum(F("amount") - F("released")))["total"]
    return total or Decimal(0)


def markets_for(buyer: Organisation) -> list[Market]:
    """Return the open markets in which a buyer can order staff hours.

    These are markets of the buyer's authority, and markets for which the buyer has signed an agreement. Markets without
    direct call-off or without prices for staff hours are left out.
    """
    signed = SchoolCoverage.objects.filter(buyer=buyer).values("market")
    markets = Market.objects.filter(Q(authority=buyer.host_id) | Q(pk__in=signed), status=MarketStatus.OPEN)
    candidates = list(markets.select_related("authority").order_by("title", "pk"))
    MarketTerms.read_ahead(market.terms_id for market in candidates)
    return [market for market in candidates if not why_not_direct(market) and staff_line_numbers(market)]


def staff_line_numbers(market: Market) -> dict[str, int]:
    """Return the keys of a market's price lines for staff hours, each with the number of its lot."""
    schedule = market.pack.schedule
    return {line.key: line.lot for line in schedule.lines if line.staff} if schedule else {}


def staff_offers(markets: list[Market], at: datetime) -> MemberQuerySet:
    """Return the listed members that have a signed price for staff hours in their lot, sorted by name.

    Each is annotated with the number of its lot.
    """
    offers = Q(pk__in=[])
    for market in markets:
        for key, number in staff_line_numbers(market).items():
            line: Any = [{"key": key, "lot": number}]
            offers |= Q(market=market, lot__number=number, agreement__prices__contains=line)
    members = Member.objects.listed(at).filter(offers)
    return members.select_related("provider", "market", "lot", "agreement").annotate(
        by_name=Lower("provider__name"), number=F("lot__number")
    )


def _visible_orders(person: User, at: datetime) -> QuerySet[Order]:
    orders: QuerySet[Order] = Order.objects.visible_to(person, at)
    return orders.select_related("buyer", "provider", "market", "lot", "authority", "member").order_by(
        "-sent_at", "-pk"
    )
