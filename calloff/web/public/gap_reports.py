"""Public pages for reporting gaps and comparing services."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from calloff.demand import queries as demand
from calloff.directory.listing_queries import card_pictures
from calloff.directory.price_visibility import price_visibility
from calloff.kernel.clock import local_day
from calloff.web import command_views
from calloff.web.directory import (
    comparison,
    gap_reports,
    search_exports,
    search_page,
    service_card,
    service_display,
)
from calloff.web.permissions import public_at_authority
from calloff.web.request import OrganisationRequest
from calloff.web.session import second_step


@command_views.command_view
@never_cache
@public_at_authority
def report_gap(request: OrganisationRequest) -> HttpResponse:
    done = reverse("public:directory-report-gap-done", args=[request.organisation.slug])
    return gap_reports.report_gap(request, search_page.public_search_context(request), done)


@require_safe
@public_at_authority
def gap_reported(request: OrganisationRequest) -> HttpResponse:
    return render(request, "public/gap_reported.html", {"authority": request.organisation})


@command_views.command_view
@never_cache
@public_at_authority
def nominate(request: OrganisationRequest) -> HttpResponse:
    done = reverse("public:directory-nominate-done", args=[request.organisation.slug])
    return gap_reports.nominate(request, search_page.public_search_context(request), done)


@require_safe
@public_at_authority
def nominated(request: OrganisationRequest) -> HttpResponse:
    return render(request, "public/nominated.html", {"authority": request.organisation})


@require_safe
@never_cache
@public_at_authority
def compare(request: OrganisationRequest) -> HttpResponse:
    """Compare up to four services.

    If a request names more, show the first four and explain that the others are left out.
    """
    looking, asked = search_page.public_search_context(request), _asked(request)
    services, gone = _compared(request, looking, asked)
    sight, today = price_visibility(second_step.viewer(request), looking.authority, request.now), local_day(request.now)
    rows = comparison.comparison_rows(services, sight, today, measured=looking.place is not None) if services else []
    page = {
        "authority": looking.authority,
        "services": services,
        "rows": rows,
        "gone": gone,
        "unknown": len(asked[: comparison.MAX_SERVICES_COMPARED]) - len(services) - len(gone),
        "too_many": len(asked) > comparison.MAX_SERVICES_COMPARED,
        "most": comparison.MAX_SERVICES_COMPARED,
        "place": looking.place[0] if looking.place else None,
        "card": service_card,
        "card_pictures": card_pictures([service.pk for service in services]),
        "standing": lambda service: service_display.describe_standing(service.member, today),
        "now": request.now,
        "shortlists": search_page.shortlisted_services(looking.buyers, [service.pk for service in services]),
    }
    return render(request, "public/compare.html", page)


@require_safe
@never_cache
@public_at_authority
def compare_paper(request: OrganisationRequest) -> HttpResponse:
    """Export the same comparison as a document."""
    looking = search_page.public_search_context(request)
    services, _ = _compared(request, looking, _asked(request))
    if not services:
        raise Http404
    sight, today = price_visibility(second_step.viewer(request), looking.authority, request.now), local_day(request.now)
    rows = comparison.comparison_rows(services, sight, today, measured=looking.place is not None)
    return search_exports.export_comparison(request, looking.authority, services, rows)


def _asked(request: OrganisationRequest) -> list[str]:
    return list(dict.fromkeys(slug for slug in request.GET.getlist("s") if slug.isascii() and slug.isprintable()))


def _compared(
    request: OrganisationRequest, looking: search_page.SearchContext, asked: list[str]
) -> tuple[list[Any], list[Any]]:
    """Return the requested services, and separately those that are no longer listed."""
    place = looking.place[1] if looking.place else None
    services = demand.services_to_compare(
        looking.authority, asked[: comparison.MAX_SERVICES_COMPARED], request.now, place=place
    )
    return [service for service in services if service.listed], [service for service in services if not service.listed]
