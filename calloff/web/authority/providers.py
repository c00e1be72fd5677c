"""Providers: their memberships, evidence and services, and the checks on them."""

from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from calloff.applications import queries as applications
from calloff.directory import queries as directory
from calloff.evidence import queries as evidence
from calloff.history.transitions import is_allowed
from calloff.kernel.clock import local_day
from calloff.kernel.search_words import name_has_words
from calloff.members import queries as members
from calloff.members.states import LASTING_STATUSES
from calloff.monitoring import authority_overview
from calloff.monitoring import queries as monitoring
from calloff.people.models import Organisation
from calloff.people.permissions import Can
from calloff.people.queries import has_manager
from calloff.web import list_pages
from calloff.web.authority import presenters
from calloff.web.authority.forms import ProviderFilter
from calloff.web.authority.lookups import find_provider
from calloff.web.downloads import as_attachment
from calloff.web.history import pages
from calloff.web.navigation import path_at_organisation
from calloff.web.permissions import AUTHORITY, at_organisation
from calloff.web.request import OrganisationRequest


@require_safe
@at_organisation(AUTHORITY, Can.OVERSEE)
def providers(request: OrganisationRequest) -> HttpResponse:
    filters = ProviderFilter.of(request)
    words = list_pages.filter_values(filters)["words"]
    rows = members.providers_known_to(request.organisation)
    rows = rows.filter(name_has_words("name", words)) if words else rows
    page = list_pages.list_context(request, rows, ("by_name", "pk"), one="provider", filters=filters)
    standing = members.memberships_by_provider(request.organisation, page["rows"], on=local_day(request.now))
    return render(request, "authority/providers.html", page | {"standing": standing, "telling": presenters})


@require_safe
@at_organisation(AUTHORITY, Can.OVERSEE)
def record(request: OrganisationRequest, slug: str) -> HttpResponse:
    provider, authority, today = find_provider(request, slug), request.organisation, local_day(request.now)
    standing = list(members.overseen_members(authority, person=request.user, at=request.now).filter(provider=provider))
    items = evidence.relied_on_of(authority, provider, request.now)
    queue = applications.applications_queue(authority, person=request.user, at=request.now)
    checked = next((each for each in standing if each.status in LASTING_STATUSES), None)
    if checked and not is_allowed(checked, "record_check", request.user, request.now):
        checked = None
    context = {
        "provider": provider,
        "standing": standing,
        "evidence": [(item, evidence.describe_state(item, today)) for item in items],
        "checks": list(members.checks_of(provider, authority)),
        "applications": list(queue.filter(provider=provider)),
        "services": list(directory.services_seen_by(authority, provider)),
        "check_member": checked,
        "first_person": _first_person(request, provider),
        "telling": presenters,
        "back_to_list": list_pages.back_to_list(request, "authority:providers"),
    }
    return render(request, "authority/provider.html", context | _of_children(request, provider))


@require_safe
@at_organisation(AUTHORITY, Can.OVERSEE)
def history(request: OrganisationRequest, slug: str) -> HttpResponse:
    """Show a provider's history with this authority: applications, memberships and agreements."""
    provider, authority = find_provider(request, slug), request.organisation
    standing = members.overseen_members(authority, person=request.user, at=request.now).filter(provider=provider)
    queue = applications.applications_queue(authority, person=request.user, at=request.now).filter(provider=provider)
    # leave out the records that a person cannot see because they also act for the provider
    queue = queue.overseen_by(request.user, request.now)
    lives = [provider, *standing, *queue, *dict.fromkeys(member.agreement for member in standing)]
    context = {
        "provider": provider,
        "telling": presenters,
        "back_to_list": list_pages.back_to_list(request, "authority:providers"),
    }
    context |= _of_children(request, provider)
    return pages.render_history(request, *lives, context=context, frame="authority/provider_frame.html")


@require_safe
@at_organisation(AUTHORITY, Can.OVERSEE)
def document(request: OrganisationRequest, reference: str) -> HttpResponseBase:
    """Serve a document on which this authority relies."""
    seen = (
        evidence.visible_evidence(request.user, request.now)
        .filter(reliances__authority=request.organisation)
        .distinct()
    )
    return as_attachment(get_object_or_404(seen, reference=reference).file)


def _first_person(request: OrganisationRequest, provider: Organisation) -> str | None:
    """Return the page for inviting a listed provider's first person.

    Returns None if someone already acts for the provider, or if the reader cannot invite people.
    """
    links = request.user.can(Can.LINK_PEOPLE, organisation=request.organisation, at=request.now)
    is_hosted_here = provider.host_id == request.organisation.pk and not has_manager(provider, request.now)
    return (
        path_at_organisation(request, "authority:first-person-invite", provider.pk)
        if links and is_hosted_here
        else None
    )


def _of_children(request: OrganisationRequest, provider: Organisation) -> dict[str, Any]:
    """Return how many children are at a provider, and how many buyers have not replied about them.

    Only people who can see placements get the numbers.
    """
    authority, person, at = request.organisation, request.user, request.now
    if not person.can(Can.SEE_PLACEMENTS, organisation=authority, at=at):
        return {"seeing_placements": False}
    waiting = monitoring.recalls_to_chase(authority, person=person, at=at).filter(provider=provider).count()
    children = authority_overview.children_at(provider, authority, person=person, at=at)
    return {"seeing_placements": True, "children": children, "waiting": waiting}
