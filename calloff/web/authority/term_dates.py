"""The term dates of a council's schools, and the page on which an officer imports them from a table."""

import tempfile
from pathlib import Path
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render

from calloff.kernel.clock import local_day
from calloff.kernel.formatting import pluralise
from calloff.kernel.lifecycles import Refused
from calloff.people.permissions import Can
from calloff.registers import commands
from calloff.registers.models import RegisterImport, SchoolTerm
from calloff.registers.term_dates import TERM_COLUMNS
from calloff.web import command_views
from calloff.web.forms_ui.field_errors import file_errors
from calloff.web.forms_ui.forms import UnmarkedForm
from calloff.web.navigation import path_at_organisation
from calloff.web.permissions import AUTHORITY, at_organisation
from calloff.web.request import OrganisationRequest

MAX_TERM_FILE_BYTES = 200_000
MAX_SHOWN_FAULTS = 25


class TermDatesForm(UnmarkedForm):
    """A table of term dates, to check or to import."""

    file = forms.FileField(
        label="Table of term dates (CSV)",
        widget=forms.FileInput({"accept": ".csv"}),
        error_messages=file_errors("Table of term dates", "Upload the table as a CSV file"),
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MAX_TERM_FILE_BYTES or not str(file.name).lower().endswith(".csv"):
            raise forms.ValidationError("Upload a CSV file of 200 kB or less")
        return file


@command_views.command_view
@at_organisation(AUTHORITY, Can.RUN_MARKETS)
def term_dates(request: OrganisationRequest) -> HttpResponse:
    """Show the terms from today and the last imports. Check a table, or import every row of it."""
    authority, form = request.organisation, TermDatesForm.of(request)
    preview = request.POST.get("do") != "import"
    done = form.attempt(_import, authority, by=request.user, at=request.now, preview=preview)
    if done and not preview:
        return command_views.redirect_done(request, _in_words(form.result, preview=False), "authority:term-dates")
    terms = SchoolTerm.objects.filter(la_code=authority.la_code, ends_on__gte=local_day(request.now))
    imports = RegisterImport.objects.filter(kind=RegisterImport.Kind.TERMS, la_code=authority.la_code)
    page = {
        "form": form,
        "checked": _in_words(form.result, preview=True) if done else "",
        "columns": TERM_COLUMNS,
        "terms": list(terms.order_by("starts_on", "urn", "pk")[:50]) if authority.la_code else [],
        "imports": list(imports.select_related("by").order_by("-imported_at", "-pk")[:10]) if authority.la_code else [],
        "cancel": path_at_organisation(request, "authority:schools"),
    }
    return render(request, "authority/term_dates.html", page)


def _import(authority: Any, *, file: Any, **given: Any) -> RegisterImport:
    """Run the command on a copy of the uploaded file. Shows only the first faults of a file that has many."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "term-dates.csv"
        path.write_bytes(file.read())
        try:
            return commands.import_own_terms(authority, path, **given)
        except Refused as refusal:
            raise Refused.because(refusal.problems[:MAX_SHOWN_FAULTS]) from None


def _in_words(report: RegisterImport, *, preview: bool) -> str:
    if not report.added and not report.changed:
        return f"{pluralise(report.rows, 'term')} in the table, all already on Calloff."
    verb, terms = "would be " if preview else "", pluralise(report.rows, "term")
    return (
        f"{terms} in the table. {report.added} {verb}added, {report.changed} {verb}changed and {report.unchanged} "
        f"{verb}left as before."
    )
