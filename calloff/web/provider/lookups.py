"""Find the record in a URL. Raises Http404 for a record that the person cannot see."""

from collections.abc import Sequence
from typing import TypeVar

from django.db.models import Model, QuerySet
from django.shortcuts import get_object_or_404
from django.utils.http import url_has_allowed_host_and_scheme

from calloff.agreements import queries as agreements
from calloff.agreements.models import Agreement
from calloff.applications import queries as applications
from calloff.applications.models import Application
from calloff.directory import queries as directory
from calloff.directory.models import Service, Site
from calloff.evidence import queries as evidence
from calloff.evidence.models import Evidence
from calloff.members import queries as members
from calloff.members.models import Member
from calloff.web.request import OrganisationRequest

OwnedModel = TypeVar("OwnedModel", bound=Model)
DeniedWords = Sequence[str]


def find_application(request: OrganisationRequest, reference: str) -> Application:
    visible = applications.of_provider(request.organisation, person=request.user, at=request.now)
    whole = visible.select_related("market__questions", "market__eligibility")
    # these columns are long, and are cached for all requests
    whole = whole.defer("market__questions__content", "market__eligibility__content")
    return get_object_or_404(whole, reference=reference)


def find_evidence(request: OrganisationRequest, reference: str) -> Evidence:
    return get_object_or_404(
        evidence.visible_evidence(request.user, request.now), reference=reference, provider=request.organisation
    )


def find_agreement(request: OrganisationRequest, reference: str) -> Agreement:
    visible = agreements.of_provider(request.organisation, person=request.user, at=request.now)
    return get_object_or_404(visible.select_related("paper"), reference=reference)


def find_member(request: OrganisationRequest, reference: str) -> Member:
    visible = members.of_provider(request.organisation, person=request.user, at=request.now)
    return get_object_or_404(visible, reference=reference)


def find_service(request: OrganisationRequest, pk: int) -> Service:
    services: QuerySet[Service] = directory.services_of(request.organisation, person=request.user, at=request.now)
    return get_object_or_404(services, pk=pk)


def find_site(request: OrganisationRequest, pk: int) -> Site:
    seen: QuerySet[Site] = Site.objects.visible_to(request.user, request.now)
    return get_object_or_404(seen, pk=pk, provider=request.organisation)


def back_path(request: OrganisationRequest, default: str) -> str:
    """Return the path in `back` if it is one of the same provider's pages, or otherwise the default."""
    back = request.GET.get("back", "")
    home = f"/providers/{request.organisation.slug}/"
    is_ours = back.startswith(home) and url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return back if is_ours else default
