"""Orders for the provider's staff at the price in its agreement: view, accept, decline."""

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from calloff.buying import commands, queries
from calloff.history.transitions import is_allowed
from calloff.people.permissions import Can
from calloff.web import command_views
from calloff.web.buying import order_pages
from calloff.web.forms_ui.field_errors import text_errors
from calloff.web.forms_ui.forms import ConfirmForm, UnmarkedForm, textarea_field
from calloff.web.permissions import PROVIDER, at_organisation
from calloff.web.request import OrganisationRequest

PROVIDER_ORDER_PAGES = order_pages.OrderPages(
    PROVIDER, "buyer", of=queries.orders_to, sent="To answer", accepted="Accepted"
)


class DeclineOrderForm(UnmarkedForm):
    reason: forms.CharField = textarea_field("Reason", "The buyer will read it.", rows=3, errors=text_errors("Reason"))


@require_safe
@at_organisation(PROVIDER, Can.ANSWER_REFERRALS)
def orders(request: OrganisationRequest) -> HttpResponse:
    return render(request, "provider/orders.html", PROVIDER_ORDER_PAGES.listed(request))


@require_safe
@at_organisation(PROVIDER, Can.ANSWER_REFERRALS)
def export(request: OrganisationRequest) -> HttpResponse:
    return PROVIDER_ORDER_PAGES.export(request)


@require_safe
@at_organisation(PROVIDER, Can.ANSWER_REFERRALS)
def order(request: OrganisationRequest, reference: str) -> HttpResponse:
    order = PROVIDER_ORDER_PAGES.found(request, reference)
    page = {"order": order, "may_answer": is_allowed(order, "accept", request.user, request.now)}
    return render(request, "provider/order.html", page | PROVIDER_ORDER_PAGES.page(request, order))


@require_safe
@at_organisation(PROVIDER, Can.ANSWER_REFERRALS)
def history(request: OrganisationRequest, reference: str) -> HttpResponse:
    return PROVIDER_ORDER_PAGES.history(request, reference)


@command_views.command_view
@at_organisation(PROVIDER, Can.ANSWER_REFERRALS)
def accept(request: OrganisationRequest, reference: str) -> HttpResponse:
    order = PROVIDER_ORDER_PAGES.found(request, reference)
    meaning = [
        f"You will deliver {order.quantity_words} to {order.buyer}, at {order.price_words}: {order.label}.",
        f"Put the purchase order number {order.purchase_order} on your invoice.",
    ]
    return command_views.run_command(
        request, ConfirmForm.of(request), commands.accept, order, said=f"Order accepted. We have told {order.buyer}.",
        back=PROVIDER_ORDER_PAGES.to(request, order), heading="Accept this order", caption=reference, meaning=meaning,
        button="Accept the order",
    )  # fmt: skip


@command_views.command_view
@at_organisation(PROVIDER, Can.ANSWER_REFERRALS)
def decline_order(request: OrganisationRequest, reference: str) -> HttpResponse:
    order = PROVIDER_ORDER_PAGES.found(request, reference)
    meaning = [
        f"We will tell {order.buyer}, and it can order from another provider. Declining does not count against you."
    ]
    return command_views.run_command(
        request, DeclineOrderForm.of(request), commands.decline_order, order,
        said=f"Order declined. We have told {order.buyer}.", back=PROVIDER_ORDER_PAGES.to(request, order),
        heading="Decline this order",
        caption=reference, meaning=meaning, button="Decline the order", stops=True,
    )  # fmt: skip
