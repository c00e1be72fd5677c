"""Home page: the work that is due, then a few counts, each with a link to exactly the rows counted."""

from collections.abc import Iterator
from datetime import date, timedelta
from statistics import median
from typing import Any

from django.db.models import Exists, Q
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from calloff.agreements import queries as agreements
from calloff.applications import queries as applications
from calloff.applications.models import Application
from calloff.directory import listing_queries
from calloff.kernel.clock import local_day, midnight
from calloff.kernel.formatting import pluralise
from calloff.markets.models import Market
from calloff.markets.states import MarketStatus
from calloff.members import queries as members
from calloff.members.membership_status import MemberStanding
from calloff.members.models import Member
from calloff.monitoring import authority_overview
from calloff.people import queries as people
from calloff.people.permissions import Can, Role
from calloff.placements.models import Placement
from calloff.web.authority.work_due import work_at_authority
from calloff.web.charts import Chart, ChartLimit, ChartPoint
from calloff.web.first_steps import FirstStep, FirstSteps, first_steps, has_role
from calloff.web.home_pages import HomeCount, home_context
from calloff.web.jinja_environment import url_for
from calloff.web.news import NewsKind
from calloff.web.permissions import AUTHORITY, at_organisation
from calloff.web.request import OrganisationRequest

MONTHS_SHOWN = 6


@require_safe
@at_organisation(AUTHORITY, Can.OVERSEE, Can.SEE_PLACEMENTS)
def home(request: OrganisationRequest) -> HttpResponse:
    due = work_at_authority(request.organisation, request.user, request.now)
    page = home_context(
        request, due, _counts(request), chart=_chart(request), first=_first_steps(request), news=_news(request)
    )
    return render(request, "authority/home.html", page)


def _counts(request: OrganisationRequest) -> list[HomeCount]:
    """Return up to six counts of current records."""
    authority, person, at = request.organisation, request.user, request.now
    manages = person.can(Can.MANAGE_PEOPLE, organisation=authority, at=at)
    if manages and not person.can(Can.RUN_MARKETS, organisation=authority, at=at):
        return _of_people(request)
    watches = request.user.can(Can.SEE_PLACEMENTS, organisation=request.organisation, at=request.now)
    oversees = request.user.can(Can.OVERSEE, organisation=request.organisation, at=request.now)
    placing = _of_placing(request) if watches else []
    return [*(_of_markets(request)[: 6 - len(placing)] if oversees else []), *placing]


def _of_people(request: OrganisationRequest) -> list[HomeCount]:
    """Return counts for an administrator, who manages people and runs no market."""
    authority, people_page = request.organisation, url_for("authority:people", request.organisation.slug)
    asked = people.requests_to_answer(request.user, request.now).filter(organisation=authority)
    return [
        HomeCount("Roles of people at the council", people.colleagues(authority), people_page),
        HomeCount("Requests to join", asked, people_page),
        HomeCount("Invitations without an answer", people.invitations_of(authority), people_page),
    ]


def _of_placing(request: OrganisationRequest) -> list[HomeCount]:
    authority, person, at = request.organisation, request.user, request.now
    overdue = authority_overview.overdue_referrals(authority, person=person, at=at)
    placements = authority_overview.placements_of(authority, person=person, at=at)
    current = placements.filter(authority_overview.PLACEMENT_STAGES["live"][1])
    late_page = url_for("authority:referrals", authority.slug, overdue="on")
    return [
        HomeCount("Referrals past the sixth school day", overdue, late_page),
        HomeCount("Current placements", current, url_for("authority:placements", authority.slug, status="live")),
    ]


def _of_markets(request: OrganisationRequest) -> list[HomeCount]:
    authority, person, at = request.organisation, request.user, request.now
    received = applications.applications_queue(authority, person=person, at=at)
    standing = members.overseen_members(authority, person=person, at=at)

    def sent(words: str, status: str) -> HomeCount:
        rows = applications.filter_queue(received, on=local_day(at), status=status)
        return HomeCount(words, rows, url_for("authority:applications", authority.slug, status=status))

    def stands(words: str, word: MemberStanding) -> HomeCount:
        rows = members.filter_members(standing, at=at, standing=word)
        return HomeCount(words, rows, url_for("authority:members", authority.slug, standing=word))

    signing = agreements.to_countersign(authority, person=person, at=at)
    to_sign = url_for("authority:agreements", authority.slug, status="to_countersign", kind=agreements.MARKET_FILTER)
    return [
        sent("Applications not decided yet", "undecided"),
        sent("Applications overdue", "overdue"),
        HomeCount("Agreements to countersign", signing, to_sign),
        stands("Members suspended", MemberStanding.SUSPENDED),
        stands("Members with conditions", MemberStanding.CONDITIONAL),
        stands("Members live", MemberStanding.LIVE),
    ]


def _chart(request: OrganisationRequest) -> Chart | None:
    """Return the working days to a decision on an application, by month, for people who oversee applications."""
    authority, person, at = request.organisation, request.user, request.now
    if not person.can(Can.OVERSEE, organisation=authority, at=at):
        return None
    months = _months_until(local_day(at))
    decided = members.decision_times(authority, midnight(months[0]), person=person, at=at)
    if not decided:
        return None
    by_month = {month: [time.days for time in decided if time.decided_on.replace(day=1) == month] for month in months}
    shown = [month for month in months if by_month[month]]
    middle = {month: median(by_month[month]) for month in shown}
    limits = {time.limit for time in decided}
    limit = limits.pop() if len(limits) == 1 else None
    limited = [time for time in decided if time.limit is not None]
    in_time = sum(time.days <= (time.limit or 0) for time in limited)
    latest = shown[-1]
    return Chart(
        "days-to-decide",
        "Days to decide",
        f"{middle[latest]:g}",
        f"{'working day' if middle[latest] == 1 else 'working days'} in {latest:%B} (median)",
        ("Month", "Working days"),
        [
            ChartPoint(f"{month:%b}", middle.get(month), f"{middle[month]:g}" if month in middle else "No decisions")
            for month in months[months.index(shown[0]) : months.index(latest) + 1]
        ],
        is_line=True,
        limit=ChartLimit(limit, f"Limit: {pluralise(limit, 'working day')}") if limit else None,
        note=f"{in_time} of {pluralise(len(limited), 'application')} decided in time since {shown[0]:%B %Y}"
        if limited
        else "",
    )


def _months_until(today: date) -> list[date]:
    """Return the first days of the last six months, including the current one."""
    first = today.replace(day=1)
    months = [first]
    while len(months) < MONTHS_SHOWN:
        first = (first - timedelta(days=1)).replace(day=1)
        months.append(first)
    return months[::-1]


def _first_steps(request: OrganisationRequest) -> FirstSteps | None:
    """Return the first steps of an authority whose markets have had no placement yet."""
    authority = request.organisation

    def page(route: str) -> str:
        return url_for(f"authority:{route}", authority.slug)

    opened = Market.objects.filter(authority=authority).exclude(status=MarketStatus.DRAFT)
    roles = [has_role(request, role) for role in (Role.CONTRACTS_OFFICER, Role.EVALUATOR, Role.APPROVER)]
    steps = [
        FirstStep(
            "Add the council’s address and telephone number", "Providers, schools and families will see them",
            "Add details", page("details-amend"), Can.MANAGE_PEOPLE, ~Q(telephone=""),
        ),
        FirstStep(
            "Invite colleagues", "A market needs a contracts officer, an evaluator and an approver",
            "Invite colleagues",
            page("people"), Can.MANAGE_PEOPLE, Q(*roles),
        ),
        FirstStep(
            "Load a market", "Its pack contains the questions, the categories and the rules", "View markets",
            page("markets"), Can.RUN_MARKETS, Exists(Market.objects.filter(authority=authority)),
        ),
        FirstStep(
            "Open a market for applications", "Check its preview first", "View markets", page("markets"),
            Can.RUN_MARKETS, Exists(opened),
        ),
        FirstStep(
            "Approve your first provider", "The provider can then sign its agreement and list its services",
            "View applications",
            page("applications"), Can.DECIDE, Exists(Member.objects.filter(authority=authority)),
        ),
    ]  # fmt: skip
    return first_steps(request, steps, settled=Exists(Placement.objects.filter(authority=authority)))


def _news(request: OrganisationRequest) -> Iterator[NewsKind]:
    """Yield the actions that count as news for an authority.

    The actions are those of providers, buyers and colleagues.
    """
    authority = request.organisation
    seen: dict[str, Any] = {"person": request.user, "at": request.now}
    # a person with a role at the provider cannot open these records
    received = Application.objects.overseen_by(request.user, request.now).filter(authority=authority)
    signed: Any = agreements.of_authority(authority, **seen)
    overseen: Any = members.overseen_members(authority, **seen)
    yield NewsKind(
        "Application", ("submit", "withdraw", "answer_clarification", "finish_marking", "moderate", "decide"),
        received,
        "authority:application",
    )  # fmt: skip
    yield NewsKind(
        "Agreement", ("sign", "countersign", "dissolve"), signed.filter(conflicted=False),
        "authority:agreement",
    )  # fmt: skip
    known = overseen.filter(conflicted=False)
    yield NewsKind("Member", ("suspend", "reinstate", "remove"), known, "authority:member")
    proposed = listing_queries.changes_at(authority, **seen)
    yield NewsKind("Change to a service", ("propose",), proposed, "authority:change", "pk", "service__name")
    placed = authority_overview.placements_of(authority, **seen)
    yield NewsKind(
        "Placement",
        ("agree", "start", "end", "end_early", "return_to_school", "transfer"),
        placed,
        "authority:placement",
    )
