"""A buyer's home page: the work that is due, then a few counts, each with a link to exactly the rows counted.

A module that has records to count defines a function (request) -> HomeCount or None, and adds a line to
HOME_COUNTERS. There must be at most six counts.
"""

from collections.abc import Callable

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from calloff.people.permissions import Can
from calloff.web.buyer import budgets, orders, pupils, referral_work_due, work_due
from calloff.web.buyer.placements import not_accounted_for, records
from calloff.web.home_pages import HomeCount, home_context
from calloff.web.permissions import BUYER, at_organisation
from calloff.web.request import OrganisationRequest

HomeCounter = Callable[[OrganisationRequest], HomeCount | None]

HOME_COUNTERS: tuple[HomeCounter, ...] = (
    pupils.count_pupils,
    referral_work_due.count_referrals,
    records.count_placements,
    orders.count_undelivered_orders,
    budgets.count_budgets,
)


@require_safe
@at_organisation(BUYER)
def home(request: OrganisationRequest) -> HttpResponse:
    work = not_accounted_for.name_children(
        request, work_due.buyer_work_for(request.organisation, request.user, request.now)
    )
    page = home_context(request, work, filter(None, (count(request) for count in HOME_COUNTERS)))
    page["late"] = not_accounted_for.unaccounted_pupils(request)
    page["may_see_pupils"] = request.user.can(Can.SEE_PUPILS, organisation=request.organisation, at=request.now)
    return render(request, "buyer/home.html", page)
