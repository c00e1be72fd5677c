"""The public search for provision: the results, the place to measure from, and each service's page."""

from typing import Any

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from calloff.demand import queries as demand
from calloff.directory import listing_queries, queries
from calloff.directory.price_visibility import price_visibility
from calloff.kernel.clock import local_day
from calloff.members import queries as members
from calloff.registers.codepoint import ATTRIBUTION
from calloff.web.directory import results_map, saved_place, search_exports, search_page, service_card, service_display
from calloff.web.directory.price_display import HOURLY_PRICE_HINT
from calloff.web.directory.results_block import render_results
from calloff.web.downloads import as_picture
from calloff.web.permissions import public_at_authority
from calloff.web.public import structured_data
from calloff.web.public.http_cache import cache_page_until_change, etag_page, is_anonymous
from calloff.web.request import OrganisationRequest
from calloff.web.session import second_step

CARD_PICTURE_PARAMETER = "card"  # in the URL of a picture, if a card shows it
FAMILIES_PARAMETER = "families"  # in the URL of the page for a postcode, if the person came from the Local Offer


@require_safe
@never_cache
@cache_page_until_change(search_page.SEARCH_PARAMETERS)
@public_at_authority
def directory(request: OrganisationRequest) -> HttpResponse:
    """Show search results.

    The URL contains the whole search, except the place, which is kept only for this visit.
    """
    return render_results(request, search_page.public_search_context(request), undated=is_anonymous(request))


@require_safe
@never_cache
@public_at_authority
def export(request: OrganisationRequest, kind: str) -> HttpResponseBase:
    """Export search results as csv, xlsx or pdf."""
    return search_exports.export_search(request, search_page.public_search_context(request), kind)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@public_at_authority
def place(request: OrganisationRequest) -> HttpResponse:
    """Ask for the place from which to measure distances, and keep it only for this visit."""
    return saved_place.ask_place(
        request, request.organisation, search_page.results_after_place(request, _results(request))
    )


@require_POST
@public_at_authority
def forget_place(request: OrganisationRequest) -> HttpResponse:
    return saved_place.forget_place(request, _results(request) + search_page.query_with(request, ["miles"]))


def _results(request: OrganisationRequest) -> str:
    """Return the page of results that the person came from: the directory or, for families, the Local
    Offer.
    """
    page = "public:local-offer" if FAMILIES_PARAMETER in request.GET else "public:directory"
    return reverse(page, args=[request.organisation.slug])


@require_safe
@etag_page("service")
@public_at_authority
def service(request: OrganisationRequest, slug: str) -> HttpResponse:
    shown = queries.public_service(request.organisation, slug, request.now)
    if shown is None:
        raise Http404
    listed, member = shown
    today, public = local_day(request.now), member.market.prices_public
    prices: Any = None
    if price_visibility(second_step.viewer(request), request.organisation, request.now).sees(listed):
        prices = queries.prices_on(listed.all_prices, today)  # type: ignore[attr-defined]
    return render(
        request,
        "public/service.html",
        {
            "service": listed,
            "member": member,
            "results": search_page.results_to_return_to(request),
            "telling": service_display,
            "card": service_card,
            "attribution": ATTRIBUTION,
            "map": results_map.draw_sites(listed),
            "standing": service_display.describe_standing(member, today),
            "today": today,
            "prices": prices,
            "prices_public": public,
            "decided": members.admitted_at(member),
            "evidence": listing_queries.public_evidence(member, request.now),
            "pictures": list(listing_queries.public_pictures(listed)),
            "hourly_rule": HOURLY_PRICE_HINT,
            "shortlists": search_page.shortlisted_services(
                demand.buyers_of(second_step.viewer(request), request.now), [listed.pk]
            ),
            "undated": is_anonymous(request),
            **_described(request, shown, prices if public else None),
        },
    )


def _described(request: OrganisationRequest, shown: queries.ShownService, prices: Any) -> dict[str, Any]:
    """Return a page's structured data and canonical URL.

    A service that is not available now has no structured data.
    """
    path = reverse("public:service", args=[request.organisation.slug, shown.service.slug])
    data = (
        structured_data.describe_service(shown.service, path, prices, on=local_day(request.now))
        if queries.is_offered_now(shown)
        else None
    )
    return {
        "canonical": structured_data.absolute_url(path),
        "linked_data": structured_data.render_json_ld(data) if data else "",
    }


@require_safe
@never_cache
@public_at_authority
def paper(request: OrganisationRequest, slug: str) -> HttpResponse:
    """Export one service's page as a document."""
    shown = queries.public_service(request.organisation, slug, request.now)
    if shown is None or not demand.services_to_compare(request.organisation, [slug], request.now)[0].listed:
        raise Http404
    return search_exports.export_service(request, shown)


@require_safe
@public_at_authority
def picture(request: OrganisationRequest, slug: str, pk: int) -> HttpResponseBase:
    """Return a picture of a listed service, or the smaller copy of it that cards show.

    Raise Http404 if the service is withdrawn or suspended.
    """
    listed = listing_queries.public_picture(request.organisation, slug, pk, request.now)
    if listed is None:
        raise Http404
    small = listed.card_file if CARD_PICTURE_PARAMETER in request.GET else None
    return as_picture(request, small if small and small.is_served else listed.file)
