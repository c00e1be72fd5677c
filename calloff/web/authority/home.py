"""Home page: the work that is due, then a few counts, each with a link to exactly the rows counted."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from calloff.agreements import queries as agreements
from calloff.applications import queries as applications
from calloff.kernel.clock import local_day
from calloff.members import queries as members
from calloff.members.membership_status import MemberStanding
from calloff.monitoring import authority_overview
from calloff.monitoring.queries import suspended_providers
from calloff.people.permissions import Can
from calloff.web import dated_entries, work_items
from calloff.web.authority.work_due import work_at_authority
from calloff.web.jinja_environment import url_for
from calloff.web.permissions import AUTHORITY, at_organisation
from calloff.web.request import OrganisationRequest


@require_safe
@at_organisation(AUTHORITY, Can.OVERSEE, Can.SEE_PLACEMENTS)
def home(request: OrganisationRequest) -> HttpResponse:
    due = work_at_authority(request.organisation, request.user, request.now)
    suspended = suspended_providers(request.organisation, person=request.user, at=request.now)
    context = {
        "suspended": suspended,
        "groups": work_items.group_work(due, request.now),
        "week": dated_entries.entries_of_week(request.organisation, request.user, request.now, work=due),
        "counts": _counts(request),
        "now": request.now,
    }
    return render(request, "authority/home.html", context)


def _counts(request: OrganisationRequest) -> list[tuple[str, int, str]]:
    """Return up to six counts of current records, each with its label, number and a link to those records."""
    watches = request.user.can(Can.SEE_PLACEMENTS, organisation=request.organisation, at=request.now)
    oversees = request.user.can(Can.OVERSEE, organisation=request.organisation, at=request.now)
    placing = _of_placing(request) if watches else []
    return [*(_of_markets(request)[: 6 - len(placing)] if oversees else []), *placing]


def _of_placing(request: OrganisationRequest) -> list[tuple[str, int, str]]:
    authority, person, at = request.organisation, request.user, request.now
    overdue = authority_overview.count_overdue(authority, person=person, at=at)
    placements = authority_overview.placements_of(authority, person=person, at=at)
    number = placements.filter(authority_overview.PLACEMENT_STAGES["live"][1]).count()
    return [
        ("Referrals past the sixth school day", overdue, url_for("authority:referrals", authority.slug, overdue="on")),
        ("Current placements", number, url_for("authority:placements", authority.slug, status="live")),
    ]


def _of_markets(request: OrganisationRequest) -> list[tuple[str, int, str]]:
    authority, person, at = request.organisation, request.user, request.now
    today = local_day(at)
    received = applications.applications_queue(authority, person=person, at=at)
    standing = members.overseen_members(authority, person=person, at=at)

    def sent(status: str) -> tuple[int, str]:
        rows = applications.filter_queue(received, on=today, status=status)
        return rows.count(), url_for("authority:applications", authority.slug, status=status)

    def stands(word: MemberStanding) -> tuple[int, str]:
        rows = members.filter_members(standing, at=at, standing=word)
        return rows.count(), url_for("authority:members", authority.slug, standing=word)

    signing = agreements.to_countersign(authority, person=person, at=at).count()
    to_sign = url_for("authority:agreements", authority.slug, status="to_countersign", kind=agreements.MARKET_FILTER)
    return [
        ("Applications not decided yet", *sent("undecided")),
        ("Applications overdue", *sent("overdue")),
        ("Agreements to countersign", signing, to_sign),
        ("Members suspended", *stands(MemberStanding.SUSPENDED)),
        ("Members with conditions", *stands(MemberStanding.CONDITIONAL)),
        ("Members live", *stands(MemberStanding.LIVE)),
    ]
