"""The sign-in rules of an organisation: whether emailed codes are allowed, and resets of a second step that was
lost.

Providers, buyers and authorities share these pages. Each audience includes the URLs with `*sign_in_rules.urls(BUYER)`.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_safe

from calloff.accounts import commands, queries
from calloff.accounts.models import FactorReset
from calloff.history.transitions import is_allowed
from calloff.kernel.formatting import format_datetime, format_list
from calloff.people.models import Organisation, RoleGrant, User
from calloff.people.permissions import Can
from calloff.people.queries import colleagues
from calloff.web import command_views, list_pages, record_actions
from calloff.web.forms_ui.field_errors import email_errors
from calloff.web.forms_ui.forms import ConfirmForm, PageForm
from calloff.web.forms_ui.widgets import EmailInput
from calloff.web.navigation import HOME_ROUTES, path_at_organisation
from calloff.web.permissions import at_organisation, step_up
from calloff.web.record_actions import RecordAction, RecordActions
from calloff.web.request import OrganisationRequest
from calloff.web.work_items import WorkItem

SIGN_IN_RULES_TITLE = "How people sign in"
SIGN_IN_RULES_PARENT_PAGES = {  # the title and the route of the page that links to these pages, by audience
    "provider": ("Our organisation", "details"),
    "buyer": ("Our organisation", "details"),
    "authority": ("People", "people"),
}


EMAIL_CODES_QUESTION = "Can people use a code sent by email as their second step for signing in?"


class EmailCodesForm(PageForm):
    one_question = True
    email_codes = forms.TypedChoiceField(
        label=EMAIL_CODES_QUESTION,
        help_text="Everyone can use an authenticator app or a security key, which are safer.",
        choices=[("yes", "Yes"), ("no", "No, only an authenticator app or a security key")],
        coerce=lambda answer: answer == "yes",
        widget=forms.RadioSelect,
        error_messages={"required": "Select yes or no", "invalid_choice": "Select yes or no"},
    )


class FindPersonForm(PageForm):
    email = forms.EmailField(
        max_length=254,
        label="The person’s email address",
        widget=EmailInput({"autocomplete": "off"}),
        error_messages=email_errors("Enter the person’s email address"),
    )


def urls(audience: str) -> list[URLPattern]:
    """Return the URLs of these pages for `provider`, `buyer` or `authority`."""

    def bound(view: Callable[..., HttpResponse], *permissions: str) -> Any:
        return at_organisation(audience, *permissions)(command_views.bind_side(view, audience))

    addresses = [
        path("sign-in", require_safe(bound(rules, Can.LINK_PEOPLE)), name="sign-in"),
        *record_actions.urls(_sign_in_actions(audience), "sign-in"),
        path(
            "sign-in/resets/<int:pk>/ask",
            command_views.command_view(step_up(bound(ask_reset, Can.MANAGE_PEOPLE))),
            name="reset-ask",
        ),
        *record_actions.urls(_reset_actions(audience), "sign-in/resets/<int:pk>"),
        path(
            "sign-in/resets/<int:pk>/cancel",
            command_views.command_view(bound(cancel_reset, Can.MANAGE_PEOPLE)),
            name="reset-cancel",
        ),
    ]
    if audience == "authority":
        addresses.append(
            path("sign-in/resets/find", command_views.command_view(bound(find, Can.MANAGE_PEOPLE)), name="reset-find")
        )
    return addresses


def reset_due_items(organisation: Organisation, person: User, at: datetime) -> Iterator[WorkItem]:
    """Yield the reset requests by other organisations that this organisation can stop, with the time when each
    takes effect.
    """
    audience = HOME_ROUTES[Organisation.Kind(organisation.kind)].partition(":")[0]
    for reset in queries.resets_to_stop(person, organisation, at):
        who_asked = f"{reset.asked_by.name} at {reset.asking}"
        task = f"Check the reset of {reset.person.name}’s second step, requested by {who_asked}"
        otherwise = f"the reset will take effect a day after a second person at {reset.organisation} confirms it"
        if reset.works_from is not None:
            otherwise = f"the reset will take effect at {format_datetime(reset.works_from)}"
        href = reverse(f"{audience}:reset-cancel", args=[organisation.slug, reset.pk])
        yield WorkItem(task, href, str(organisation), reset.works_from, otherwise=otherwise)


def rules(audience: str, request: OrganisationRequest) -> HttpResponse:
    """Show what is allowed, the resets that are open here, and the people for whom someone can request a reset."""
    organisation = request.organisation
    page = list_pages.list_context(
        request, _one_role_each(organisation, request.user), ("pk",), one="person", many="people"
    )
    words, route = SIGN_IN_RULES_PARENT_PAGES[audience]
    manages = request.user.can(Can.MANAGE_PEOPLE, organisation=organisation, at=request.now)
    page |= {
        "audience": audience, "email_codes": queries.allows_email_codes(organisation), "manages": manages,
        "breadcrumbs": [(words, path_at_organisation(request, f"{audience}:{route}")), (SIGN_IN_RULES_TITLE, None)],
        "roles": _roles_of(page["rows"]), "asked": _with_an_open_reset(page["rows"]),
        "resets": [(reset, _verbs(reset, request)) for reset in _seen(request).still_open().order_by("asked_at", "pk")],
    }  # fmt: skip
    return render(request, "parts/sign_in_rules.html", page)


def ask_reset(audience: str, request: OrganisationRequest, pk: int) -> HttpResponse:
    """Request a reset for a colleague, who is identified by their role, or for the only person at a hosted
    organisation.
    """
    grant = get_object_or_404(RoleGrant.objects.select_related("person", "organisation"), pk=pk)
    hosted = commands.may_ask_for(grant.organisation, request.organisation, grant.person, request.now)
    if grant.organisation_id != request.organisation.pk and not hosted:
        raise Http404
    form = ConfirmForm.of(request)
    if form.attempt(
        commands.ask_reset,
        grant.person,
        grant.organisation,
        asking=request.organisation,
        by=request.user,
        at=request.now,
    ):
        words = f"Reset requested. Someone else must confirm it. We have emailed {grant.person.name}."
        return command_views.redirect_done(request, words, _back(audience, request))
    meaning = [
        f"Use this when {grant.person.name} has lost their authenticator app or security key. Call them first, on a "
        "number you know, to check that they asked for this.",
        "A second person must confirm the reset. It takes effect 24 hours after that. "
        f"{grant.person.name} can stop it at any time.",
        "They will then sign in with their password and set up a new second step.",
    ]
    return command_views.render_command(
        request, form, heading=f"Reset the second step for "
            f"{grant.person.name}", meaning=meaning, button="Request reset",
        cancel=_back(audience, request), stops=True,
    )  # fmt: skip


def cancel_reset(audience: str, request: OrganisationRequest, pk: int) -> HttpResponse:
    """Cancel a reset that was requested here, or stop a reset by another organisation that affects this one."""
    reset, form = get_object_or_404(_seen(request), pk=pk), ConfirmForm.of(request)
    if not is_allowed(reset, "cancel_reset", request.user, request.now):
        return _refuse(audience, request, reset, form)
    if form.attempt(commands.cancel_reset, reset, by=request.user, at=request.now):
        return command_views.redirect_done(request, "Reset cancelled.", _back(audience, request))
    return command_views.render_command(
        request, form, heading=f"Cancel the reset for {reset.person.name}", button="Cancel reset",
        cancel=_back(audience, request), meaning=[f"{reset.person.name} will be able to sign in as before."],
    )  # fmt: skip


def _refuse(audience: str, request: OrganisationRequest, reset: FactorReset, form: ConfirmForm) -> HttpResponse:
    organisation = request.organisation
    if not queries.may_refuse_reset(request.user, organisation, reset, request.now):
        command_views.require_permission(request, reset, "cancel_reset")
    if form.attempt(commands.refuse_reset, reset, organisation=organisation, by=request.user, at=request.now):
        return command_views.redirect_done(request, "Reset stopped.", _back(audience, request))
    return command_views.render_command(
        request, form, cancel=_back(audience, request), heading=f"Stop the reset for {reset.person.name}",
        button="Stop reset",
        meaning=[
            f"{reset.organisation} has requested this reset. {reset.person.name} also has a role in your organisation "
            "or in one that you host.",
            f"{reset.person.name} will be able to sign in as before. We will email {reset.asked_by.name}.",
        ],
    )  # fmt: skip


def find(audience: str, request: OrganisationRequest) -> HttpResponse:
    """Find the only people administrator at a hosted organisation, by their email address."""
    form = FindPersonForm.of(request)
    if form.is_valid():
        held = RoleGrant.objects.in_force(request.now).filter(
            person__email__iexact=form.cleaned_data["email"], organisation__host=request.organisation
        )
        for grant in held.select_related("person", "organisation").order_by("pk"):
            if commands.may_ask_for(grant.organisation, request.organisation, grant.person, request.now):
                return command_views.SeeOther(path_at_organisation(request, f"{audience}:reset-ask", grant.pk))
        form.add_error(
            "email",
            "This person is not the only people administrator at any organisation in your area, so a "
            "colleague can reset their second step",
        )
    return command_views.render_command(
        request, form, heading="Find someone with no colleagues on Calloff", button="Continue",
        cancel=_back(audience, request),
        meaning=["If an organisation has two people administrators or more, they can reset second steps themselves."],
    )  # fmt: skip


def _one_role_each(organisation: Organisation, besides: User) -> QuerySet[RoleGrant]:
    """Return one role of each colleague, so that a person with several roles has only one row."""
    one_each = colleagues(organisation).exclude(person=besides).order_by("person", "pk").distinct("person")
    return RoleGrant.objects.filter(pk__in=one_each.values("pk")).select_related("person", "organisation")


def _roles_of(grants: Iterable[RoleGrant]) -> dict[int, str]:
    """Return all roles that each of these people has at their organisation, by person."""
    all_grants = list(grants)
    role_labels: dict[int, list[str]] = {}
    for grant in all_grants and colleagues(all_grants[0].organisation).filter(
        person__in=[each.person_id for each in all_grants]
    ):
        role_labels.setdefault(grant.person_id, []).append(grant.get_role_display())
    return {person: format_list(roles) for person, roles in role_labels.items()}


def _with_an_open_reset(grants: Iterable[RoleGrant]) -> set[int]:
    people = [grant.person_id for grant in grants]
    return set(FactorReset.objects.still_open().filter(person__in=people).values_list("person", flat=True))


def _seen(request: OrganisationRequest) -> Any:
    """Return the resets that this organisation can see.

    They are for its own people or for people at organisations that it hosts, or they affect it in another way.
    """
    seen = FactorReset.objects.visible_to(request.user, request.now).of(request.organisation)
    return seen.select_related("person", "organisation__host", "asking", "asked_by", "confirmed_by")


def _verbs(reset: FactorReset, request: OrganisationRequest) -> dict[str, bool]:
    of_the_two = request.user.pk in {reset.person_id, reset.asked_by_id}
    return {
        "confirm": is_allowed(reset, "confirm_reset", request.user, request.now) and not of_the_two,
        "cancel": is_allowed(reset, "cancel_reset", request.user, request.now),
        "refuse": queries.may_refuse_reset(request.user, request.organisation, reset, request.now),
    }


def _back(audience: str, request: OrganisationRequest) -> str:
    return path_at_organisation(request, f"{audience}:sign-in")


def _email_codes_form(request: OrganisationRequest, organisation: Organisation) -> EmailCodesForm:
    return EmailCodesForm.of(
        request, initial={"email_codes": "yes" if queries.allows_email_codes(organisation) else "no"}
    )


def _find_reset(request: OrganisationRequest, pk: int) -> FactorReset:
    reset: FactorReset = get_object_or_404(_seen(request), pk=pk)
    return reset


def _sign_in_actions(audience: str) -> RecordActions[Organisation]:
    return RecordActions(
        audience,
        "sign-in",
        lambda request: request.organisation,
        back=lambda request, _: _back(audience, request),
        needs=(Can.MANAGE_PEOPLE,),
        rows=(
            RecordAction(
                commands.set_sign_in,
                path="set",
                linked_from="parts/sign_in_rules.html",
                step_up=True,
                form=_email_codes_form,
                heading=EMAIL_CODES_QUESTION,
                button="Save",
                done="Sign-in rules saved.",
            ),
        ),
    )


def _reset_actions(audience: str) -> RecordActions[FactorReset]:
    return RecordActions(
        audience,
        "reset",
        _find_reset,
        key="pk",
        back=lambda request, _: _back(audience, request),
        needs=(Can.LINK_PEOPLE,),
        rows=(
            RecordAction(
                commands.confirm_reset,
                path="confirm",
                linked_from="parts/sign_in_rules.html",
                step_up=True,
                heading=lambda _, reset: f"Confirm the reset for {reset.person.name}",
                meaning=lambda _, reset: [
                    f"{reset.asked_by.name} has told us that {reset.person.name} can no longer use their "
                    f"second step to sign in. Call {reset.person.name} yourself, on a number you know, before you "
                    f"confirm.",
                    f"We will email {reset.person.name}. In 24 hours they can sign in with their password alone and "
                    "set up a new second step.",
                ],
                button="Confirm reset",
                stops=True,
                done="Reset confirmed. It takes effect in 24 hours.",
            ),
        ),
    )
