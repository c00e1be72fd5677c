"""Home: the work that is due, then a few counts, each of which leads to exactly its rows."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from calloff.agreements import queries as agreements
from calloff.applications import queries as applications
from calloff.kernel.clock import local_day
from calloff.members import queries as members
from calloff.members.membership_status import Standing
from calloff.monitoring import authority_overview
from calloff.monitoring.queries import suspended_providers
from calloff.people.permissions import Can
from calloff.web import work_items
from calloff.web.authority.work_due import due_at
from calloff.web.jinja_environment import url
from calloff.web.permissions import AUTHORITY, at_organisation
from calloff.web.request import AtOrganisation


@require_safe
@at_organisation(AUTHORITY, Can.OVERSEE, Can.SEE_PLACEMENTS)
def home(request: AtOrganisation) -> HttpResponse:
    due = due_at(request.organisation, request.user, request.now)
    suspended = suspended_providers(request.organisation, person=request.user, at=request.now)
    context = {
        "suspended": suspended,
        "groups": work_items.groups(due, request.now),
        "counts": _counts(request),
        "now": request.now,
    }
    return render(request, "authority/home.html", context)


def _counts(request: AtOrganisation) -> list[tuple[str, int, str]]:
    """Count what is in hand, six at most: the words, how many, and the list of exactly those."""
    watches = request.user.can(Can.SEE_PLACEMENTS, at=request.organisation, when=request.now)
    oversees = request.user.can(Can.OVERSEE, at=request.organisation, when=request.now)
    placing = _of_placing(request) if watches else []
    return [*(_of_markets(request)[: 6 - len(placing)] if oversees else []), *placing]


def _of_placing(request: AtOrganisation) -> list[tuple[str, int, str]]:
    ours, person, at = request.organisation, request.user, request.now
    overdue = authority_overview.overdue_of(ours, person=person, at=at)
    found = authority_overview.placements_of(ours, person=person, at=at)
    number = found.filter(authority_overview.PLACEMENT_STAGES["live"][1]).count()
    return [
        ("Referrals past the sixth school day", overdue, url("authority:referrals", ours.slug, overdue="on")),
        ("Current placements", number, url("authority:placements", ours.slug, status="live")),
    ]


def _of_markets(request: AtOrganisation) -> list[tuple[str, int, str]]:
    ours, person, at = request.organisation, request.user, request.now
    today = local_day(at)
    received = applications.queue(ours, person=person, at=at)
    standing = members.overseen(ours, person=person, at=at)

    def sent(status: str) -> tuple[int, str]:
        rows = applications.narrowed(received, on=today, status=status)
        return rows.count(), url("authority:applications", ours.slug, status=status)

    def stands(word: Standing) -> tuple[int, str]:
        rows = members.narrowed(standing, at=at, standing=word)
        return rows.count(), url("authority:members", ours.slug, standing=word)

    signing = agreements.to_countersign(ours, person=person, at=at).count()
    to_sign = url("authority:agreements", ours.slug, status="to_countersign", kind=agreements.MARKET)
    return [
        ("Applications not decided yet", *sent("undecided")),
        ("Applications overdue", *sent("overdue")),
        ("Agreements to countersign", signing, to_sign),
        ("Members suspended", *stands(Standing.SUSPENDED)),
        ("Members with conditions", *stands(Standing.CONDITIONAL)),
        ("Members live", *stands(Standing.LIVE)),
    ]
