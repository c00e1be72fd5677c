"""Pages about an organisation's details and its people, for providers, schools and teams.

Each audience makes its own `OrganisationPages` and includes the URLs from `urls`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django import forms
from django.db.models.functions import Lower
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_safe

from calloff.people import commands, queries
from calloff.people.models import Organisation, RoleGrant
from calloff.people.permissions import Can, Role
from calloff.people.states import RoleGrantStatus
from calloff.web import command_views, list_pages, old_addresses, record_actions
from calloff.web.forms_ui.field_errors import text_errors, web_address_errors
from calloff.web.forms_ui.forms import PageForm
from calloff.web.forms_ui.widgets import TelephoneInput
from calloff.web.navigation import path_at_organisation, path_if_routed
from calloff.web.people import api_keys, bulk_invitation_pages, invitation_pages
from calloff.web.permissions import at_organisation
from calloff.web.record_actions import RecordAction, RecordActions
from calloff.web.request import OrganisationRequest
from calloff.web.session import sign_in_rules

CONTACT_DETAIL_FIELDS = ("address", "telephone", "website")


@dataclass(frozen=True)
class OrganisationPages:
    """One audience's settings for these pages. `key` starts the names of its routes."""

    key: str
    called: Callable[[Organisation], str]  # the pages' title: “Our school”
    facts: Callable[[Organisation], list[tuple[str, str]]]  # details that people cannot change on these pages
    checked: Callable[[Organisation], str]  # a sentence about where those details come from
    roles: Callable[[Organisation], Iterable[Role]]
    adds: str  # who can add colleagues, for people who cannot do it themselves
    more: tuple[tuple[str, str], ...]  # the text and route of each of the organisation's other pages


class OrganisationDetailsForm(PageForm):
    address = forms.CharField(
        label="Address",
        required=False,
        max_length=500,
        widget=forms.Textarea({"rows": 4}),
        error_messages=text_errors("Address"),
    )
    telephone = forms.CharField(
        label="Telephone",
        required=False,
        max_length=30,
        widget=TelephoneInput,
        error_messages=text_errors("Telephone number"),
    )
    website = forms.URLField(
        label="Website",
        required=False,
        max_length=200,
        assume_scheme="https",
        error_messages=web_address_errors("Website"),
    )


def details_form(request: OrganisationRequest, organisation: Organisation) -> OrganisationDetailsForm:
    """Make the form for changing an organisation's details, filled with the current ones."""
    current = {name: getattr(organisation, name) for name in CONTACT_DETAIL_FIELDS}
    return OrganisationDetailsForm.of(request, initial=current)


def urls(house: OrganisationPages) -> list[URLPattern]:
    def read(view: command_views.View) -> command_views.View:
        return require_safe(at_organisation(house.key)(command_views.bind_side(view, house)))

    def managed(view: command_views.View) -> command_views.View:
        return command_views.command_view(
            at_organisation(house.key, Can.MANAGE_PEOPLE)(command_views.bind_side(view, house))
        )

    inviting = invitation_pages.InvitationPages(house.key, house.roles, invitation_pages.ROLE_DESCRIPTIONS)
    return [
        path("details", read(details), name="details"),
        *record_actions.urls(_details_actions(house), "details"),
        path("people", read(people), name="people"),
        *invitation_pages.urls(inviting),
        # these old URLs are kept until December 2027, for people who saved them
        path("people/add", managed(lead_to_inviting), name="people-add"),
        *bulk_invitation_pages.urls(inviting),
        *record_actions.urls(_role_actions(house), "people/<int:pk>"),
        *api_keys.urls(house.key),
        *sign_in_rules.urls(house.key),
    ]


def lead_to_inviting(house: OrganisationPages, request: OrganisationRequest) -> HttpResponse:
    return old_addresses.redirect_old_address(request, f"{house.key}:people-invite")


def details(house: OrganisationPages, request: OrganisationRequest) -> HttpResponse:
    organisation = request.organisation
    managed = ((api_keys.API_KEYS_TITLE, "api-keys"), (sign_in_rules.SIGN_IN_RULES_TITLE, "sign-in"))
    more = house.more + (managed if _manages(request) else ())
    links = [(words, path_if_routed(f"{house.key}:{route}", organisation.slug)) for words, route in more]
    page = {
        "ours": organisation,
        "called": house.called(organisation),
        "facts": house.facts(organisation),
        "checked": house.checked(organisation),
        "to_amend": path_at_organisation(request, f"{house.key}:details-amend") if _manages(request) else None,
        "to_people": path_at_organisation(request, f"{house.key}:people"),
        "more": links,
    }
    return render(request, "parts/details.html", page)


def people(house: OrganisationPages, request: OrganisationRequest) -> HttpResponse:
    """List the people who act for the organisation, those who have asked to do so, and open invitations."""
    organisation = request.organisation
    grants = queries.colleagues(organisation).annotate(by_name=Lower("person__name"))
    page = list_pages.list_context(request, grants, ("by_name", "pk"), one="role")
    waiting = queries.requests_to_answer(request.user, request.now).filter(organisation=organisation)
    page |= {"requests": list(waiting), "manages": _manages(request), "reapproves": _reapproves(request)}
    page["invitations"] = list(queries.invitations_of(organisation)) if _manages(request) else []
    crumbs = [(house.called(organisation), path_at_organisation(request, f"{house.key}:details")), ("People", None)]
    return render(request, "parts/people.html", page | {"house": house, "breadcrumbs": crumbs})


def _reapproves(request: OrganisationRequest) -> set[int]:
    """Find the roles that this person can restore after a change of email address.

    They are other people's suspended roles. If someone at an organisation can link people, they decide about their
    colleagues' roles there, so the host is not asked.
    """
    if not request.user.can(Can.LINK_PEOPLE, organisation=request.organisation, at=request.now):
        return set()
    waiting = RoleGrant.objects.filter(organisation=request.organisation, status=RoleGrantStatus.SUSPENDED)
    return set(waiting.exclude(person=request.user).values_list("pk", flat=True))


def _manages(request: OrganisationRequest) -> bool:
    return request.user.can(Can.MANAGE_PEOPLE, organisation=request.organisation, at=request.now)


def _find_role(request: OrganisationRequest, pk: int) -> RoleGrant:
    held = RoleGrant.objects.filter(organisation=request.organisation).select_related("person", "organisation")
    return get_object_or_404(held, pk=pk)


def _what_ending_means(request: OrganisationRequest, grant: RoleGrant) -> list[str]:
    meaning = [f"{grant.person} will no longer be able to do what this role allows at {grant.organisation}."]
    return [*meaning, "This is your own role."] if grant.person_id == request.user.pk else meaning


def _details_actions(house: OrganisationPages) -> RecordActions[Organisation]:
    return RecordActions(
        house.key,
        "details",
        lambda request: request.organisation,
        back=lambda request, _: path_at_organisation(request, f"{house.key}:details"),
        needs=(Can.MANAGE_PEOPLE,),
        rows=(
            RecordAction(
                commands.amend_details,
                path="amend",
                linked_from="people/organisation_pages.py",
                form=details_form,
                heading="Change your details",
                button="Save",
                done="Details saved",
            ),
        ),
    )


def _role_actions(house: OrganisationPages) -> RecordActions[RoleGrant]:
    def people_page(request: OrganisationRequest, grant: RoleGrant) -> str:
        return path_at_organisation(request, f"{house.key}:people")

    return RecordActions(
        house.key,
        "role",
        _find_role,
        key="pk",
        back=people_page,
        needs=(Can.MANAGE_PEOPLE,),
        rows=(
            RecordAction(
                commands.end,
                linked_from="parts/people.html",
                step_up=True,
                heading=lambda _, grant: f"End {grant.person}’s role: {grant.get_role_display()}",
                meaning=_what_ending_means,
                button="End the role",
                stops=True,
                done=lambda _, grant: f"{grant.person} no longer has the role of “{grant.get_role_display()}”.",
                then=lambda request, grant: (
                    reverse("account:home") if grant.person_id == request.user.pk else people_page(request, grant)
                ),
            ),
        ),
    )
