"""The page where a provider updates the places available at all its services, in two taps for each update.

Each number has a button on either side.
"""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from calloff.directory import listing_queries
from calloff.directory.queries import PLACES_GO_STALE
from calloff.web import list_pages
from calloff.web.permissions import PROVIDER, at_organisation
from calloff.web.provider.service_parts import may_list_services
from calloff.web.request import OrganisationRequest

MAX_SERVICES_LISTED = 1000  # the form has the same limit


@require_safe
@at_organisation(PROVIDER)
def free_places(request: OrganisationRequest) -> HttpResponse:
    services = listing_queries.live_services(request.organisation, person=request.user, at=request.now)
    page: dict[str, Any] = list_pages.list_context(request, services, ("by_name", "pk"), one="live service")
    page |= {
        "may_list": may_list_services(request),
        "stale_before": request.now - PLACES_GO_STALE,
        "most": MAX_SERVICES_LISTED,
    }
    return render(request, "provider/free_places.html", page)
