"""Saved searches: run them again, and get an email about new services."""

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from calloff.demand import commands, queries, saved_search_alerts
from calloff.demand.models import MAX_SEARCH_NAME_LENGTH, SavedSearch
from calloff.directory.price_visibility import price_visibility
from calloff.people.permissions import Can
from calloff.web import command_views
from calloff.web.buyer.directory import buyer_search_context
from calloff.web.directory import search_page
from calloff.web.forms_ui.field_errors import text_errors
from calloff.web.forms_ui.forms import PageForm
from calloff.web.navigation import path_at_organisation
from calloff.web.permissions import BUYER, at_organisation
from calloff.web.record_actions import RecordAction, RecordActions
from calloff.web.request import OrganisationRequest


class NameSearchForm(PageForm):
    name = forms.CharField(
        label="Name of this search", max_length=MAX_SEARCH_NAME_LENGTH,
        help_text="Only you will see this. For example, farms near us for key stage 3. Do not name a pupil.",
        error_messages=text_errors("Name of this search", "Enter a name for the search"),
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
    """Ask for a name, and save the search in this URL."""
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
        "actions": SEARCH_ACTIONS.links(request, search),
    }
    return render(request, "buyer/search.html", page)


def _found(request: OrganisationRequest, pk: int) -> SavedSearch:
    return get_object_or_404(queries.searches_of(request.organisation, person=request.user, at=request.now), pk=pk)


SEARCH_ACTIONS = RecordActions(
    BUYER,
    "search",
    _found,
    key="pk",
    back=lambda request, search: path_at_organisation(request, "buyer:search", search.pk),
    needs=(Can.SEE_PRICES,),
    caption=lambda _, search: search.name,
    rows=(
        RecordAction(
            commands.stop_emails,
            link="Stop the emails",
            heading="Stop the emails",
            meaning=["The search will stay here, and you can run it again."],
            button="Stop the emails",
            done="We will stop emailing you about this search.",
        ),
        RecordAction(
            commands.start_emails,
            link="Send emails again",
            heading="Send emails again",
            meaning=["We will email you when a new service matches."],
            button="Send emails again",
            done="We will email you when a new service matches.",
        ),
        RecordAction(
            commands.delete_search,
            name="search-delete",
            link="Delete",
            heading="Delete this search",
            meaning=["We will delete the search and stop emailing you about it."],
            button="Delete the search",
            stops=True,
            done="Search deleted",
            then=lambda request, _: path_at_organisation(request, "buyer:searches"),
        ),
    ),
)
