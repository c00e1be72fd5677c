"""Orders of the provider's staff at the price of its agreement: seen, accepted, declined."""

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe

from calloff.buying import commands, queries
from calloff.history.transitions import may
from calloff.people.permissions import Can
from calloff.web import command_views
from calloff.web.buying import order_pages
from calloff.web.forms_ui.forms import Confirm, Plain, long_text
from calloff.web.permissions import PROVIDER, at_organisation
from calloff.web.request import AtOrganisation

SIDE = order_pages.Side(PROVIDER, "buyer", of=queries.orders_to, sent="To answer", accepted="Accepted")


class WhyDeclined(Plain):
    reason: forms.CharField = long_text("Reason", "The buyer will read it.", rows=3)


@require_safe
@at_organisation(PROVIDER, Can.ANSWER_REFERRALS)
def orders(request: AtOrganisation) -> HttpResponse:
    return render(request, "provider/orders.html", SIDE.listed(request))


@require_safe
@at_organisation(PROVIDER, Can.ANSWER_REFERRALS)
def export(request: AtOrganisation) -> HttpResponse:
    return SIDE.export(request)


@require_safe
@at_organisation(PROVIDER, Can.ANSWER_REFERRALS)
def order(request: AtOrganisation, reference: str) -> HttpResponse:
    one = SIDE.found(request, reference)
    page = {"order": one, "may_answer": may(one, "accept", request.user, request.now)}
    return render(request, "provider/order.html", page | SIDE.page(request, one))


@require_safe
@at_organisation(PROVIDER, Can.ANSWER_REFERRALS)
def history(request: AtOrganisation, reference: str) -> HttpResponse:
    return SIDE.history(request, reference)


@command_views.asks
@at_organisation(PROVIDER, Can.ANSWER_REFERRALS)
def accept(request: AtOrganisation, reference: str) -> HttpResponse:
    one = SIDE.found(request, reference)
    meaning = [
        f"You will deliver {one.quantity_words} to {one.buyer}, at {one.price_words}: {one.label}.",
        f"Put the purchase order number {one.purchase_order} on your invoice.",
    ]
    return command_views.carry_out(
        request, Confirm.of(request), commands.accept, one, said=f"Order accepted. We have told {one.buyer}.",
        back=SIDE.to(request, one), heading="Accept this order", caption=reference, meaning=meaning,
        button="Accept the order",
    )  # fmt: skip


@command_views.asks
@at_organisation(PROVIDER, Can.ANSWER_REFERRALS)
def decline_order(request: AtOrganisation, reference: str) -> HttpResponse:
    one = SIDE.found(request, reference)
    meaning = [
        f"We will tell {one.buyer}, and it can order from another provider. Declining does not count against you."
    ]
    return command_views.carry_out(
        request, WhyDeclined.of(request), commands.decline_order, one,
        said=f"Order declined. We have told {one.buyer}.", back=SIDE.to(request, one), heading="Decline this order",
        caption=reference, meaning=meaning, button="Decline the order", stops=True,
    )  # fmt: skip


ORDER = "orders/<str:reference>"
urls = [
    path("orders", orders, name="orders"),
    path("orders.csv", export, name="orders-export"),
    path(ORDER, order, name="order"),
    path(f"{ORDER}/history", history, name="order-history"),
    path(f"{ORDER}/accept", accept, name="order-accept"),
    path(f"{ORDER}/decline-order", decline_order, name="order-decline"),
]
