"""Pages for inviting people to act for an organisation: a provider, school, team or council.

Each audience includes the URLs from `urls`. The pages never reveal whether an account has the address.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path

from calloff.kernel.formatting import format_date, format_list
from calloff.people import commands, queries
from calloff.people.models import Invitation, Organisation
from calloff.people.permissions import PERMISSION_MEANINGS, PERMISSIONS_BY_ROLE, Can, Role, needs_two_people
from calloff.people.states import InvitationStatus
from calloff.web import command_views, record_actions
from calloff.web.forms_ui.field_errors import email_errors
from calloff.web.forms_ui.forms import PageForm
from calloff.web.forms_ui.widgets import EmailInput, HintedCheckboxes
from calloff.web.navigation import path_at_organisation
from calloff.web.permissions import at_organisation, step_up
from calloff.web.record_actions import RecordAction, RecordActions
from calloff.web.request import OrganisationRequest

ROLE_DESCRIPTIONS: dict[str, str] = {
    Role.PROVIDER_LEAD: "Applies, keeps evidence and services up to date, invites colleagues",
    Role.PROVIDER_STAFF: "Keeps evidence, sites, services, prices and places available up to date",
    Role.PROVIDER_SIGNATORY: "Signs agreements",
    Role.PROVIDER_SAFEGUARDING: "Reads child protection information about children placed with you",
    Role.AP_LEAD: "Records pupils, asks providers for places, chooses providers and manages placements",
    Role.COMMISSIONER: "Records pupils, asks providers for places, chooses providers and manages placements",
    Role.HEAD: "Signs agreements, sets the budget, invites colleagues",
    Role.SAFEGUARDING_LEAD: "Makes the safeguarding decision before a child starts",
    Role.FINANCE: "Sets the budget and sees spending",
    Role.BUYER_ADMINISTRATOR: "Invites colleagues and ends roles. Cannot see pupils.",
}
SECOND_PERSON_SENTENCE = (
    "A second person must confirm roles that allow someone to make decisions, see pupils or manage people. If a "
    "colleague also "
    "manages people here, they must confirm the invitation before we send it."
)


class InviteForm(PageForm):
    """An email address, and the roles to which the person is invited."""

    email = forms.EmailField(
        max_length=254,
        label="Email address",
        help_text="Their work address. We will not tell you whether it already has a Calloff account.",
        widget=EmailInput({"autocomplete": "off"}),
        error_messages=email_errors("Enter the email address of the person to invite"),
    )
    roles = forms.MultipleChoiceField(
        label="Roles",
        widget=HintedCheckboxes,
        error_messages={"required": "Select at least one role", "invalid_choice": "Select roles from the list"},
    )

    def __init__(
        self, *args: Any, roles: Iterable[Role], does: Mapping[str, str] = ROLE_DESCRIPTIONS, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["roles"]
        field.choices = [(role.value, role.label) for role in roles]
        field.widget.hints = does


@dataclass(frozen=True)
class InvitationPages:
    """One audience's settings.

    `key` starts the names of its routes. `roles` and `does` list the roles and describe what they allow. Each audience
    must have a people page with the route `{key}:people`.
    """

    key: str
    roles: Callable[[Organisation], Iterable[Role]]
    does: Mapping[str, str]


def urls(audience: InvitationPages) -> list[URLPattern]:
    def page(view: command_views.View, *permissions: str) -> command_views.View:
        return step_up(
            command_views.command_view(
                at_organisation(audience.key, *permissions)(command_views.bind_side(view, audience))
            )
        )

    return [
        path("people/invite", page(invite, Can.MANAGE_PEOPLE), name="people-invite"),
        *record_actions.urls(_invitation_actions(audience), "people/invitations/<int:pk>"),
    ]


def invite(audience: InvitationPages, request: OrganisationRequest) -> HttpResponse:
    organisation, back = request.organisation, path_at_organisation(request, f"{audience.key}:people")
    form = InviteForm.of(request, roles=audience.roles(organisation), does=audience.does)
    if form.attempt(commands.invite_person, organisation, by=request.user, at=request.now):
        return command_views.redirect_done(request, describe_outcome(form.result), back)
    meaning = [
        "We will email the person a link. They can accept or decline within 14 days. They will not have "
        "access until they accept.",
        SECOND_PERSON_SENTENCE,
    ]
    return command_views.render_command(
        request, form, heading="Invite a colleague", meaning=meaning, button="Send invitation", cancel=back
    )


def describe_outcome(invitation: Invitation) -> str:
    """Describe an invitation's result, in the same words whether or not an account has the address."""
    if invitation.status == InvitationStatus.TO_CONFIRM:
        return (
            f"Invitation to {invitation.email} saved. Another administrator must confirm it before we send it. We "
            "have emailed the administrators who can confirm it."
        )
    sent = (
        f"Invitation sent to {invitation.email}. The invitation can be accepted until the end of "
        f"{format_date(invitation.answer_by)}."
    )
    if invitation.is_by_one_person:
        sent += " No one else manages people here, so no second person confirmed the invitation."
    return sent


def describe_role(role: Role) -> str:
    """Describe what a role lets a person do, from the table of permissions."""
    words = "; ".join(
        PERMISSION_MEANINGS[can] for can in Can if can in PERMISSIONS_BY_ROLE[role] and can != Can.OVERSEE
    )
    return words[:1].upper() + words[1:]


def _found(request: OrganisationRequest, pk: int) -> Invitation:
    seen = queries.invitations_of(request.organisation)
    return get_object_or_404(seen.select_related("organisation", "inviting", "invited_by"), pk=pk)


def _what_resending_means(_: OrganisationRequest, invitation: Invitation) -> list[str]:
    meaning = ["We will email a new link. The link we sent before will stop working."]
    if invitation.confirmed_by_id is None and any(needs_two_people(role) for role in invitation.roles):
        meaning.append(SECOND_PERSON_SENTENCE)
    return meaning


def _after_resending(_: OrganisationRequest, invitation: Invitation) -> str:
    if invitation.status == InvitationStatus.TO_CONFIRM:
        return describe_outcome(invitation)
    return f"Invitation sent again to {invitation.email}."


def _invitation_actions(audience: InvitationPages) -> RecordActions[Invitation]:
    return RecordActions(
        audience.key,
        "people-invitation",
        _found,
        key="pk",
        back=lambda request, _: path_at_organisation(request, f"{audience.key}:people"),
        # for a contracts officer who invites a provider's first person
        needs=(Can.MANAGE_PEOPLE, Can.LINK_PEOPLE),
        rows=(
            RecordAction(
                commands.confirm_invitation,
                path="confirm",
                linked_from="parts/invitations.html",
                needs=(Can.MANAGE_PEOPLE,),
                step_up=True,
                heading="Confirm an invitation",
                meaning=lambda _, invitation: [
                    f"{invitation.invited_by} wants to invite {invitation.email} to act for {invitation.organisation} "
                    f"as {format_list(invitation.role_names)}.",
                    "Check that you know this person and that they need the role. If not, withdraw the invitation "
                    "instead.",
                ],
                button="Confirm and send invitation",
                done=lambda _, invitation: describe_outcome(invitation),
            ),
            RecordAction(
                commands.resend_invitation,
                path="resend",
                linked_from="parts/invitations.html",
                step_up=True,
                heading=lambda _, invitation: f"Send the invitation to {invitation.email} again",
                meaning=_what_resending_means,
                button="Send invitation again",
                done=_after_resending,
            ),
            RecordAction(
                commands.withdraw_invitation,
                path="withdraw",
                linked_from="parts/invitations.html",
                step_up=True,
                heading=lambda _, invitation: f"Withdraw the invitation to {invitation.email}",
                meaning=["The link in our email will stop working. You can invite the person again."],
                button="Withdraw invitation",
                stops=True,
                done=lambda _, invitation: f"Invitation to {invitation.email} withdrawn.",
            ),
        ),
    )
