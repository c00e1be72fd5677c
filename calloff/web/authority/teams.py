"""The teams that buy for the authority, each with its own people."""

from django.db.models import Count, Q
from django.db.models.functions import Lower
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from calloff.people import commands, queries
from calloff.people.permissions import Can
from calloff.people.states import RoleGrantStatus
from calloff.web import command_views, list_pages
from calloff.web.authority.school_forms import CreateTeamForm
from calloff.web.navigation import path_at_organisation
from calloff.web.permissions import AUTHORITY, at_organisation, step_up
from calloff.web.request import OrganisationRequest


@require_safe
@at_organisation(AUTHORITY, Can.OVERSEE)
def teams(request: OrganisationRequest) -> HttpResponse:
    active = Count("grants__person", filter=Q(grants__status=RoleGrantStatus.ACTIVE), distinct=True)
    teams = queries.teams_of(request.organisation).annotate(people=active, by_name=Lower("name"))
    page = list_pages.list_context(request, teams, ("by_name", "pk"), one="team")
    page["founds"] = request.user.can(Can.LINK_PEOPLE, organisation=request.organisation, at=request.now)
    return render(request, "authority/teams.html", page)


@step_up
@command_views.command_view
@at_organisation(AUTHORITY, Can.LINK_PEOPLE)
def found_team(request: OrganisationRequest) -> HttpResponse:
    form = CreateTeamForm.of(request)
    if form.attempt(commands.found_team, request.organisation, by=request.user, at=request.now):
        return command_views.redirect_done(
            request, f"{form.result} added. We have invited the first person.", "authority:teams"
        )
    meaning = [
        "A team does the same work as a school. It adds children, asks providers for places and buys places, on "
        "behalf of the council.",
        "We will email the first person. No one can act for the team until they accept.",
    ]
    return command_views.render_command(
        request, form, heading="Add a team", meaning=meaning, button="Add team",
        cancel=path_at_organisation(request, "authority:teams"),
    )  # fmt: skip
