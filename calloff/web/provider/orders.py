"""Orders of the provider's staff at the price of its agreement: seen, accepted, declined."""

from typing import Any

from django import forms
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.views.decorators.http import require_safe

from calloff.buying import commands, queries
from calloff.buying.models import Order
from calloff.buying.states import OrderStatus
from calloff.history.steps import may
from calloff.people.permissions import Can
from calloff.web import exports, histories, lists, verbs
from calloff.web.access import PROVIDER, at_organisation
from calloff.web.forms import Confirm, Plain, long_text
from calloff.web.http import AtOrganisation
from calloff.web.navigation import parts, within

STATES: lists.States = {
    "sent": ("To answer", Q(status=OrderStatus.SENT)),
    "accepted": ("Accepted", Q(status=OrderStatus.ACCEPTED)),
    "over": ("Over", Q(status__in=[OrderStatus.DELIVERED, OrderStatus.DECLINED, OrderStatus.WITHDRAWN])),
}
HEADER = ("Reference", "Buyer", "Market", "Category", "What", "Quantity", "Unit", "Price", "VAT", "Total", "First day",
          "Last day", "Purchase order", "Delivered", "Status")  # fmt: skip


class WhyDeclined(Plain):
    reason: forms.CharField = long_text("Reason", "The buyer will read it.", rows=3)


@require_safe
@at_organisation(PROVIDER, Can.ANSWER_REFERRALS)
def orders(request: AtOrganisation) -> HttpResponse:
    filters, found = _filtered(request)
    page = lists.list_page(request, found, ("-sent_at", "-pk"), one="order", filters=filters)
    return render(request, "provider/orders.html", page)


@require_safe
@at_organisation(PROVIDER, Can.ANSWER_REFERRALS)
def export(request: AtOrganisation) -> HttpResponse:
    """Hand out exactly the rows that the filter leaves, as CSV."""
    return exports.as_csv("orders.csv", HEADER, (_row(one) for one in _filtered(request)[1]))


@require_safe
@at_organisation(PROVIDER, Can.ANSWER_REFERRALS)
def order(request: AtOrganisation, reference: str) -> HttpResponse:
    one = _found(request, reference)
    page = {"order": one, "may_answer": may(one, "accept", request.user, request.now)}
    return render(request, "provider/order.html", page | _frame(request, one))


@require_safe
@at_organisation(PROVIDER, Can.ANSWER_REFERRALS)
def history(request: AtOrganisation, reference: str) -> HttpResponse:
    one = _found(request, reference)
    return histories.page(request, one, context=_frame(request, one))


@verbs.asks
@at_organisation(PROVIDER, Can.ANSWER_REFERRALS)
def accept(request: AtOrganisation, reference: str) -> HttpResponse:
    one = _found(request, reference)
    verbs.must(request, one, "accept")
    form = Confirm.of(request)
    if form.attempt(commands.accept, one, by=request.user, at=request.now):
        return verbs.done(request, f"You have accepted. {one.buyer} is told.", "provider:order", reference)
    meaning = [
        f"You will deliver {one.quantity.normalize():f} of {one.label}, {one.price_words}, for {one.buyer}.",
        f"Put the purchase-order number {one.purchase_order} on your invoice.",
    ]
    return verbs.ask(
        request, form, heading="Accept this order", caption=reference, meaning=meaning, button="Accept the order",
        cancel=_to(request, one),
    )  # fmt: skip


@verbs.asks
@at_organisation(PROVIDER, Can.ANSWER_REFERRALS)
def decline_order(request: AtOrganisation, reference: str) -> HttpResponse:
    one = _found(request, reference)
    verbs.must(request, one, "decline_order")
    form = WhyDeclined.of(request)
    if form.attempt(commands.decline_order, one, by=request.user, at=request.now):
        return verbs.done(request, f"You have declined. {one.buyer} is told.", "provider:order", reference)
    meaning = [f"{one.buyer} is told, and can order from another. It does not count against you."]
    return verbs.ask(
        request, form, heading="Decline this order", caption=reference, meaning=meaning, button="Decline the order",
        cancel=_to(request, one), stops=True,
    )  # fmt: skip


def _found(request: AtOrganisation, reference: str) -> Order:
    seen = queries.orders_to(request.organisation, person=request.user, at=request.now)
    return get_object_or_404(seen, reference=reference)


def _filtered(request: AtOrganisation) -> tuple[lists.StateFilter, Any]:
    found = queries.orders_to(request.organisation, person=request.user, at=request.now)
    return lists.in_state(request, found, STATES, everything="All orders")


def _row(one: Order) -> tuple[object, ...]:
    return (
        one.reference, one.buyer.name, one.market.title, str(one.lot), one.label, one.quantity, one.unit, one.amount,
        one.vat_words, one.total, one.starts_on, one.ends_on, one.purchase_order, one.delivered,
        one.get_status_display(),
    )  # fmt: skip


def _to(request: AtOrganisation, one: Order) -> str:
    return within(request, "provider:order", one.reference)


def _frame(request: AtOrganisation, one: Order) -> dict[str, object]:
    ours = [("Order", _to(request, one)), ("History", within(request, "provider:order-history", one.reference))]
    crumbs = [("Orders", lists.back_to(request, "provider:orders")), (one.reference, "")]
    return {
        "heading": f"{one.label}, {one.buyer}", "caption": one.reference, "breadcrumbs": crumbs,
        "parts": parts(request, ours),
    }  # fmt: skip


ORDER = "orders/<str:reference>"
urls = [
    path("orders", orders, name="orders"),
    path("orders.csv", export, name="orders-export"),
    path(ORDER, order, name="order"),
    path(f"{ORDER}/history", history, name="order-history"),
    path(f"{ORDER}/accept", accept, name="order-accept"),
    path(f"{ORDER}/decline-order", decline_order, name="order-decline"),
]
