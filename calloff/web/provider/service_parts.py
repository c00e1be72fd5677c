"""What the pages of one service share: the links to its parts, and where they lead."""

from typing import Any

from django.urls import reverse

from calloff.directory.models import Service
from calloff.people.permissions import Can
from calloff.web.navigation import parts
from calloff.web.request import AtOrganisation

PARTS = (
    ("Service", "service"), ("Pictures", "service-pictures"), ("Prices", "service-prices"),
    ("Versions", "service-versions"), ("History", "service-history"),
)  # fmt: skip


def may_list(request: AtOrganisation) -> bool:
    return request.user.can(Can.LIST_SERVICES, at=request.organisation, when=request.now)


def to(request: AtOrganisation, found: Service, route: str = "service") -> str:
    return reverse(f"provider:{route}", args=[request.organisation.slug, found.pk])


def page_of(request: AtOrganisation, found: Service) -> dict[str, Any]:
    hrefs = [(words, to(request, found, route)) for words, route in PARTS]
    return {"service": found, "parts": parts(request, hrefs)}
