"""Orders for staff hours at the price in the provider's agreement: view, accept and decline."""

from django import forms
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from calloff.buying import commands, queries
from calloff.people.permissions import Can
from calloff.web.buying import order_pages
from calloff.web.forms_ui.field_errors import text_errors
from calloff.web.forms_ui.forms import UnmarkedForm, textarea_field
from calloff.web.permissions import PROVIDER, at_organisation
from calloff.web.record_actions import RecordAction, RecordActions
from calloff.web.request import OrganisationRequest

PROVIDER_ORDER_PAGES = order_pages.OrderPages(
    PROVIDER, "buyer", of=queries.orders_to, sent="To answer", accepted="Accepted"
)


class DeclineOrderForm(UnmarkedForm):
    reason: forms.CharField = textarea_field(
        "Reason", "The buyer will read this.", rows=3, errors=text_errors("Reason")
    )


ORDER_ACTIONS = RecordActions(
    PROVIDER,
    "order",
    PROVIDER_ORDER_PAGES.found,
    back=PROVIDER_ORDER_PAGES.to,
    needs=(Can.ANSWER_REFERRALS,),
    caption=lambda _, order: order.reference,
    rows=(
        RecordAction(
            commands.accept,
            link="Accept",
            heading="Accept this order",
            meaning=lambda _, order: [
                f"You will deliver {order.quantity_words} to {order.buyer}, at {order.price_words}: {order.label}.",
                f"Put the purchase order number {order.purchase_order} on your invoice.",
            ],
            button="Accept the order",
            done=lambda _, order: f"Order accepted. We have told {order.buyer}.",
        ),
        RecordAction(
            commands.decline_order,
            name="order-decline",
            link="Decline",
            form=DeclineOrderForm,
            heading="Decline this order",
            meaning=lambda _, order: [
                f"We will tell {order.buyer}, and it can order from another provider. Declining does not count against "
                "you."
            ],
            button="Decline the order",
            stops=True,
            done=lambda _, order: f"Order declined. We have told {order.buyer}.",
        ),
    ),
)


@require_safe
@at_organisation(PROVIDER, Can.ANSWER_REFERRALS)
def orders(request: OrganisationRequest) -> HttpResponse:
    return render(request, "provider/orders.html", PROVIDER_ORDER_PAGES.listed(request))


@require_safe
@at_organisation(PROVIDER, Can.ANSWER_REFERRALS)
def export(request: OrganisationRequest) -> HttpResponseBase:
    return PROVIDER_ORDER_PAGES.export(request)


@require_safe
@at_organisation(PROVIDER, Can.ANSWER_REFERRALS)
def order(request: OrganisationRequest, reference: str) -> HttpResponse:
    order = PROVIDER_ORDER_PAGES.found(request, reference)
    page = {"order": order, "actions": ORDER_ACTIONS.links(request, order)}
    return render(request, "provider/order.html", page | PROVIDER_ORDER_PAGES.page(request, order))


@require_safe
@at_organisation(PROVIDER, Can.ANSWER_REFERRALS)
def history(request: OrganisationRequest, reference: str) -> HttpResponse:
    return PROVIDER_ORDER_PAGES.history(request, reference)
