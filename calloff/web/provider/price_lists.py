"""Prices over time, for a service and for a whole membership, and requests to increase them by the index."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from calloff.directory import commands, listing_queries
from calloff.directory.models import Uplift
from calloff.history.transitions import is_allowed
from calloff.kernel.clock import local_day
from calloff.kernel.formatting import format_date
from calloff.people.permissions import Can
from calloff.web import command_views
from calloff.web.directory.price_display import describe_price_rule, price_lines
from calloff.web.forms_ui.field_errors import date_errors, decimal_errors
from calloff.web.forms_ui.forms import PageForm
from calloff.web.forms_ui.widgets import DatePartsInput
from calloff.web.navigation import path_at_organisation
from calloff.web.permissions import PROVIDER, at_organisation
from calloff.web.provider import lookups
from calloff.web.provider.members import member_context as member_page
from calloff.web.provider.service_parts import may_list_services, service_context
from calloff.web.record_actions import RecordAction, RecordActions
from calloff.web.request import OrganisationRequest


class AskUpliftForm(PageForm):
    percent = forms.DecimalField(
        label="Percentage increase",
        max_digits=5,
        decimal_places=2,
        help_text="The published index figure, for example 3.4",
        error_messages=decimal_errors(
            "Percentage increase", "0.01", "100", "2 decimal places", "Enter the percentage increase"
        ),
    )
    index_on = forms.DateField(
        label="Date the figure was published",
        widget=DatePartsInput,
        help_text="Like 18 2 2026",
        error_messages=date_errors("Date the figure was published", "Enter the date the figure was published"),
    )


@require_safe
@at_organisation(PROVIDER)
def of_service(request: OrganisationRequest, pk: int) -> HttpResponse:
    service = lookups.find_service(request, pk)
    lines = price_lines(listing_queries.prices_of(service), local_day(request.now))
    page = {"lines": lines, "may_list": may_list_services(request), "rule": describe_price_rule(service.member.market)}
    return render(request, "provider/service_prices.html", service_context(request, service) | page)


@require_safe
@at_organisation(PROVIDER)
def of_member(request: OrganisationRequest, reference: str) -> HttpResponse:
    """Show a membership's price list, and every requested price increase."""
    member, today = lookups.find_member(request, reference), local_day(request.now)
    uplifts = list(listing_queries.uplifts_of(member))
    page: dict[str, Any] = {
        "services": [
            (service, price_lines(service.all_prices, today)) for service in listing_queries.price_list(member)
        ],
        "uplifts": uplifts,
        "withdrawable": {
            uplift.pk for uplift in uplifts if is_allowed(uplift, "withdraw_uplift", request.user, request.now)
        },
        "indexed": member.market.pack.prices.moves == "indexed",
        "rule": describe_price_rule(member.market),
        "may_list": may_list_services(request),
    }
    return render(request, "provider/member_prices.html", member_page(request, member) | page)


@command_views.command_view
@at_organisation(PROVIDER, Can.LIST_SERVICES)
def ask_uplift(request: OrganisationRequest, reference: str) -> HttpResponse:
    member, form = lookups.find_member(request, reference), AskUpliftForm.of(request)
    back = path_at_organisation(request, "provider:member-prices", reference)
    if form.attempt(commands.ask_uplift, member, by=request.user, at=request.now):
        return command_views.redirect_done(
            request, f"Request sent to {member.authority}. Nothing will change until the council answers.", back
        )
    rule = member.market.pack.prices
    meaning = [describe_price_rule(member.market)]
    if rule.moves == "indexed":
        meaning.append(
            f"If {member.authority} approves, every price in this category that is current on "
            f"{format_date(rule.next_after(local_day(request.now)))} will increase from that day. Signed agreements "
            "will not change."
        )
    return command_views.render_command(
        request, form, heading="Ask for a price increase", caption=reference, meaning=meaning,
        button="Ask for the increase", cancel=back,
    )  # fmt: skip


def _find_uplift(request: OrganisationRequest, pk: int) -> Uplift:
    seen = Uplift.objects.visible_to(request.user, request.now).filter(provider=request.organisation)
    uplift: Uplift = get_object_or_404(seen.select_related("member", "authority"), pk=pk)
    return uplift


UPLIFT_ACTIONS = RecordActions(
    PROVIDER,
    "uplift",
    _find_uplift,
    key="pk",
    back=lambda request, uplift: path_at_organisation(request, "provider:member-prices", uplift.member.reference),
    needs=(Can.LIST_SERVICES,),
    caption=lambda _, uplift: uplift.member.reference,
    rows=(
        RecordAction(
            commands.withdraw_uplift,
            path="withdraw",
            linked_from="provider/member_prices.html",
            heading="Withdraw the request",
            meaning=lambda _, uplift: [f"{uplift.authority} has not answered this request. Prices will not change."],
            button="Withdraw the request",
            done="Request withdrawn",
        ),
    ),
)
