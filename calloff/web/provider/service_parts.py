"""The context for a service's pages: the links to its parts, and the sections of its form."""

from typing import Any

from django.urls import reverse

from calloff.directory.models import Service
from calloff.people.permissions import Can
from calloff.web.forms_ui.section_rail import SectionRail, section_of_form
from calloff.web.navigation import record_parts
from calloff.web.provider.service_forms import SERVICE_PART_FORMS
from calloff.web.request import OrganisationRequest

SERVICE_PAGE_PARTS = (
    ("Service", "service"), ("Pictures", "service-pictures"), ("Prices", "service-prices"),
    ("Versions", "service-versions"), ("History", "service-history"),
)  # fmt: skip

SEEN_CARDS = (
    (
        "On the public page",
        (
            "Everyone can see these details in the directory and on the page of the service.",
            "Do not name staff or children. Schools and councils contact you through Calloff.",
        ),
    ),
)


def may_list_services(request: OrganisationRequest) -> bool:
    return request.user.can(Can.LIST_SERVICES, organisation=request.organisation, at=request.now)


def redirect_to_service(request: OrganisationRequest, service: Service, route: str = "service") -> str:
    return reverse(f"provider:{route}", args=[request.organisation.slug, service.pk])


def service_context(request: OrganisationRequest, service: Service) -> dict[str, Any]:
    hrefs = [(words, redirect_to_service(request, service, route)) for words, route in SERVICE_PAGE_PARTS]
    return {"service": service, "parts": record_parts(request, hrefs)}


def service_rail(request: OrganisationRequest, service: Service, part: str) -> SectionRail:
    """Return the parts of a service's form, and which of them have their answers, for the page of one part."""
    slug = request.organisation.slug
    hrefs = {key: reverse("provider:service-amend", args=[slug, service.pk, key]) for key in SERVICE_PART_FORMS}
    sections = [
        section_of_form(title, form, {name: getattr(service, name, None) for name in form.base_fields}, hrefs[key])
        for key, (title, form) in SERVICE_PART_FORMS.items()
    ]
    return SectionRail("Parts of this service", tuple(sections), hrefs[part], SEEN_CARDS)
