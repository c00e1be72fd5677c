"""A buyer's shared shortlist of services, with notes.

From there, people can compare services and ask for a place.
"""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from calloff.demand import commands, queries
from calloff.demand.models import MAX_NOTE_LENGTH, ShortlistEntry
from calloff.directory.models import Service
from calloff.directory.price_visibility import price_visibility
from calloff.history.queries import last_actor
from calloff.kernel.clock import local_day
from calloff.kernel.lifecycles import Refused
from calloff.people.permissions import Can
from calloff.web import command_views
from calloff.web.directory import comparison, search_page, service_display
from calloff.web.directory.gap_reports import NO_CHILD_DETAILS_HINT
from calloff.web.forms_ui import edit_conflicts
from calloff.web.forms_ui.edit_conflicts import ConcurrentEditForm
from calloff.web.forms_ui.field_errors import text_errors
from calloff.web.navigation import path_at_organisation
from calloff.web.permissions import BUYER, at_organisation
from calloff.web.request import OrganisationRequest


class ShortlistNoteForm(ConcurrentEditForm):
    marks_optional = False

    note = forms.CharField(
        label="Note", required=False, max_length=MAX_NOTE_LENGTH, widget=forms.Textarea(attrs={"rows": 5}),
        help_text=f"Colleagues who can see prices can read this too. {NO_CHILD_DETAILS_HINT}",
        error_messages=text_errors("Note"),
    )  # fmt: skip


@require_safe
@never_cache
@at_organisation(BUYER, Can.SEE_PRICES)
def shortlist(request: OrganisationRequest) -> HttpResponse:
    entries = queries.shortlist_of(request.organisation, person=request.user, at=request.now)
    authorities = {entry.authority_id: entry.authority for entry in entries}
    sights = {key: price_visibility(request.user, authority, request.now) for key, authority in authorities.items()}
    today = local_day(request.now)
    page = {
        "entries": [(entry, _prices(entry, sights, today)) for entry in entries],
        "authorities": list(authorities.values()),
        "today": today,
        "telling": service_display,
        "standing": lambda service: service_display.describe_standing(service.member, today),
        "most": comparison.MAX_SERVICES_COMPARED,
        "may_ask": request.user.can(Can.PLACE, organisation=request.organisation, at=request.now),
    }
    return render(request, "buyer/shortlist.html", page)


@require_POST
@at_organisation(BUYER, Can.SEE_PRICES)
def add(request: OrganisationRequest, pk: int) -> HttpResponse:
    """Add a service to the shortlist.

    A button next to the service submits to this URL, and the person stays on the same page.
    """
    service = get_object_or_404(Service.objects.listed(request.now).select_related("authority"), pk=pk)
    try:
        commands.shortlist(service, buyer=request.organisation, by=request.user, at=request.now)
    except Refused as refusal:
        return command_views.redirect_notice(
            request, " ".join(problem.sentence for problem in refusal.problems), _back(request)
        )
    return command_views.redirect_done(request, f"{service.name} added to your shortlist", _back(request))


@require_POST
@at_organisation(BUYER, Can.SEE_PRICES)
def take_off(request: OrganisationRequest, pk: int) -> HttpResponse:
    entry = _found(request, pk)
    commands.take_off(entry, by=request.user, at=request.now)
    return command_views.redirect_done(request, f"{entry.service.name} removed from your shortlist", _back(request))


@command_views.command_view
@at_organisation(BUYER, Can.SEE_PRICES)
def amend_note(request: OrganisationRequest, pk: int) -> HttpResponse:
    """Change the note on a service. If a colleague has also changed it, ask which version to keep."""
    entry = _found(request, pk)
    form = ShortlistNoteForm.of(request, kept={"note": entry.note})
    back = path_at_organisation(request, "buyer:shortlist")
    if form.attempt(commands.amend_note, entry, seen=entry, by=request.user, at=request.now):
        return command_views.redirect_done(request, "Note saved", back)
    page: dict[str, Any] = {"cancel": back, "caption": entry.service.name}
    if form.conflicts:
        return edit_conflicts.render_conflict(
            request, form, saved_by=last_actor(entry, "amend_note", "shortlist"), page="layouts/verb.html", **page
        )
    return command_views.render_command(request, form, heading="Note on the shortlist", button="Save the note", **page)


def _found(request: OrganisationRequest, pk: int) -> ShortlistEntry:
    seen = ShortlistEntry.objects.visible_to(request.user, request.now).filter(buyer=request.organisation)
    return get_object_or_404(seen.select_related("service"), pk=pk)


def _prices(entry: Any, sights: dict[int, Any], today: Any) -> list[str] | None:
    return search_page.format_prices(entry.service, sights[entry.authority_id], today)


def _back(request: OrganisationRequest) -> str:
    """Return the page with the button, if it is one of ours, or otherwise the shortlist page."""
    back = request.POST.get("back", "")
    is_own_page = back.startswith("/") and url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return back if is_own_page else path_at_organisation(request, "buyer:shortlist")
