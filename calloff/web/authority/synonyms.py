"""The authority's table of synonyms: the list, and the pages to add, change and remove a row."""

from typing import Any

from django import forms
from django.db.models.functions import Lower
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from calloff.directory import commands
from calloff.directory.models import Synonym
from calloff.directory.synonyms import national_rows
from calloff.history.queries import last_actor
from calloff.people.permissions import Can
from calloff.web import command_views, list_pages
from calloff.web.forms_ui import edit_conflicts
from calloff.web.forms_ui.edit_conflicts import ConcurrentEditForm
from calloff.web.forms_ui.field_errors import text_errors
from calloff.web.forms_ui.forms import FilterForm, textarea_field
from calloff.web.history import pages
from calloff.web.navigation import path_at_organisation
from calloff.web.permissions import AUTHORITY, at_organisation
from calloff.web.record_actions import RecordAction, RecordActions
from calloff.web.request import OrganisationRequest

ADD_MEANING = [
    "Searches of your directory and your Local Offer use the new words at once. A service still has to contain one of "
    "them."
]


class SynonymFilter(FilterForm):
    words = forms.CharField(label="Word", required=False, max_length=60, error_messages=text_errors("Word"))


class SynonymForm(ConcurrentEditForm):
    """One row, with each word or phrase on its own line."""

    marks_optional = False
    phrases = textarea_field(
        "Words that people type",
        "Put each word or phrase on its own line. Each one also finds the others, such as autism, ASD and autistic.",
        errors=text_errors("Words that people type"),
    )
    finds = textarea_field(
        "Other words to find",
        "Leave this empty if the words above mean the same. Otherwise, the words above find these, but not the "
        "reverse. Put each word or phrase on its own line.",
        errors=text_errors("Other words to find"),
    )

    def clean_phrases(self) -> list[str]:
        return str(self.cleaned_data["phrases"]).splitlines()

    def clean_finds(self) -> list[str]:
        return str(self.cleaned_data["finds"]).splitlines()


def _found(request: OrganisationRequest, pk: int) -> Synonym:
    rows = Synonym.objects.visible_to(request.user, request.now)
    return get_object_or_404(rows.filter(authority=request.organisation), pk=pk)


SYNONYM_ACTIONS = RecordActions(
    AUTHORITY,
    "synonym",
    _found,
    key="pk",
    back=lambda request, _: path_at_organisation(request, "authority:synonyms"),
    needs=(Can.RUN_MARKETS,),
    rows=(
        RecordAction(
            commands.remove_synonym,
            path="remove",
            link="Remove",
            heading=lambda _, row: f"Remove search words: {row}",
            meaning=["Searches will find only services that contain the words themselves."],
            button="Remove search words",
            stops=True,
            done="Search words removed",
        ),
    ),
)


@require_safe
@at_organisation(AUTHORITY, Can.OVERSEE)
def synonyms(request: OrganisationRequest) -> HttpResponse:
    filters = SynonymFilter.of(request)
    word = list_pages.filter_values(filters)["words"]
    own = Synonym.objects.filter(authority=request.organisation)
    rows = own.in_use().with_word(word) if word else own.in_use()
    rows = rows.select_related("authority").annotate(by_name=Lower("phrases__0"))
    page: dict[str, Any] = list_pages.list_context(request, rows, ("by_name", "pk"), one="row", filters=filters)
    page["national"] = () if word or page["rows"] or own.exists() else national_rows()
    page["changes"] = request.user.can(Can.RUN_MARKETS, organisation=request.organisation, at=request.now)
    page["links"] = {row.pk: SYNONYM_ACTIONS.links(request, row) for row in page["rows"]}
    return render(request, "authority/synonyms.html", page)


@command_views.command_view
@at_organisation(AUTHORITY, Can.RUN_MARKETS)
def add(request: OrganisationRequest) -> HttpResponse:
    form = SynonymForm.of(request, kept={})
    if form.attempt(commands.add_synonym, request.organisation, by=request.user, at=request.now):
        return command_views.redirect_done(request, "Search words added", "authority:synonyms")
    return command_views.render_command(
        request, form, heading="Add search words", meaning=ADD_MEANING, button="Add search words",
        cancel=path_at_organisation(request, "authority:synonyms"),
    )  # fmt: skip


@command_views.command_view
@at_organisation(AUTHORITY, Can.RUN_MARKETS)
def amend(request: OrganisationRequest, pk: int) -> HttpResponse:
    row, cancel = _found(request, pk), path_at_organisation(request, "authority:synonyms")
    command_views.require_permission(request, row, "amend_synonym")
    form = SynonymForm.of(request, kept={"phrases": "\n".join(row.phrases), "finds": "\n".join(row.finds)})
    if form.attempt(commands.amend_synonym, row, by=request.user, at=request.now):
        return command_views.redirect_done(request, "Search words saved", cancel)
    if form.conflicts:
        saved_by = last_actor(row, "amend_synonym", "add_synonym")
        return edit_conflicts.render_conflict(
            request, form, saved_by=saved_by, page="layouts/verb.html", caption=str(row), cancel=cancel
        )
    return command_views.render_command(
        request, form, heading="Change search words", caption=str(row), button="Save search words", cancel=cancel
    )


@require_safe
@at_organisation(AUTHORITY, Can.OVERSEE)
def history(request: OrganisationRequest, pk: int) -> HttpResponse:
    row = _found(request, pk)
    above = path_at_organisation(request, "authority:synonyms")
    page = {"breadcrumbs": [("Search words", above), (str(row), None)], "parts": [], "caption": "", "heading": str(row)}
    return pages.render_history(request, row, context=page)
