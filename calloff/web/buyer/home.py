"""A buyer's home page: the work that is due, pupils who are off site today, and a few counts.

Each count has a link to exactly the rows counted.

A module that has records to count defines a function (request) -> HomeCount or None, and adds a line to
HOME_COUNTERS. There must be at most six counts.
"""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from django.db.models import Count, Exists
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from calloff.agreements.models import Agreement
from calloff.buying import queries as buying
from calloff.demand.models import ShortlistEntry
from calloff.kernel.clock import local_day
from calloff.kernel.formatting import pluralise
from calloff.partners import queries as partners
from calloff.partners.models import SchoolCoverage
from calloff.people.models import Organisation
from calloff.people.permissions import Can, Role
from calloff.placements import queries as placements
from calloff.placements.attendance_trends import attendance_by_week
from calloff.placements.models import Placement, PlacementChange, PlacementQuerySet, UsualDetails
from calloff.placements.states import OVER_STATUSES, PlacementStatus
from calloff.referrals import queries as referrals
from calloff.referrals.models import ExpressionOfInterest
from calloff.web.buyer import budgets, orders, pupils, referral_work_due, work_due
from calloff.web.buyer.placements import not_accounted_for, off_site_card, records
from calloff.web.charts import Chart, ChartBar, ChartPoint
from calloff.web.first_steps import FirstStep, FirstSteps, first_steps, has_role
from calloff.web.home_pages import HomeCount, home_context
from calloff.web.news import NewsKind
from calloff.web.permissions import BUYER, at_organisation
from calloff.web.request import OrganisationRequest
from calloff.web.work_items import WorkItem

WEEKS_SHOWN = 6
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
    counts = filter(None, (count(request) for count in HOME_COUNTERS))
    signing = next((item for item in work if item.what.startswith(work_due.SIGN_PARTNERSHIP_TASK)), None)
    first = _first_steps(request, signing)
    if first and any(step.step.text == work_due.SIGN_PARTNERSHIP_TASK and not step.is_done for step in first.steps):
        work = [item for item in work if item is not signing]
    page = home_context(request, work, counts, chart=_chart(request), first=first, news=_news(request))
    page["late"] = not_accounted_for.unaccounted_pupils(request)
    page["off_site"] = off_site_card.off_site_card(request, [pupil.late for pupil in page["late"]])
    page["may_see_pupils"] = request.user.can(Can.SEE_PUPILS, organisation=request.organisation, at=request.now)
    return render(request, "buyer/home.html", page)


def _chart(request: OrganisationRequest) -> Chart | None:
    """Return a school's attendance by week, or a team's placements by stage."""
    buyer, person, at = request.organisation, request.user, request.now
    if not person.can(Can.SEE_PLACING, organisation=buyer, at=at):
        return None
    found = placements.of_buyer(buyer, person=person, at=at)
    return _stages_chart(found) if buyer.kind == Organisation.Kind.TEAM else _attendance_chart(found, local_day(at))


def _attendance_chart(found: PlacementQuerySet, today: date) -> Chart | None:
    weeks = [week for week in attendance_by_week(found, today, WEEKS_SHOWN) if week.per_cent is not None]
    if not weeks:
        return None
    points = [ChartPoint(_short_day(week.monday), week.per_cent, f"{week.per_cent:.0f}%") for week in weeks]
    latest, *before = [round(week.per_cent or 0) for week in reversed(weeks)]
    message = f"of marked sessions attended in the week starting {weeks[-1].monday.day} {weeks[-1].monday:%B}"
    if before:
        change = latest - before[0]
        way = (
            f"{'up' if change > 0 else 'down'} {pluralise(abs(change), 'percentage point')} from"
            if change
            else "the same as"
        )
        message += f", {way} the week before"
    return Chart(
        "attendance-by-week",
        "Attendance",
        f"{latest}%",
        message,
        ("Week starting", "Sessions attended"),
        points,
        most=100,
        note="Includes all your pupils in placements, but no sessions without a mark",
    )


def _stages_chart(found: PlacementQuerySet) -> Chart | None:
    rows: Any = found.select_related(None).prefetch_related(None).order_by().values_list("status")
    numbers: dict[str, int] = dict(rows.annotate(Count("pk")))
    stages = [status for status in PlacementStatus if status not in OVER_STATUSES]
    bars = [
        ChartBar(str(status.label), [(numbers.get(status, 0), "petrol")], str(numbers.get(status, 0)))
        for status in stages
    ]
    total = sum(numbers.get(status, 0) for status in stages)
    if not total:
        return None
    message = f"{'placement that has' if total == 1 else 'placements that have'} not ended"
    return Chart("placements-by-stage", "Placements", str(total), message, ("Stage", "Placements"), bars=bars)


def _short_day(day: date) -> str:
    return f"{day.day} {day:%b}"


def _first_steps(request: OrganisationRequest, signing: WorkItem | None) -> FirstSteps | None:
    """Return the first steps of a school that has had no placement yet. `signing` is the task to sign, if it is due."""
    school = request.organisation
    if school.kind != Organisation.Kind.SCHOOL:
        return None

    def page(route: str) -> str:
        return reverse(f"buyer:{route}", args=[school.slug])

    signed = SchoolCoverage.objects.filter(buyer=school, standing=SchoolCoverage.Standing.BINDING)
    steps = [
        FirstStep(
            "Add an AP lead or SENCO", "They can find provision and ask providers for places", "Add person",
            page("people"),
            Can.MANAGE_PEOPLE, has_role(request, Role.AP_LEAD),
        ),
        FirstStep(
            "Add the designated safeguarding lead", "They decide whether pupils will be safe with a provider",
            "Add person",
            page("people"), Can.MANAGE_PEOPLE, has_role(request, Role.SAFEGUARDING_LEAD),
        ),
        FirstStep(
            work_due.SIGN_PARTNERSHIP_TASK, "The council signs after you. Then you can ask for places",
            "Sign agreement", signing.href if signing else page("agreements"), Can.SIGN, Exists(signed),
        ),
        FirstStep(
            "Save your usual placement details", "We will use your contacts and session times in each new agreement",
            "Add details", page("usual-details"), Can.PLACE, Exists(UsualDetails.objects.filter(buyer=school)),
        ),
        FirstStep(
            "Find a service", "Add it to your shortlist so that you can find it again", "Search directory",
            page("directory"),
            Can.SEE_PRICES, Exists(ShortlistEntry.objects.filter(buyer=school)),
        ),
    ]  # fmt: skip
    return first_steps(request, steps, settled=Exists(Placement.objects.filter(buyer=school)))


def _news(request: OrganisationRequest) -> Iterator[NewsKind]:
    """Yield the actions that count as news for a buyer. The actions are those of providers, councils and colleagues."""
    buyer = request.organisation
    seen: dict[str, Any] = {"person": request.user, "at": request.now}
    replies = ExpressionOfInterest.objects.filter(referral__in=referrals.of_buyer(buyer, **seen).values("pk"))
    yield NewsKind(
        "Referral", ("reply", "decline", "confirm", "withdraw_offer", "withdraw_place"), replies, "buyer:referral",
        "referral__reference",
    )  # fmt: skip
    yield NewsKind(
        "Placement",
        (
            "draw_up", "sign", "agree", "start", "confirm_staff_checks", "decide_safeguarding", "agree_change",
            "give_notice", "provider_notice", "end", "end_early", "return_to_school", "transfer", "fall_through",
            "withdraw_place",
            "report_exit",
        ),
        placements.of_buyer(buyer, **seen), "buyer:placement",
    )  # fmt: skip
    changes = PlacementChange.objects.filter(placement__in=placements.of_buyer(buyer, **seen).values("pk"))
    yield NewsKind(
        "Placement", ("propose_change", "decline_change"), changes, "buyer:placement-changes", "placement__reference"
    )
    yield NewsKind("Order", ("accept", "decline_order"), buying.orders_of(buyer, **seen), "buyer:order")
    signed = partners.of_buyer(buyer, **seen).values("agreement")
    yield NewsKind(
        "Agreement", ("sign", "countersign", "dissolve"), Agreement.objects.filter(pk__in=signed), "buyer:agreement"
    )
