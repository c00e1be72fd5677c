"""The context for a service's pages: the links to its parts."""

from typing import Any

from django.urls import reverse

from calloff.directory.models import Service
from calloff.people.permissions import Can
from calloff.web.navigation import record_parts
from calloff.web.request import OrganisationRequest

SERVICE_PAGE_PARTS = (
    ("Service", "service"), ("Pictures", "service-pictures"), ("Prices", "service-prices"),
    ("Versions", "service-versions"), ("History", "service-history"),
)  # fmt: skip


def may_list_services(request: OrganisationRequest) -> bool:
    return request.user.can(Can.LIST_SERVICES, organisation=request.organisation, at=request.now)


def redirect_to_service(request: OrganisationRequest, service: Service, route: str = "service") -> str:
    return reverse(f"provider:{route}", args=[request.organisation.slug, service.pk])


def service_context(request: OrganisationRequest, service: Service) -> dict[str, Any]:
    hrefs = [(words, redirect_to_service(request, service, route)) for words, route in SERVICE_PAGE_PARTS]
    return {"service": service, "parts": record_parts(request, hrefs)}
