"""Saved searches: run them again, and get an email about new services."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from calloff.demand import commands, queries, saved_search_alerts
from calloff.demand.models import MAX_SEARCH_NAME_LENGTH, SavedSearch
from calloff.directory.price_visibility import price_visibility
from calloff.history.transitions import is_allowed
from calloff.people.permissions import Can
from calloff.web import command_views
from calloff.web.buyer.directory import buyer_search_context
from calloff.web.directory import search_page
from calloff.web.forms_ui.field_errors import text_errors
from calloff.web.forms_ui.forms import ConfirmForm, PageForm
from calloff.web.navigation import path_at_organisation
from calloff.web.permissions import BUYER, at_organisation
from calloff.web.request import OrganisationRequest


class NameSearchForm(PageForm):
    name = forms.CharField(
        label="Name of this search", max_length=MAX_SEARCH_NAME_LENGTH,
        help_text="Only you will see this. For example, farms near us for key stage 3. Do not name a pupil.",
        error_messages=text_errors("Name of the search", "Enter a name for the search"),
    )  # fmt: skip


@require_safe
@at_organisation(BUYER, Can.SEE_PRICES)
def searches(request: OrganisationRequest) -> HttpResponse:
    saved_searches = list(queries.searches_of(request.organisation, person=request.user, at=request.now))
    return render(request, "buyer/searches.html", {"searches": saved_searches})


@command_views.command_view
@never_cache
@at_organisation(BUYER, Can.SEE_PRICES)
def save(request: OrganisationRequest) -> HttpResponse:
    """Ask for a name, and save the search in this address."""
    looking = buyer_search_context(request)
    asked = search_page.bound_search_form(
        request, looking, price_visibility(request.user, looking.authority, request.now)
    )
    words, query = search_page.describe_search(asked), search_page.query_with(request)
    form = NameSearchForm.of(request)
    saved = {"search": asked.search, "query": query, "searched": words, "buyer": request.organisation}
    if form.attempt(commands.save_search, looking.authority, by=request.user, at=request.now, **saved):
        return command_views.redirect_done(request, "Search saved", "buyer:search", form.result.pk)
    meaning = [
        f"You looked for: {'; '.join(words) or 'everything'}.",
        "We check every morning and will email you when a new service matches. You can stop the emails at any time.",
    ]
    if any(name in asked.wanted() for name in search_page.PLACE_FILTERS):
        meaning.append(f"Distances in a saved search are measured from {request.organisation}.")
    return command_views.render_command(
        request, form, heading="Save this search", button="Save the search", meaning=meaning,
        cancel=looking.path + search_page.query_without(request, looking),
    )  # fmt: skip


@require_safe
@at_organisation(BUYER, Can.SEE_PRICES)
def search(request: OrganisationRequest, pk: int) -> HttpResponse:
    search = _found(request, pk)
    fitting = saved_search_alerts.find_matches(search, request.now)
    page = {
        "search": search,
        "again": path_at_organisation(request, "buyer:directory") + search.query,
        "number": fitting.count() if fitting is not None else None,
        "actions": [(words, path_at_organisation(request, f"buyer:{route}", pk)) for words, verb,
            route in SEARCH_ACTIONS
                    if is_allowed(search, verb, request.user, request.now)],
    }  # fmt: skip
    return render(request, "buyer/search.html", page)


@command_views.command_view
@at_organisation(BUYER, Can.SEE_PRICES)
def stop_emails(request: OrganisationRequest, pk: int) -> HttpResponse:
    meaning = ["The search will stay here, and you can run it again."]
    return _carry_out(
        request, pk, commands.stop_emails, "We will stop emailing you about this search.", heading="Stop the emails",
        button="Stop the emails", meaning=meaning,
    )  # fmt: skip


@command_views.command_view
@at_organisation(BUYER, Can.SEE_PRICES)
def start_emails(request: OrganisationRequest, pk: int) -> HttpResponse:
    meaning = ["We will email you when a new service matches."]
    return _carry_out(
        request, pk, commands.start_emails, "We will email you when a new "
                                        "service matches.", heading="Send emails again",
        button="Send emails again", meaning=meaning,
    )  # fmt: skip


@command_views.command_view
@at_organisation(BUYER, Can.SEE_PRICES)
def delete(request: OrganisationRequest, pk: int) -> HttpResponse:
    search = _found(request, pk)
    return command_views.run_command(
        request, ConfirmForm.of(request), commands.delete_search, search, said="Search deleted",
        back=path_at_organisation(request, "buyer:searches"), heading="Delete this search", caption=search.name,
        button="Delete the search", meaning=["We will delete the search and stop emailing you about it."], stops=True,
    )  # fmt: skip


def _carry_out(request: OrganisationRequest, pk: int, command: Any, message: str, **page: Any) -> HttpResponse:
    search, back = _found(request, pk), path_at_organisation(request, "buyer:search", pk)
    return command_views.run_command(
        request, ConfirmForm.of(request), command, search, said=message, back=back, caption=search.name, **page
    )


def _found(request: OrganisationRequest, pk: int) -> SavedSearch:
    return get_object_or_404(queries.searches_of(request.organisation, person=request.user, at=request.now), pk=pk)


SEARCH_ACTIONS = (
    ("Stop the emails", "stop_emails", "search-stop-emails"),
    ("Send emails again", "start_emails", "search-start-emails"),
    ("Delete", "delete_search", "search-delete"),
)
