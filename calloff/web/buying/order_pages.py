"""Code for buyers' and providers' order pages: finding an order, an export's rows and a page's frame."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404

from calloff.buying.models import Order
from calloff.buying.states import OrderStatus
from calloff.web import list_pages
from calloff.web.history import pages
from calloff.web.navigation import path_at_organisation, record_parts
from calloff.web.request import OrganisationRequest
from calloff.web.spreadsheet_exports import Column, export_response

FINISHED_ORDERS = Q(status__in=[OrderStatus.DELIVERED, OrderStatus.DECLINED, OrderStatus.WITHDRAWN])
ORDER_EXPORT_COLUMNS: tuple[Column[Order], ...] = (
    Column("Market", lambda order: order.market.title),
    Column("Category", lambda order: str(order.lot)),
    Column("What", lambda order: order.label),
    Column("Quantity", lambda order: order.quantity),
    Column("Unit", lambda order: order.unit),
    Column("Price", lambda order: order.amount),
    Column("VAT", lambda order: order.vat_words),
    Column("Total", lambda order: order.total),
    Column("First day", lambda order: order.starts_on),
    Column("Last day", lambda order: order.ends_on),
    Column("Purchase order", lambda order: order.purchase_order),
    Column("Delivered", lambda order: order.delivered),
    Column("Status", lambda order: order.get_status_display()),
)


@dataclass(frozen=True)
class OrderPages:
    """One side's order pages.

    `key` is the start of its route names, and `other` is an order's attribute for the other side.
    """

    key: str
    other: str
    of: Callable[..., Any]  # returns an organisation's orders that a person can see
    sent: str  # this side's name for orders that the provider has not answered
    accepted: str
    above: tuple[tuple[str, str], ...] = ()  # the text and route of the pages above the list of orders
    frame: str = "layouts/framed.html"

    @property
    def states(self) -> list_pages.StateFilters:
        return {
            "sent": (self.sent, Q(status=OrderStatus.SENT)),
            "accepted": (self.accepted, Q(status=OrderStatus.ACCEPTED)),
            "over": ("Over", FINISHED_ORDERS),
        }

    def found(self, request: OrganisationRequest, reference: str) -> Order:
        """Find one of this side's orders that the person can see. Raises Http404 if there is none."""
        seen = self.of(request.organisation, person=request.user, at=request.now)
        order: Order = get_object_or_404(seen, reference=reference)
        return order

    def filtered(self, request: OrganisationRequest) -> tuple[list_pages.StateFilter, Any]:
        seen = self.of(request.organisation, person=request.user, at=request.now)
        return list_pages.filter_by_state(request, seen, self.states, everything="All orders")

    def listed(self, request: OrganisationRequest) -> dict[str, Any]:
        """Return the context for the list of orders, latest first."""
        filters, orders = self.filtered(request)
        return list_pages.list_context(request, orders, ("-sent_at", "-pk"), one="order", filters=filters)

    def export(self, request: OrganisationRequest) -> HttpResponseBase:
        """Export exactly the rows that match the filter, as CSV."""
        columns: list[Column[Order]] = [
            Column("Reference", lambda order: order.reference),
            Column(self.other.capitalize(), lambda order: getattr(order, self.other).name),
            *ORDER_EXPORT_COLUMNS,
        ]
        return export_response("orders", columns, self.filtered(request)[1])

    def to(self, request: OrganisationRequest, order: Order) -> str:
        return path_at_organisation(request, f"{self.key}:order", order.reference)

    def page(self, request: OrganisationRequest, order: Order) -> dict[str, Any]:
        """Return the context for every page of an order."""
        history = path_at_organisation(request, f"{self.key}:order-history", order.reference)
        over = [(words, path_at_organisation(request, f"{self.key}:{route}")) for words, route in self.above]
        return {
            "heading": f"{order.label}, {getattr(order, self.other)}",
            "caption": order.reference,
            "breadcrumbs": [
                *over,
                ("Orders", list_pages.back_to_list(request, f"{self.key}:orders")),
                (order.reference, ""),
            ],
            "parts": record_parts(request, [("Order", self.to(request, order)), ("History", history)]),
        }

    def history(self, request: OrganisationRequest, reference: str) -> HttpResponse:
        order = self.found(request, reference)
        return pages.render_history(request, order, context=self.page(request, order), frame=self.frame)
