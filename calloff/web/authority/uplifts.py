"""Rises of prices that members ask for: the figure beside the cap, approved or refused."""

from typing import Any

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.views.decorators.http import require_safe

from calloff.directory import commands, listing_queries
from calloff.directory.commands.uplifts import raised
from calloff.directory.models import Uplift
from calloff.directory.queries import current
from calloff.directory.states import UPLIFT, ServiceStatus, UpliftStatus
from calloff.history.transitions import may
from calloff.kernel.clock import day_after, local_day
from calloff.kernel.formatting import day, number
from calloff.people.permissions import Can
from calloff.web import command_views, list_pages
from calloff.web.authority.forms import Why
from calloff.web.authority.who_can import who_can
from calloff.web.forms_ui.forms import Confirm
from calloff.web.history import pages
from calloff.web.navigation import parts, within
from calloff.web.permissions import AUTHORITY, at_organisation
from calloff.web.request import AtOrganisation

STATES: list_pages.States = {
    "asked": ("Waiting for an answer", Q(status=UpliftStatus.ASKED)),
    "answered": ("Approved or refused", Q(status__in=[UpliftStatus.APPROVED, UpliftStatus.REFUSED])),
    "withdrawn": ("Withdrawn", Q(status=UpliftStatus.WITHDRAWN)),
}


@require_safe
@at_organisation(AUTHORITY, Can.OVERSEE)
def uplifts(request: AtOrganisation) -> HttpResponse:
    found = listing_queries.uplifts_at(request.organisation, person=request.user, at=request.now)
    filters, found = list_pages.in_state(request, found, STATES, everything="All requests")
    page = list_pages.list_page(request, found, ("asked_at", "pk"), one="request", filters=filters)
    answers = request.user.can(Can.COUNTERSIGN, at=request.organisation, when=request.now)
    page["who_can"] = "" if answers else who_can(UPLIFT, "approve_uplift", "approve or refuse these")
    return render(request, "authority/uplifts.html", page)


@require_safe
@at_organisation(AUTHORITY, Can.OVERSEE)
def uplift(request: AtOrganisation, pk: int) -> HttpResponse:
    one = _found(request, pk)
    answers = may(one, "approve_uplift", request.user, request.now)
    waits = one.status == UpliftStatus.ASKED
    who = who_can(UPLIFT, "approve_uplift", "approve or refuse this") if waits and not answers else ""
    page = {"may_answer": answers, "who_can": who, "prices": _prices(request, one)}
    return render(request, "authority/uplift.html", _page(request, one) | page)


@command_views.asks
@at_organisation(AUTHORITY, Can.OVERSEE)
def approve(request: AtOrganisation, pk: int) -> HttpResponse:
    one = _found(request, pk)
    first = max(one.starts_on, day_after(local_day(request.now)))
    return command_views.carry_out(
        request, Confirm.of(request), commands.approve_uplift, one, said=f"Price increase approved from {day(first)}.",
        back=within(request, "authority:uplift", pk), caption=one.member.reference,
        heading=f"Approve the rise of {number(one.percent)}% for {one.provider}", button="Approve the rise",
        meaning=[
            f"Every price in this category that is current on {day(first)} will increase from that day, rounded to "
            f"the penny. "
            f"We will tell {one.provider}.",
            "Agreements and placements that are signed keep their prices.",
        ],
    )  # fmt: skip


@command_views.asks
@at_organisation(AUTHORITY, Can.OVERSEE)
def refuse(request: AtOrganisation, pk: int) -> HttpResponse:
    one = _found(request, pk)
    return command_views.carry_out(
        request, Why.of(request), commands.refuse_uplift, one, said=f"Refused: {one.provider} reads why.",
        back=within(request, "authority:uplift", pk), caption=one.member.reference,
        heading=f"Refuse the rise for {one.provider}", button="Refuse the rise",
        meaning=[f"Prices stay as they are. {one.provider} reads the reason."],
    )  # fmt: skip


@require_safe
@at_organisation(AUTHORITY, Can.OVERSEE)
def history(request: AtOrganisation, pk: int) -> HttpResponse:
    one = _found(request, pk)
    return pages.page(request, one, context=_page(request, one), frame="authority/uplift_frame.html")


def _found(request: AtOrganisation, pk: int) -> Uplift:
    return get_object_or_404(
        listing_queries.uplifts_at(request.organisation, person=request.user, at=request.now), pk=pk
    )


def _page(request: AtOrganisation, one: Uplift) -> dict[str, Any]:
    places = [
        ("Request", within(request, "authority:uplift", one.pk)),
        ("History", within(request, "authority:uplift-history", one.pk)),
    ]
    return {
        "uplift": one,
        "parts": parts(request, places),
        "back_to_list": list_pages.back_to(request, "authority:uplifts"),
    }


def _prices(request: AtOrganisation, one: Uplift) -> list[tuple[Any, Any, Any]]:
    """Return what holds on the day before the rise, and what it would come to: service, price, raised amount."""
    on = one.starts_on if one.status != UpliftStatus.APPROVED else local_day(request.now)
    return [
        (service, price, raised(price.amount, one.percent))
        for service in listing_queries.price_list(one.member)
        if service.status == ServiceStatus.LIVE
        for price in current(service.all_prices, on)
    ]


U = "uplifts/<int:pk>"
urls = [
    path("uplifts", uplifts, name="uplifts"),
    path(U, uplift, name="uplift"),
    path(f"{U}/approve", approve, name="uplift-approve"),
    path(f"{U}/refuse", refuse, name="uplift-refuse"),
    path(f"{U}/history", history, name="uplift-history"),
]
