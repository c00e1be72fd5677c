"""People: who has roles at the authority, and who needs approval."""

from functools import partial
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from calloff.accounts.commands import close_account_for
from calloff.accounts.queries import name_changes_of
from calloff.members import queries as members
from calloff.partners import commands as partners
from calloff.partners import school_lookup
from calloff.people import commands, queries
from calloff.people.models import Organisation, RoleGrant
from calloff.people.permissions import AUTHORITY_ROLES, SCHOOL_ROLES, TEAM_ROLES, Can
from calloff.people.states import RoleGrantStatus
from calloff.registers import queries as registers
from calloff.web import command_views
from calloff.web.authority.school_forms import InviteFirstPersonForm, InviteFirstPersonOfBuyerForm
from calloff.web.forms_ui.forms import ConfirmForm
from calloff.web.history import pages
from calloff.web.navigation import path_at_organisation
from calloff.web.people import bulk_invitation_pages, invitation_pages
from calloff.web.people.organisation_pages import details_form
from calloff.web.permissions import AUTHORITY, ActionNotPermitted, at_organisation, step_up
from calloff.web.record_actions import RecordAction, RecordActions
from calloff.web.request import OrganisationRequest


@require_safe
@at_organisation(AUTHORITY, Can.OVERSEE)
def people(request: OrganisationRequest) -> HttpResponse:
    authority, person, at = request.organisation, request.user, request.now
    links = person.can(Can.LINK_PEOPLE, organisation=authority, at=at)
    context = {
        "grants": list(queries.colleagues(authority)),
        "asked": list(queries.requests_to_answer(person, at).filter(answerable=authority)) if links else [],
        "invitations": list(queries.invitations_of(authority)) if links else [],
        "waiting": [role for role in queries.roles_to_reapprove(person, at) if authority.pk in _sides(role)],
        "manages": person.can(Can.MANAGE_PEOPLE, organisation=authority, at=at),
        "links": links,
        "meaning": _meaning(),
    }
    return render(request, "authority/people.html", context)


@step_up
@command_views.command_view
@at_organisation(AUTHORITY, Can.LINK_PEOPLE)
def invite_first(request: OrganisationRequest, pk: int) -> HttpResponse:
    """Invite the first person in a team, or the first person at a provider from an imported list."""
    hosted = Organisation.objects.filter(host=request.organisation).exclude(kind=Organisation.Kind.SCHOOL)
    organisation = get_object_or_404(hosted.select_related("host"), pk=pk)
    team = organisation.kind == Organisation.Kind.TEAM
    form = (InviteFirstPersonOfBuyerForm if team else InviteFirstPersonForm).of(
        request, **({"roles": TEAM_ROLES} if team else {})
    )
    return _invite_first(request, form, organisation, partial(commands.invite_first_person, organisation))


@step_up
@command_views.command_view
@at_organisation(AUTHORITY, Can.LINK_PEOPLE)
def invite_first_of_school(request: OrganisationRequest, urn: int) -> HttpResponse:
    """Invite the first person at a school in the area.

    The school is added from the register if it is not on Calloff yet.
    """
    school = registers.find_school(urn)
    if school is None or school_lookup.host_of(school) != request.organisation:
        raise Http404
    form = InviteFirstPersonOfBuyerForm.of(request, roles=SCHOOL_ROLES)
    return _invite_first(request, form, school, partial(partners.invite_first_person, urn))


@step_up
@command_views.command_view
@at_organisation(AUTHORITY, Can.LINK_PEOPLE)
def invite_first_people(request: OrganisationRequest) -> HttpResponse:
    """Invite many providers' first people together, from a table."""
    explained = {
        "heading": "Invite the first person at each provider",
        "columns": [
            ("Provider", "the provider’s name, as on your list"),
            ("Name", "the person’s name, if you want it shown in your list"),
            ("Email", "an email address that you know belongs to the person"),
            ("Role", "leave this empty, because the first person becomes provider lead and signatory"),
        ],
        "without_people": list(members.listed_without_people(request.organisation, request.now)),
        "meaning": [
            "Use this for providers on your list where no one manages people yet. We will email each person a link. "
            "When they accept, they can act for the provider and invite their colleagues.",
        ],
    }
    return bulk_invitation_pages.invite_from_table(
        request, commands.invite_first_people, explained, path_at_organisation(request, "authority:people")
    )


def _invite_first(request: OrganisationRequest, form: Any, organisation: object, command: Any) -> HttpResponse:
    back = path_at_organisation(request, "authority:people")
    if form.attempt(command, by=request.user, at=request.now):
        return command_views.redirect_done(request, invitation_pages.describe_outcome(form.result), back)
    meaning = [
        f"No one acts for {organisation} yet. Ask {organisation} who should, and use an email address that you "
        "know belongs to that person.",
        f"We will email the person a link. When they accept, they can act for {organisation} and invite their "
        "colleagues.",
    ]
    return command_views.render_command(
        request, form, heading=f"Invite the first person at {organisation}", meaning=meaning, button="Send invitation",
        cancel=back,
    )  # fmt: skip


@step_up
@command_views.command_view
@at_organisation(AUTHORITY, Can.MANAGE_PEOPLE)
def end(request: OrganisationRequest, pk: int) -> HttpResponse:
    grant = _grant(request, pk)
    form = ConfirmForm.of(request)
    if form.attempt(commands.end, grant, by=request.user, at=request.now):
        return command_views.redirect_done(
            request, f"{grant.person}’s role “{grant.get_role_display()}” has ended.", "authority:people"
        )
    return render(request, "authority/person_end.html", {"grant": grant, "form": form})


@step_up
@command_views.command_view
@at_organisation(AUTHORITY, Can.MANAGE_PEOPLE)
def close_account(request: OrganisationRequest, pk: int) -> HttpResponse:
    """Close the account of a colleague who has left and cannot do so, and who has no role elsewhere."""
    person, form = _grant(request, pk).person, ConfirmForm.of(request)
    name, back = person.name, path_at_organisation(request, "authority:people")
    if person.pk == request.user.pk:
        raise ActionNotPermitted(Can.MANAGE_PEOPLE)
    if form.attempt(close_account_for, person, by=request.user, at=request.now, employer=request.organisation):
        return command_views.redirect_done(request, f"{name}’s account has been closed.", back)
    meaning = [
        f"{name} will lose every role at {request.organisation}, and will be signed out straight away. We will email "
        "them. You cannot undo this.",
        "The history will still show what they did. If they need to use Calloff again, they must create a new account.",
    ]
    return command_views.render_command(
        request, form, heading=f"Close {name}’s account", meaning=meaning, button="Close account", cancel=back,
        stops=True,
    )  # fmt: skip


@step_up
@command_views.command_view
@at_organisation(AUTHORITY, Can.LINK_PEOPLE)
def reapprove(request: OrganisationRequest, pk: int) -> HttpResponse:
    grant = _grant(request, pk)
    if grant.person_id == request.user.pk:
        raise ActionNotPermitted(Can.LINK_PEOPLE)
    form = ConfirmForm.of(request)
    if form.attempt(commands.reapprove, grant, by=request.user, at=request.now):
        return command_views.redirect_done(
            request, f"{grant.person} has the role of “{grant.get_role_display()}” again.", "authority:people"
        )
    return render(request, "authority/person_reapprove.html", {"grant": grant, "form": form})


@require_safe
@at_organisation(AUTHORITY, Can.OVERSEE)
def history(request: OrganisationRequest) -> HttpResponse:
    grants = RoleGrant.objects.filter(organisation=request.organisation).select_related("person")
    records = [*grants, *name_changes_of(grant.person_id for grant in grants if grant.status != RoleGrantStatus.ENDED)]
    people = ("People", path_at_organisation(request, "authority:people"))
    breadcrumbs = [("Home", path_at_organisation(request, "authority:home")), people, ("History", "")]
    return pages.render_history(request, *records, context={"heading": "History of roles", "breadcrumbs": breadcrumbs})


def _grant(request: OrganisationRequest, pk: int) -> RoleGrant:
    current = RoleGrant.objects.filter(organisation=request.organisation).exclude(status=RoleGrantStatus.ENDED)
    return get_object_or_404(current.select_related("person", "organisation__host"), pk=pk)


def _sides(grant: RoleGrant) -> set[int | None]:
    return {grant.organisation_id, grant.organisation.host_id}


def _meaning() -> list[tuple[str, str]]:
    """Describe what each role that an authority can give allows a person to do."""
    return [(str(role.label), invitation_pages.describe_role(role)) for role in AUTHORITY_ROLES]


AUTHORITY_INVITATION_PAGES = invitation_pages.InvitationPages(
    AUTHORITY,
    roles=lambda _: AUTHORITY_ROLES,
    does={role: invitation_pages.describe_role(role) for role in AUTHORITY_ROLES},
)


DETAILS_ACTIONS = RecordActions(  # decision letters print the authority's address
    AUTHORITY,
    "details",
    lambda request: request.organisation,
    back=lambda request, _: path_at_organisation(request, "authority:people"),
    needs=(Can.MANAGE_PEOPLE,),
    rows=(
        RecordAction(
            commands.amend_details,
            path="amend",
            linked_from="authority/people.html",
            form=details_form,
            heading="Change the council’s details",
            meaning=["The address is printed on decision letters and agreements."],
            button="Save details",
            done="Details changed",
        ),
    ),
)
