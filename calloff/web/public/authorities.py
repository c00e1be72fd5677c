"""An authority's public home page and its approved providers."""

from itertools import groupby

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from calloff.directory import queries as directory
from calloff.directory.listing_queries import card_pictures
from calloff.kernel.clock import local_day
from calloff.markets import queries as markets
from calloff.markets.models import Market
from calloff.members import queries as members
from calloff.members.models import Member
from calloff.registers.codepoint import ATTRIBUTION
from calloff.web import list_pages
from calloff.web.directory import results_map, service_card, service_display
from calloff.web.permissions import public_at_authority
from calloff.web.request import OrganisationRequest


@require_safe
@public_at_authority
def authority(request: OrganisationRequest) -> HttpResponse:
    here = markets.list_public_markets(request.organisation)
    return render(
        request,
        "public/authority.html",
        {
            "markets": here,
            "now": request.now,
            "approved": members.count_approved_providers(request.organisation, request.now),
        },
    )


@require_safe
@public_at_authority
def providers(request: OrganisationRequest) -> HttpResponse:
    today = local_day(request.now)
    page = list_pages.part_of_list(
        request, members.listed_members_of(request.organisation, request.now), members.REGISTER_ORDER
    )
    return render(
        request,
        "public/providers.html",
        {
            "by_market": service_display.group_by_market(page.rows),
            "previous": page.previous,
            "next": page.next,
            "telling": service_display,
            "standing": lambda member: service_display.describe_standing(member, today),
        },
    )


@require_safe
@public_at_authority
def provider(request: OrganisationRequest, slug: str) -> HttpResponse:
    rows = list(members.public_record(request.organisation, slug, request.now))
    if not rows:
        raise Http404
    today, organisation = local_day(request.now), rows[0].provider
    standings = {member.pk: service_display.describe_standing(member, today) for member in rows}
    services = list(directory.public_services_of(organisation, request.organisation, request.now))
    places = {
        service.pk: service_card.availability(service, standings.get(service.member_id, ""), request.now)
        for service in services
    }
    services.sort(key=lambda service: places[service.pk].is_none)  # services with no places available come last
    return render(
        request,
        "public/provider.html",
        {
            "provider": organisation,
            "rows": rows,
            "today": today,
            "services": services,
            "places": places,
            "towns": list(dict.fromkeys(service.site.town for service in services if service.site)),
            "by_market": _approvals(rows),
            "map": results_map.draw_provider(services),
            "attribution": ATTRIBUTION,
            "card": service_card,
            "card_pictures": card_pictures([service.pk for service in services]),
            "telling": service_display,
            "standings": standings,
        },
    )


def _approvals(rows: list[Member]) -> list[tuple[Market, dict[str, list[Member]]]]:
    """Group a provider's memberships by market, and in each market by when they were approved and checked."""
    approvals = []
    for market, members_of_market in groupby(rows, key=lambda member: member.market):
        approved: dict[str, list[Member]] = {}
        for member in members_of_market:
            approved.setdefault(service_display.describe_approval(member), []).append(member)
        approvals.append((market, approved))
    return approvals
