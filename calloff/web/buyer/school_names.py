"""Other names of a school or team, so that we find them in pen pictures."""

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path

from calloff.people.permissions import Can
from calloff.pupils import commands
from calloff.pupils.commands.school_names import MAX_SCHOOL_NAME
from calloff.pupils.models import SchoolName
from calloff.pupils.states import NameStatus
from calloff.web import command_views
from calloff.web.forms_ui.forms import Confirm, Plain
from calloff.web.navigation import within
from calloff.web.permissions import BUYER, at_organisation
from calloff.web.request import AtOrganisation

ROUTE = "buyer:school-names"


class SchoolNameForm(Plain):
    name = forms.CharField(
        label="Name people use for your school", max_length=MAX_SCHOOL_NAME, required=False,
        help_text="For example, the Manor, or the name before the school changed it",
        error_messages={"max_length": f"Name must be {MAX_SCHOOL_NAME} characters or fewer"},
    )  # fmt: skip


@command_views.asks
@at_organisation(BUYER, Can.KEEP_PUPILS)
def school_names(request: AtOrganisation) -> HttpResponse:
    """List the names that people use for the buyer, and add one."""
    form = SchoolNameForm.of(request)
    if form.attempt(commands.add_school_name, request.organisation, by=request.user, at=request.now):
        return command_views.done(request, "Name added.", ROUTE)
    names = SchoolName.objects.filter(buyer=request.organisation, status=NameStatus.CURRENT).order_by("name", "pk")
    crumbs = [("Pupils", within(request, "buyer:pupils")), ("Other names for your school", None)]
    page = {"form": form, "names": list(names), "breadcrumbs": crumbs}
    return render(request, "buyer/school_names.html", page)


@command_views.asks
@at_organisation(BUYER, Can.KEEP_PUPILS)
def remove_school_name(request: AtOrganisation, key: int) -> HttpResponse:
    name = get_object_or_404(SchoolName, buyer=request.organisation, pk=key)
    return command_views.carry_out(
        request, Confirm.of(request), commands.remove_school_name, name, said="Name removed.",
        back=within(request, ROUTE), heading=f"Remove “{name}”", button="Remove name",
        meaning=["We will no longer check for this name in what providers read."],
    )  # fmt: skip


urls = [
    path("school-names", school_names, name="school-names"),
    path("school-names/<int:key>/remove", remove_school_name, name="school-name-remove"),
]
