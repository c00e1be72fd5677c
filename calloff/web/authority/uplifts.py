"""Price increases that members request: the percentage next to the cap, and the pages to decide them."""

from typing import Any

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from calloff.directory import commands, listing_queries
from calloff.directory.commands.uplifts import raise_amount
from calloff.directory.models import Uplift
from calloff.directory.queries import prices_on
from calloff.directory.states import UPLIFT, ServiceStatus, UpliftStatus
from calloff.history.transitions import is_allowed
from calloff.kernel.clock import day_after, local_day
from calloff.kernel.formatting import format_date, format_number
from calloff.people.permissions import Can
from calloff.web import list_pages
from calloff.web.authority.forms import ReadableReasonForm
from calloff.web.authority.who_can import format_who_can
from calloff.web.history import pages
from calloff.web.navigation import path_at_organisation, record_parts
from calloff.web.permissions import AUTHORITY, at_organisation
from calloff.web.record_actions import RecordAction, RecordActions
from calloff.web.request import OrganisationRequest

UPLIFT_LIST_STATES: list_pages.StateFilters = {
    "asked": ("Waiting for an answer", Q(status=UpliftStatus.ASKED)),
    "answered": ("Approved or refused", Q(status__in=[UpliftStatus.APPROVED, UpliftStatus.REFUSED])),
    "withdrawn": ("Withdrawn", Q(status=UpliftStatus.WITHDRAWN)),
}


def _found(request: OrganisationRequest, pk: int) -> Uplift:
    return get_object_or_404(
        listing_queries.uplifts_at(request.organisation, person=request.user, at=request.now), pk=pk
    )


def _starts_on(request: OrganisationRequest, uplift: Uplift) -> str:
    """Return the day from which prices would increase if the request were approved now."""
    return format_date(max(uplift.starts_on, day_after(local_day(request.now))))


UPLIFT_ACTIONS = RecordActions(
    AUTHORITY,
    "uplift",
    _found,
    key="pk",
    back=lambda request, uplift: path_at_organisation(request, "authority:uplift", uplift.pk),
    needs=(Can.OVERSEE,),
    caption=lambda _, uplift: uplift.member.reference,
    rows=(
        RecordAction(
            commands.approve_uplift,
            path="approve",
            link="Approve",
            heading=lambda _, uplift: (
                f"Approve price increase of {format_number(uplift.percent)}% for {uplift.provider}"
            ),
            meaning=lambda request, uplift: [
                f"Every price in this category that is current on {_starts_on(request, uplift)} will increase from "
                f"that day, rounded to the penny. We will tell {uplift.provider}.",
                "Prices in signed agreements and placements will not change.",
            ],
            button="Approve price increase",
            done=lambda _, uplift: f"Price increase approved from {format_date(uplift.starts_on)}.",
        ),
        RecordAction(
            commands.refuse_uplift,
            path="refuse",
            link="Refuse",
            form=ReadableReasonForm,
            heading=lambda _, uplift: f"Refuse the price increase for {uplift.provider}",
            meaning=lambda _, uplift: [f"Prices will not change. {uplift.provider} can read your reason."],
            button="Refuse price increase",
            done=lambda _, uplift: f"Price increase refused. {uplift.provider} can read your reason.",
        ),
    ),
)


@require_safe
@at_organisation(AUTHORITY, Can.OVERSEE)
def uplifts(request: OrganisationRequest) -> HttpResponse:
    uplifts = listing_queries.uplifts_at(request.organisation, person=request.user, at=request.now)
    filters, uplifts = list_pages.filter_by_state(request, uplifts, UPLIFT_LIST_STATES, everything="All requests")
    page = list_pages.list_context(request, uplifts, ("asked_at", "pk"), one="request", filters=filters)
    answers = request.user.can(Can.COUNTERSIGN, organisation=request.organisation, at=request.now)
    page["answers"] = answers
    page["who_can"] = "" if answers else format_who_can(UPLIFT, "approve_uplift", "approve or refuse price increases")
    return render(request, "authority/uplifts.html", page)


@require_safe
@at_organisation(AUTHORITY, Can.OVERSEE)
def uplift(request: OrganisationRequest, pk: int) -> HttpResponse:
    uplift = _found(request, pk)
    answers = is_allowed(uplift, "approve_uplift", request.user, request.now)
    waits = uplift.status == UpliftStatus.ASKED
    doing = "approve or refuse this price increase"
    who = format_who_can(UPLIFT, "approve_uplift", doing) if waits and not answers else ""
    page = {"actions": UPLIFT_ACTIONS.links(request, uplift), "who_can": who, "prices": _prices(request, uplift)}
    return render(request, "authority/uplift.html", _page(request, uplift) | page)


@require_safe
@at_organisation(AUTHORITY, Can.OVERSEE)
def history(request: OrganisationRequest, pk: int) -> HttpResponse:
    uplift = _found(request, pk)
    return pages.render_history(request, uplift, context=_page(request, uplift), frame="authority/uplift_frame.html")


def _page(request: OrganisationRequest, uplift: Uplift) -> dict[str, Any]:
    places = [
        ("Request", path_at_organisation(request, "authority:uplift", uplift.pk)),
        ("History", path_at_organisation(request, "authority:uplift-history", uplift.pk)),
    ]
    return {
        "uplift": uplift,
        "parts": record_parts(request, places),
        "back_to_list": list_pages.back_to_list(request, "authority:uplifts"),
    }


def _prices(request: OrganisationRequest, uplift: Uplift) -> list[tuple[Any, Any, Any]]:
    """Return each service with its price now and after the increase."""
    on = uplift.starts_on if uplift.status != UpliftStatus.APPROVED else local_day(request.now)
    return [
        (service, price, raise_amount(price.amount, uplift.percent))
        for service in listing_queries.price_list(uplift.member)
        if service.status == ServiceStatus.LIVE
        for price in prices_on(service.all_prices, on)
    ]
