"""Providers: whom the authority knows, what each stands in, relies on, offers, and when it was checked."""

from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from calloff.applications import queries as applications
from calloff.directory import queries as directory
from calloff.evidence import queries as evidence
from calloff.history.transitions import may
from calloff.kernel.clock import local_day
from calloff.members import queries as members
from calloff.members.states import STANDING
from calloff.monitoring import authority_overview
from calloff.monitoring import queries as monitoring
from calloff.people.models import Organisation
from calloff.people.permissions import Can
from calloff.people.queries import managed_there
from calloff.web import list_pages
from calloff.web.authority import presenters
from calloff.web.authority.forms import ProviderFilter
from calloff.web.authority.lookups import provider as found
from calloff.web.downloads import as_attachment
from calloff.web.history import pages
from calloff.web.navigation import within
from calloff.web.permissions import AUTHORITY, at_organisation
from calloff.web.request import AtOrganisation


@require_safe
@at_organisation(AUTHORITY, Can.OVERSEE)
def providers(request: AtOrganisation) -> HttpResponse:
    filters = ProviderFilter.of(request)
    words = list_pages.asked(filters)["words"]
    rows = members.providers_known_to(request.organisation)
    rows = rows.filter(name__icontains=words) if words else rows
    page = list_pages.list_page(request, rows, ("by_name", "pk"), one="provider", filters=filters)
    standing = members.standing_of_several(request.organisation, page["rows"], on=local_day(request.now))
    return render(request, "authority/providers.html", page | {"standing": standing, "telling": presenters})


@require_safe
@at_organisation(AUTHORITY, Can.OVERSEE)
def record(request: AtOrganisation, slug: str) -> HttpResponse:
    one, ours, today = found(request, slug), request.organisation, local_day(request.now)
    standing = list(members.overseen(ours, person=request.user, at=request.now).filter(provider=one))
    items = evidence.relied_on_of(ours, one, request.now)
    queue = applications.queue(ours, person=request.user, at=request.now)
    checked = next((each for each in standing if each.status in STANDING), None)
    if checked and not may(checked, "record_check", request.user, request.now):
        checked = None
    context = {
        "provider": one,
        "standing": standing,
        "evidence": [(item, evidence.state_of(item, today)) for item in items],
        "checks": list(members.checks_of(one, ours)),
        "applications": list(queue.filter(provider=one)),
        "services": list(directory.services_seen_by(ours, one)),
        "check_member": checked,
        "first_person": _first_person(request, one),
        "telling": presenters,
        "back_to_list": list_pages.back_to(request, "authority:providers"),
    }
    return render(request, "authority/provider.html", context | _of_children(request, one))


@require_safe
@at_organisation(AUTHORITY, Can.OVERSEE)
def history(request: AtOrganisation, slug: str) -> HttpResponse:
    """Tell what this authority and the provider have done together: its applications, memberships and agreements."""
    one, ours = found(request, slug), request.organisation
    standing = members.overseen(ours, person=request.user, at=request.now).filter(provider=one)
    queue = applications.queue(ours, person=request.user, at=request.now).filter(provider=one)
    queue = queue.overseen_by(request.user, request.now)  # without what is closed to who acts for it too
    lives = [one, *standing, *queue, *dict.fromkeys(member.agreement for member in standing)]
    context = {
        "provider": one,
        "telling": presenters,
        "back_to_list": list_pages.back_to(request, "authority:providers"),
    }
    context |= _of_children(request, one)
    return pages.page(request, *lives, context=context, frame="authority/provider_frame.html")


@require_safe
@at_organisation(AUTHORITY, Can.OVERSEE)
def document(request: AtOrganisation, reference: str) -> HttpResponseBase:
    """Hand out a document on which this authority relies."""
    seen = evidence.visible(request.user, request.now).filter(reliances__authority=request.organisation).distinct()
    return as_attachment(get_object_or_404(seen, reference=reference).file)


def _first_person(request: AtOrganisation, one: Organisation) -> str | None:
    """Return where the reader can invite a listed provider's first person, if no one acts for it."""
    links = request.user.can(Can.LINK_PEOPLE, at=request.organisation, when=request.now)
    ours = one.host_id == request.organisation.pk and not managed_there(one, request.now)
    return within(request, "authority:first-person-invite", one.pk) if links and ours else None


def _of_children(request: AtOrganisation, one: Organisation) -> dict[str, Any]:
    """Return how many children are there, and who has still to answer about them, for whoever sees placements."""
    ours, person, at = request.organisation, request.user, request.now
    if not person.can(Can.SEE_PLACEMENTS, at=ours, when=at):
        return {"seeing_placements": False}
    waiting = monitoring.recalls_to_chase(ours, person=person, at=at).filter(provider=one).count()
    children = authority_overview.children_at(one, ours, person=person, at=at)
    return {"seeing_placements": True, "children": children, "waiting": waiting}
