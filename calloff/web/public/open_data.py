"""The directory's open data, described for developers."""

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from calloff.registers.codepoint import ATTRIBUTION
from calloff.web.permissions import public_at_authority
from calloff.web.request import OrganisationRequest

OPEN_DATA_LICENCE = "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"


@require_safe
@public_at_authority
def open_data(request: OrganisationRequest) -> HttpResponse:
    feeds = {
        "oruk": settings.ADDRESS + reverse("oruk:about"),
        "oruk_services": settings.ADDRESS + reverse("oruk:services"),
        "api": settings.ADDRESS + reverse("api:services") + f"?authority={request.organisation.slug}",
        "document": settings.ADDRESS + reverse("api:openapi.json"),
    }
    return render(
        request, "public/open_data.html", {"feeds": feeds, "licence": OPEN_DATA_LICENCE, "attribution": ATTRIBUTION}
    )
