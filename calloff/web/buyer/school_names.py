"""A school's or team's other names, so that we find them in pen pictures."""

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from calloff.people.permissions import Can
from calloff.pupils import commands
from calloff.pupils.commands.school_names import MAX_SCHOOL_NAME_LENGTH
from calloff.pupils.models import SchoolName
from calloff.pupils.states import SchoolNameStatus
from calloff.web import command_views
from calloff.web.forms_ui.forms import UnmarkedForm
from calloff.web.navigation import path_at_organisation
from calloff.web.permissions import BUYER, at_organisation
from calloff.web.record_actions import RecordAction, RecordActions
from calloff.web.request import OrganisationRequest

SCHOOL_NAMES_ROUTE = "buyer:school-names"


class SchoolNameForm(UnmarkedForm):
    name = forms.CharField(
        label="Name people use for your school", max_length=MAX_SCHOOL_NAME_LENGTH, required=False,
        help_text="For example, the Manor, or the school’s previous name",
        error_messages={"max_length": f"Name must be {MAX_SCHOOL_NAME_LENGTH} characters or fewer"},
    )  # fmt: skip


@command_views.command_view
@at_organisation(BUYER, Can.KEEP_PUPILS)
def school_names(request: OrganisationRequest) -> HttpResponse:
    """List the names that people use for the buyer, and add one."""
    form = SchoolNameForm.of(request)
    if form.attempt(commands.add_school_name, request.organisation, by=request.user, at=request.now):
        return command_views.redirect_done(request, "Name added.", SCHOOL_NAMES_ROUTE)
    names = SchoolName.objects.filter(buyer=request.organisation, status=SchoolNameStatus.CURRENT).order_by(
        "name", "pk"
    )
    crumbs = [("Pupils", path_at_organisation(request, "buyer:pupils")), ("Other names for your school", None)]
    page = {"form": form, "names": list(names), "breadcrumbs": crumbs}
    return render(request, "buyer/school_names.html", page)


def _find_name(request: OrganisationRequest, key: int) -> SchoolName:
    return get_object_or_404(SchoolName, buyer=request.organisation, pk=key)


SCHOOL_NAME_ACTIONS = RecordActions(
    BUYER,
    "school-name",
    _find_name,
    key="pk",
    back=lambda request, _: path_at_organisation(request, SCHOOL_NAMES_ROUTE),
    needs=(Can.KEEP_PUPILS,),
    rows=(
        RecordAction(
            commands.remove_school_name,
            path="remove",
            linked_from="buyer/school_names.html",
            heading=lambda _, name: f"Remove “{name}”",
            meaning=["We will no longer check for this name in what providers read."],
            button="Remove name",
            done="Name removed.",
        ),
    ),
)
