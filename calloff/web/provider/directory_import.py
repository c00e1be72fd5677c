"""The page on which a provider imports sites, services, places available and prices from another system."""

from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render

from calloff.directory.hsds_tabular.importer import DirectoryImportReport, import_directory
from calloff.directory.hsds_tabular.schema import TABLES
from calloff.members.models import Member
from calloff.members.states import LASTING_STATUSES
from calloff.people.models import Organisation, User
from calloff.people.permissions import Can
from calloff.web import command_views
from calloff.web.forms_ui.field_errors import choice_errors, file_errors
from calloff.web.navigation import path_at_organisation
from calloff.web.permissions import PROVIDER, at_organisation
from calloff.web.request import OrganisationRequest
from calloff.web.zip_uploads import ZipForm, run_on_unpacked_files


class DirectoryImportForm(ZipForm):
    authority = forms.ChoiceField(label="Council", error_messages=choice_errors("Select a council"))
    file = forms.FileField(
        label="Services (.zip file)",
        widget=forms.FileInput({"accept": ".zip"}),
        error_messages=file_errors("Services", "Upload the services as a zip file"),
    )

    def __init__(self, *args: Any, councils: dict[str, Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.councils = councils
        field: Any = self.fields["authority"]
        field.choices = [(slug, str(council)) for slug, council in councils.items()]

    def clean_authority(self) -> Organisation:
        return self.councils[self.cleaned_data["authority"]]


@command_views.command_view
@at_organisation(PROVIDER, Can.LIST_SERVICES)
def import_services(request: OrganisationRequest) -> HttpResponse:
    """Show what importing a provider's services would change, or import every row."""
    lasting = Member.objects.filter(provider=request.organisation, status__in=LASTING_STATUSES)
    councils = Organisation.objects.filter(pk__in=lasting.values("authority")).order_by("name")
    form = DirectoryImportForm.of(request, councils={council.slug: council for council in councils})
    preview = request.POST.get("do") != "import"
    done = form.attempt(_import, by=request.user, at=request.now, preview=preview)
    if done and not preview:
        return command_views.redirect_done(request, form.result.sentence, "provider:services")
    page = {
        "form": form,
        "report": form.result if done else None,
        "tables": TABLES.values(),
        "cancel": path_at_organisation(request, "provider:services"),
    }
    return render(request, "provider/services_import.html", page)


def _import(*, authority: Organisation, file: Any, by: User, at: datetime, **given: Any) -> DirectoryImportReport:
    return run_on_unpacked_files(
        file, lambda folder: import_directory(folder, authority, by=by, at=at, **given), by=by, at=at
    )
