"""Suggestions for a directory search, as JSON. A page requests them while a person types."""

import hashlib

from django.http import HttpResponse, JsonResponse
from django.utils.http import quote_etag
from django.views.decorators.http import require_safe

from calloff.directory.suggestions import suggest
from calloff.kernel.conditional_requests import unchanged_response
from calloff.web.permissions import public_at_authority
from calloff.web.request import OrganisationRequest

CACHE_SECONDS = 60


@require_safe
@public_at_authority
def suggestions(request: OrganisationRequest) -> HttpResponse:
    """Return suggestions for the text typed so far. Everyone gets the same suggestions."""
    found = suggest(request.organisation, request.GET.get("words", ""), request.now)
    response = JsonResponse({"suggestions": [{"kind": one.kind, "text": one.text} for one in found]})
    etag = quote_etag(hashlib.sha256(response.content).hexdigest()[:32])
    if unchanged := unchanged_response(request, etag):
        response = unchanged
    response["ETag"] = etag
    response["Cache-Control"] = f"max-age={CACHE_SECONDS}"
    return response
