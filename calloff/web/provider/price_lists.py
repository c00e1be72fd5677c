"""Prices by time, of a service and of a whole membership, and asking that they rise with the market's index."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.views.decorators.http import require_safe

from calloff.directory import commands, listing_queries
from calloff.directory.models import Uplift
from calloff.history.transitions import may
from calloff.kernel.clock import local_day
from calloff.kernel.formatting import day
from calloff.people.permissions import Can
from calloff.web import command_views
from calloff.web.directory.price_display import lines_of, rule_in_words
from calloff.web.forms_ui.forms import Confirm, Form
from calloff.web.forms_ui.widgets import DateParts
from calloff.web.navigation import within
from calloff.web.permissions import PROVIDER, at_organisation
from calloff.web.provider import lookups
from calloff.web.provider.members import page_of as member_page
from calloff.web.provider.service_parts import may_list, page_of
from calloff.web.request import AtOrganisation


class AskUplift(Form):
    percent = forms.DecimalField(
        label="Percentage increase",
        max_digits=5,
        decimal_places=2,
        help_text="The published index figure, for example 3.4",
    )
    index_on = forms.DateField(label="Date the figure was published", widget=DateParts, help_text="Like 18 2 2026")


@require_safe
@at_organisation(PROVIDER)
def of_service(request: AtOrganisation, pk: int) -> HttpResponse:
    found = lookups.service(request, pk)
    lines = lines_of(listing_queries.prices_of(found), local_day(request.now))
    page = {"lines": lines, "may_list": may_list(request), "rule": rule_in_words(found.member.market)}
    return render(request, "provider/service_prices.html", page_of(request, found) | page)


@require_safe
@at_organisation(PROVIDER)
def of_member(request: AtOrganisation, reference: str) -> HttpResponse:
    """Show the price list of a membership, and every rise that was asked for."""
    one, today = lookups.member(request, reference), local_day(request.now)
    uplifts = list(listing_queries.uplifts_of(one))
    page: dict[str, Any] = {
        "services": [(service, lines_of(service.all_prices, today)) for service in listing_queries.price_list(one)],
        "uplifts": uplifts,
        "withdrawable": {one.pk for one in uplifts if may(one, "withdraw_uplift", request.user, request.now)},
        "indexed": one.market.pack.prices.moves == "indexed",
        "rule": rule_in_words(one.market),
        "may_list": may_list(request),
    }
    return render(request, "provider/member_prices.html", member_page(request, one) | page)


@command_views.asks
@at_organisation(PROVIDER, Can.LIST_SERVICES)
def ask_uplift(request: AtOrganisation, reference: str) -> HttpResponse:
    one, form = lookups.member(request, reference), AskUplift.of(request)
    back = within(request, "provider:member-prices", reference)
    if form.attempt(commands.ask_uplift, one, by=request.user, at=request.now):
        return command_views.done(
            request, f"Request sent to {one.authority}. Nothing will change until it answers.", back
        )
    rule = one.market.pack.prices
    meaning = [rule_in_words(one.market)]
    if rule.moves == "indexed":
        meaning.append(
            f"If {one.authority} approves, every price in this category that is current on "
            f"{day(rule.next_after(local_day(request.now)))} will increase from that day. Signed agreements will not "
            "change."
        )
    return command_views.ask(
        request, form, heading="Ask for a price increase", caption=reference, meaning=meaning,
        button="Ask for the increase", cancel=back,
    )  # fmt: skip


@command_views.asks
@at_organisation(PROVIDER, Can.LIST_SERVICES)
def withdraw_uplift(request: AtOrganisation, pk: int) -> HttpResponse:
    seen = Uplift.objects.visible_to(request.user, request.now).filter(provider=request.organisation)
    one = get_object_or_404(seen.select_related("member", "authority"), pk=pk)
    return command_views.carry_out(
        request, Confirm.of(request), commands.withdraw_uplift, one, said="Request withdrawn",
        back=within(request, "provider:member-prices", one.member.reference), heading="Withdraw the request",
        caption=one.member.reference, meaning=[f"{one.authority} has not answered this request. Prices will not "
                                        "change."],
        button="Withdraw the request",
    )  # fmt: skip


M = "members/<str:reference>/prices"
urls = [
    path("services/<int:pk>/prices", of_service, name="service-prices"),
    path(M, of_member, name="member-prices"),
    path(f"{M}/ask-uplift", ask_uplift, name="uplift-ask"),
    path("uplifts/<int:pk>/withdraw", withdraw_uplift, name="uplift-withdraw"),
]
