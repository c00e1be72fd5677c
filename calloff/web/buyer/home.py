"""A buyer's home page: the work that is due, then a few counts, each with a link to exactly the rows counted.

A module that has rows to count defines a function (request) -> (label, number, URL) or None, and adds a line to COUNTS.
There must be at most six counts.
"""

from collections.abc import Callable

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from calloff.monitoring.queries import suspended_providers
from calloff.people.permissions import Can
from calloff.web import dated_entries, work_items
from calloff.web.buyer import budgets, orders, pupils, referral_work_due, work_due
from calloff.web.buyer.placements import not_accounted_for, records
from calloff.web.permissions import BUYER, at_organisation
from calloff.web.request import OrganisationRequest

HomeCounter = Callable[[OrganisationRequest], tuple[str, int, str] | None]

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
    counts = [counted for count in HOME_COUNTERS if (counted := count(request))]
    suspended = suspended_providers(request.organisation, person=request.user, at=request.now)
    page = {
        "suspended": suspended,
        "groups": work_items.group_work(work, request.now),
        "week": dated_entries.entries_of_week(request.organisation, request.user, request.now, work=work),
        "counts": counts,
        "now": request.now,
    }
    page["late"] = not_accounted_for.unaccounted_pupils(request)
    page["may_see_pupils"] = request.user.can(Can.SEE_PUPILS, organisation=request.organisation, at=request.now)
    return render(request, "buyer/home.html", page)
