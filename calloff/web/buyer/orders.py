"""Order staff hours from a provider, without naming a child.

People find a provider, enter the order, check it and send it.
"""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from calloff.buying import commands, queries
from calloff.buying.direct_call_off import AnnexLine, staff_lines_of
from calloff.buying.models import Budget, Order
from calloff.buying.states import OrderStatus
from calloff.kernel.clock import local_day
from calloff.kernel.formatting import format_number
from calloff.kernel.lifecycles import Refused
from calloff.kernel.money import format_pounds
from calloff.markets.models import Market
from calloff.members.models import Member
from calloff.partners.buying_eligibility import require_standing
from calloff.people.permissions import Can
from calloff.web import command_views, list_pages
from calloff.web.buying import order_pages
from calloff.web.forms_ui.field_errors import choice_errors, date_errors, decimal_errors, text_errors
from calloff.web.forms_ui.forms import FilterForm, UnmarkedForm, textarea_field
from calloff.web.forms_ui.widgets import DatePartsInput
from calloff.web.home_pages import HomeCount
from calloff.web.navigation import path_at_organisation
from calloff.web.permissions import BUYER, at_organisation
from calloff.web.record_actions import RecordAction, RecordActions
from calloff.web.request import OrganisationRequest

BUYER_ORDER_PAGES = order_pages.OrderPages(
    BUYER, "provider", of=queries.orders_of, sent="Sent, no reply yet", accepted="Accepted, to be delivered",
    above=(("Buying", "buying"),), frame="buyer/frame.html",
)  # fmt: skip
RIVAL_PRICES_MESSAGE = (
    "You also act for a provider, so you cannot see other providers’ prices. A colleague can place the order."
)


class OfferFilter(FilterForm):
    words = forms.CharField(
        label="Provider’s name", required=False, max_length=100, error_messages=text_errors("Provider’s name")
    )
    market = forms.ChoiceField(
        label="Market", required=False, error_messages=choice_errors("Select a market from the list")
    )

    def __init__(self, *args: Any, markets: Sequence[Market] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["market"].choices = [("", "Any"), *((market.code, market.title) for market in markets)]  # type: ignore[attr-defined]


class OrderForm(UnmarkedForm):
    line = forms.ChoiceField(
        label="What do you want to order?",
        widget=forms.RadioSelect,
        error_messages=choice_errors("Select what you want to order"),
    )
    quantity = forms.DecimalField(
        label="How many hours or days?",
        help_text="For example, 12 or 7.5",
        max_digits=7,
        decimal_places=2,
        error_messages=decimal_errors(
            "Number of hours or days", "0.01", "10,000", "2 decimal places", "Enter how many hours or days you need"
        ),
    )
    what = textarea_field(
        "What will the staff do?",
        "Do not name a pupil. An order is not for a named pupil.",
        rows=3,
        errors=text_errors("Description of the staff’s work"),
    )
    reason = textarea_field(
        "Why are you choosing this provider?",
        "We will save your reason with the order. The rules for a direct call-off require a reason.",
        rows=3,
        errors=text_errors("Reason for choosing this provider"),
    )
    starts_on = forms.DateField(
        label="First day",
        help_text="For example, 9 11 2026",
        widget=DatePartsInput,
        error_messages=date_errors("First day", "Enter the first day"),
    )
    ends_on = forms.DateField(
        label="Last day",
        help_text="For example, 18 12 2026",
        widget=DatePartsInput,
        error_messages=date_errors("Last day", "Enter the last day"),
    )
    purchase_order = forms.CharField(
        label="Purchase order number",
        help_text="The provider will put this number on its invoice.",
        max_length=40,
        required=False,
        error_messages=text_errors("Purchase order number"),
    )
    budget = forms.TypedChoiceField(
        label="Which budget?",
        widget=forms.RadioSelect,
        empty_value=None,
        error_messages=choice_errors("Select a budget"),
    )

    def __init__(self, *args: Any, lines: Sequence[AnnexLine], budgets: Sequence[Budget], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = {str(budget.pk): budget for budget in budgets}
        words = [(str(budget.pk), f"{budget}: {format_pounds(budget.left)} left") for budget in budgets]
        self.fields["line"].choices = [(offered.key, f"{offered.label}: {offered.words}") for offered in lines]  # type: ignore[attr-defined]
        self.fields["budget"].choices = words  # type: ignore[attr-defined]
        self.fields["budget"].coerce = known.get  # type: ignore[attr-defined]


class RecordDeliveryForm(UnmarkedForm):
    delivered = forms.DecimalField(
        label="How much was delivered?",
        max_digits=7,
        decimal_places=2,
        error_messages=decimal_errors(
            "Amount delivered", "0", "10,000", "2 decimal places", "Enter how much was delivered"
        ),
    )
    note = textarea_field(
        "Notes about the delivery (optional)",
        "The provider will read this.",
        rows=3,
        errors=text_errors("Notes about the delivery"),
    )


class WithdrawOrderForm(UnmarkedForm):
    reason = textarea_field("Reason", "The provider will read this.", rows=3, errors=text_errors("Reason"))


def _delivery_form(request: OrganisationRequest, order: Order) -> RecordDeliveryForm:
    form = RecordDeliveryForm.of(request, initial={"delivered": format_number(order.quantity)})
    form.fields["delivered"].label = f"How many {order.unit}s were delivered?"
    return form


ORDER_ACTIONS = RecordActions(
    BUYER,
    "order",
    BUYER_ORDER_PAGES.found,
    back=BUYER_ORDER_PAGES.to,
    needs=(Can.SEE_PLACING,),
    caption=lambda _, order: order.reference,
    rows=(
        RecordAction(
            commands.record_delivery,
            link="Record what was delivered",
            form=_delivery_form,
            heading="Record what was delivered",
            meaning=lambda _, order: [
                f"{order.quantity_words} were ordered, at {order.price_words}: {order.label}.",
                "Money for hours that were not delivered goes back to the budget. You can only record this once.",
            ],
            button="Record the delivery",
            done="Delivery recorded",
        ),
        RecordAction(
            commands.withdraw_order,
            name="order-withdraw",
            link="Withdraw",
            form=WithdrawOrderForm,
            heading="Withdraw this order",
            meaning=lambda _, order: [
                f"{order.provider} has not replied yet. We will tell {order.provider}, and "
                f"{format_pounds(order.total)} will go back to the budget."
            ],
            button="Withdraw the order",
            stops=True,
            done="Order withdrawn. We have told the provider.",
        ),
    ),
)


@require_safe
@at_organisation(BUYER, Can.SEE_PLACING)
def buying(request: OrganisationRequest) -> HttpResponse:
    """Show the ways to buy, and current orders and budgets."""
    orders = queries.orders_of(request.organisation, person=request.user, at=request.now)
    counted = [(words, orders.filter(which).count(), key) for key, (words, which) in BUYER_ORDER_PAGES.states.items()]
    budgets = queries.budgets_of(request.organisation, person=request.user, at=request.now).filter(status="open")
    page = {"counted": counted, "budgets": list(budgets), "may_order": _may_order(request)}
    return render(request, "buyer/buying.html", page)


@require_safe
@at_organisation(BUYER, Can.PLACE)
def offers(request: OrganisationRequest) -> HttpResponse:
    """List providers with a signed price for staff hours, in markets where this buyer can order directly."""
    if rival := _rival(request):
        return rival
    markets = queries.markets_for(request.organisation)
    filters = OfferFilter.of(request, markets=markets)
    wanted = list_pages.filter_values(filters)
    chosen = [market for market in markets if wanted["market"] in {"", market.code}]
    members = queries.staff_offers(chosen, request.now)
    if wanted["words"]:
        members = members.filter(provider__name__icontains=wanted["words"])
    page = list_pages.list_context(request, members, ("by_name", "number", "pk"), one="provider", filters=filters)
    page |= {"lines": {row.pk: staff_lines_of(row) for row in page["rows"]}, "markets": markets}
    return render(request, "buyer/call_off.html", page)


@command_views.command_view
@at_organisation(BUYER, Can.PLACE)
def order(request: OrganisationRequest, member: str) -> HttpResponse:
    """Show three pages at one URL: enter the order, check it with its cost, and send it."""
    if rival := _rival(request):
        return rival
    offering = _offer(request, member)
    today = local_day(request.now)
    choices: Any = {"lines": staff_lines_of(offering)}
    choices["budgets"] = list(queries.budgets_to_spend(request.organisation, today))
    form = OrderForm.of(request, **choices)
    if request.POST.get("step") == "change":
        form = OrderForm(initial=_typed(request), **choices)
    elif request.POST.get("step") == "send":
        if form.attempt(commands.order, request.organisation, member=offering, by=request.user, at=request.now):
            to = path_at_organisation(request, "buyer:order-done", form.result.reference)
            return command_views.redirect_done(request, f"Order {form.result.reference} sent.", to)
    elif form.attempt(commands.price_order, request.organisation, member=offering, by=request.user, at=request.now):
        page = {"order": form.result, "budget": form.cleaned_data["budget"], "member": offering, "sent": _sent(request)}
        return render(request, "buyer/order_check.html", page)
    return render(request, "buyer/order_form.html", {"member": offering, "form": form, "today": today})


@require_safe
@at_organisation(BUYER, Can.SEE_PLACING)
def done(request: OrganisationRequest, reference: str) -> HttpResponse:
    return render(request, "buyer/order_done.html", {"order": BUYER_ORDER_PAGES.found(request, reference)})


@require_safe
@at_organisation(BUYER, Can.SEE_PLACING)
def orders(request: OrganisationRequest) -> HttpResponse:
    return render(request, "buyer/orders.html", BUYER_ORDER_PAGES.listed(request) | {"may_order": _may_order(request)})


@require_safe
@at_organisation(BUYER, Can.SEE_PLACING)
def export(request: OrganisationRequest) -> HttpResponseBase:
    return BUYER_ORDER_PAGES.export(request)


@require_safe
@at_organisation(BUYER, Can.SEE_PLACING)
def record(request: OrganisationRequest, reference: str) -> HttpResponse:
    order = BUYER_ORDER_PAGES.found(request, reference)
    page = {
        "order": order,
        "commitment": queries.commitment_for(order),
        "actions": ORDER_ACTIONS.links(request, order),
    }
    return render(request, "buyer/order.html", page | BUYER_ORDER_PAGES.page(request, order))


@require_safe
@at_organisation(BUYER, Can.SEE_PLACING)
def history(request: OrganisationRequest, reference: str) -> HttpResponse:
    return BUYER_ORDER_PAGES.history(request, reference)


def count_undelivered_orders(request: OrganisationRequest) -> HomeCount:
    """Count the orders whose delivery the buyer must still record, for a home page."""
    orders = queries.orders_of(request.organisation, person=request.user, at=request.now)
    href = f"{path_at_organisation(request, 'buyer:orders')}?state=accepted"
    return HomeCount("Orders to be delivered", orders.filter(status=OrderStatus.ACCEPTED), href)


def _may_order(request: OrganisationRequest) -> bool:
    return request.user.can(Can.PLACE, organisation=request.organisation, at=request.now)


def _rival(request: OrganisationRequest) -> HttpResponse | None:
    """Refuse people who also act for a provider, because they must not see competitors' prices."""
    if request.user.is_buyer(request.now):
        return None
    page = {"sentences": [RIVAL_PRICES_MESSAGE], "back": ("Back", path_at_organisation(request, "buyer:buying"))}
    return render(request, "layouts/refused.html", page, status=403)


def _offer(request: OrganisationRequest, reference: str) -> Member:
    """Find a member from which the buyer can order staff hours.

    Raises Refused if its agreement has no price for staff hours, or if the buyer is not allowed to order. The command
    that sends the order checks whether the member can take new work.
    """
    markets = queries.markets_for(request.organisation)
    members = Member.objects.known_to_public(request.now).filter(market__in=markets)
    member = get_object_or_404(members.select_related("provider", "market", "lot", "agreement"), reference=reference)
    require_standing(request.organisation, member.market, at=request.now)
    if not staff_lines_of(member):
        raise Refused(f"The agreement with {member.provider} has no price for staff hours in this category.")
    return member


def _sent(request: OrganisationRequest) -> list[tuple[str, str]]:
    """Return what the person typed, so that the page for checking the order can submit it again."""
    return [(name, str(value)) for name, value in request.POST.items() if name not in {"csrfmiddlewaretoken", "step"}]


def _typed(request: OrganisationRequest) -> dict[str, Any]:
    widgets = {name: field.widget for name, field in OrderForm.base_fields.items()}
    typed = {name: widget.value_from_datadict(request.POST, {}, name) for name, widget in widgets.items()}
    dates = {name: forms.DateField().to_python(typed[name]) for name in ("starts_on", "ends_on")}
    return typed | dates
