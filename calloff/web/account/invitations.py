"""Invitations that the reader opens from an email or after sign-in, and can accept or decline.

Anyone can open the link, including mail scanners. So GET changes nothing and shows only who invites the person, and to
which role. Anyone with the link can create an account with the invited address, which then counts as confirmed. Roles
can be accepted only after sign-in.
"""

from typing import Any

from allauth.account.adapter import get_adapter
from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods

from calloff.kernel.lifecycles import Refused
from calloff.links.commands import use_link
from calloff.links.queries import find_link
from calloff.people import commands, queries
from calloff.people.commands.invitation_emails import INVITATION_LINK_PURPOSE
from calloff.people.models import Invitation, Organisation
from calloff.people.permissions import Role
from calloff.people.states import InvitationStatus
from calloff.web import command_views
from calloff.web.chosen_market import path_to_apply
from calloff.web.forms_ui.forms import ConfirmForm, PageForm
from calloff.web.navigation import home_path
from calloff.web.people.invitation_pages import ROLE_DESCRIPTIONS, describe_role
from calloff.web.permissions import public, signed_in
from calloff.web.request import Request, mark_unlisted

# the session key under which allauth's stash_verified_email stores an address
CONFIRMED_IN_SESSION = "account_verified_email"


class AcceptInvitationForm(PageForm):
    """Ask the person to confirm that they understand what will change.

    The question is asked only if something will change.
    """

    not_optional = frozenset({"understood"})

    understood = forms.BooleanField(
        label="I understand what will change",
        required=False,
        error_messages={"required": "Confirm that you understand"},
    )

    def __init__(self, *args: Any, asks: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not asks:
            del self.fields["understood"]


@require_http_methods(["GET", "HEAD", "POST"])
@public
def by_link(request: Request) -> HttpResponse:
    """Show an invitation to anyone who has its link.

    They can create an account with the invited address, or decline (POST).
    """
    token = request.GET.get("key", "")
    link = find_link(token, purpose=INVITATION_LINK_PURPOSE, at=request.now)
    invitation = _invitations().filter(pk=link.record_id).first() if link else None
    if invitation is None or _is_over(invitation, request):
        return mark_unlisted(render(request, "account/link_not_working.html", status=404))
    answer = reverse("account:invitation-accept", args=[invitation.pk])
    if request.user.is_authenticated and request.user.email.lower() == invitation.email:
        return mark_unlisted(redirect(answer))
    if request.POST.get("do") == "decline":
        return mark_unlisted(_decline_by_link(request, token))
    if request.method == "POST":
        if request.user.is_authenticated:
            raise PermissionDenied("You are already signed in. Sign out first to create another account.")
        # if the form is submitted twice, the second submission must not use the link again
        if request.session.get(CONFIRMED_IN_SESSION) != invitation.email:
            try:
                use_link(token, purpose=INVITATION_LINK_PURPOSE, at=request.now)
            except Refused:
                return mark_unlisted(render(request, "account/link_not_working.html", status=404))
            get_adapter().stash_verified_email(request, invitation.email)
        return mark_unlisted(redirect(f"{reverse('account:sign-up')}?{urlencode({'next': answer})}"))
    page = {"invitation": invitation, "does": role_descriptions(invitation), "answer": answer}
    return mark_unlisted(render(request, "account/invitation_link.html", page))


@command_views.command_view
@signed_in
def accept(request: Request, pk: int) -> HttpResponse:
    invitation = _mine(request, pk)
    if _is_over(invitation, request):
        return render(request, "account/invitation_over.html", {"invitation": invitation, "now": request.now})
    conflicts = queries.conflicts_of(request.user, invitation.organisation, request.now)
    form = AcceptInvitationForm.of(request, asks=bool(conflicts))
    if form.attempt(commands.accept_invitation, invitation, by=request.user, at=request.now):
        organisation = form.result.organisation
        if form.result.status == InvitationStatus.TO_CONFIRM:
            messages.info(request, confirmation_sentence(form.result))
            return command_views.SeeOther(reverse("account:home"))
        messages.success(request, f"You now act for {organisation}.")
        return command_views.SeeOther(
            path_to_apply(request, organisation) or home_path(organisation) or reverse("account:home")
        )
    page = {
        "invitation": invitation, "form": form, "does": role_descriptions(invitation),
        "changes": describe_lost_access(request, invitation.organisation, conflicts),
    }  # fmt: skip
    return render(request, "account/invitation.html", page)


@command_views.command_view
@signed_in
def decline(request: Request, pk: int) -> HttpResponse:
    invitation, form = _mine(request, pk), ConfirmForm.of(request)
    if form.attempt(commands.decline_invitation, invitation, by=request.user, at=request.now):
        messages.success(request, f"Invitation to act for {invitation.organisation} declined.")
        return command_views.SeeOther(reverse("account:home"))
    meaning = [f"You will not act for {invitation.organisation}. We will tell the person who invited you."]
    return command_views.render_command(
        request, form, heading=f"Decline the invitation from {invitation.inviting}", meaning=meaning,
        button="Decline invitation", cancel=reverse("account:invitation-accept", args=[pk]),
    )  # fmt: skip


def confirmation_sentence(invitation: Invitation) -> str:
    """Return why a person who accepted cannot act for the organisation yet."""
    return (
        f"A second person at {invitation.inviting} must confirm your invitation before you can accept it. We have "
        "emailed them. When they confirm, we will email you a new link."
    )


def describe_lost_access(request: Request, organisation: Organisation, conflicts: list[Organisation]) -> list[str]:
    """Describe what a person would lose by acting for both sides, for them to read before they accept."""
    sentences = []
    provider = organisation.kind == Organisation.Kind.PROVIDER
    for conflicting in conflicts:
        seller, other = (organisation, conflicting) if provider else (conflicting, organisation)
        if other.kind == Organisation.Kind.AUTHORITY:
            sentences.append(
                f"You cannot assess, approve or check {seller} for {other} while you act for both. Colleagues at "
                f"{other} will see that you have a conflict of interest, and will take over that work."
            )
        else:
            sentences.append(
                f"You already act for {conflicting}. {other} buys places. While you also act for a provider, you "
                "cannot see other providers’ prices, and API keys that you created cannot read them."
            )
    return list(dict.fromkeys(sentences))


def _decline_by_link(request: Request, token: str) -> HttpResponse:
    try:
        invitation = commands.decline_by_link(token, at=request.now)
    except Refused:
        return render(request, "account/link_not_working.html", status=404)
    return render(request, "account/invitation_declined.html", {"invitation": invitation})


def _is_over(invitation: Invitation, request: Request) -> bool:
    """Return whether an invitation is over: answered, withdrawn, declined through its link or expired."""
    answered = invitation.status != InvitationStatus.SENT or invitation.declined_by_link_at is not None
    return answered or invitation.has_expired(request.now)


def role_descriptions(invitation: Invitation) -> list[tuple[str, str]]:
    """Return an invitation's roles, each with what it allows a person to do."""
    return [
        (str(Role(role).label), ROLE_DESCRIPTIONS.get(role) or describe_role(Role(role))) for role in invitation.roles
    ]


def _mine(request: Request, pk: int) -> Invitation:
    """Return an invitation to the person's own address. People administrators cannot answer for others."""
    mine = _invitations().filter(email=request.user.email.lower()).exclude(status=InvitationStatus.TO_CONFIRM)
    invitation: Invitation = get_object_or_404(mine, pk=pk)
    return invitation


def _invitations() -> Any:
    return Invitation.objects.select_related("organisation__host", "inviting", "invited_by")
