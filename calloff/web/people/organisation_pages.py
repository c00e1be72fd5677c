"""What an organisation says of itself and who acts for it: the pages that a provider, a school and a team all have.

Each audience makes its own `House` and takes the addresses from it.
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
from calloff.people.models import Grant, Organisation
from calloff.people.permissions import Can, Role
from calloff.people.states import GrantStatus
from calloff.web import command_views, list_pages, old_addresses
from calloff.web.forms_ui.forms import Confirm, Form
from calloff.web.forms_ui.widgets import TelephoneInput
from calloff.web.navigation import link, within
from calloff.web.people import api_keys, bulk_invitation_pages, invitation_pages
from calloff.web.permissions import at_organisation, step_up
from calloff.web.request import AtOrganisation
from calloff.web.session import sign_in_rules

SAID = ("address", "telephone", "website")


@dataclass(frozen=True)
class House:
    """Whose pages these are, and what differs between them. `key` begins the routes."""

    key: str
    called: Callable[[Organisation], str]  # “Our school”
    facts: Callable[[Organisation], list[tuple[str, str]]]  # what is not changed here
    checked: Callable[[Organisation], str]  # where they come from, in a sentence
    roles: Callable[[Organisation], Iterable[Role]]
    adds: str  # who adds colleagues, for those who may not
    more: tuple[tuple[str, str], ...]  # words and routes of what else the organisation keeps


class Details(Form):
    address = forms.CharField(label="Address", required=False, max_length=500, widget=forms.Textarea({"rows": 4}))
    telephone = forms.CharField(label="Telephone", required=False, max_length=30, widget=TelephoneInput)
    website = forms.URLField(label="Website", required=False, max_length=200, assume_scheme="https")


def urls(house: House) -> list[URLPattern]:
    def read(view: command_views.View) -> command_views.View:
        return require_safe(at_organisation(house.key)(command_views.bound(view, house)))

    def managed(view: command_views.View) -> command_views.View:
        return command_views.asks(at_organisation(house.key, Can.MANAGE_PEOPLE)(command_views.bound(view, house)))

    inviting = invitation_pages.Inviting(house.key, house.roles, invitation_pages.DOES)
    return [
        path("details", read(details), name="details"),
        path("details/amend", managed(amend), name="details-amend"),
        path("people", read(people), name="people"),
        *invitation_pages.urls(inviting),
        path("people/add", managed(lead_to_inviting), name="people-add"),  # until December 2027
        *bulk_invitation_pages.urls(inviting),
        path("people/<int:pk>/end", step_up(managed(end)), name="role-end"),
        *api_keys.urls(house.key),
        *sign_in_rules.urls(house.key),
    ]


def lead_to_inviting(house: House, request: AtOrganisation) -> HttpResponse:
    return old_addresses.lead_to(request, f"{house.key}:people-invite")


def details(house: House, request: AtOrganisation) -> HttpResponse:
    ours = request.organisation
    managed = ((api_keys.CALLED, "api-keys"), (sign_in_rules.CALLED, "sign-in"))
    more = house.more + (managed if _manages(request) else ())
    several = [(words, link(f"{house.key}:{route}", ours.slug)) for words, route in more]
    page = {
        "ours": ours, "called": house.called(ours), "facts": house.facts(ours), "checked": house.checked(ours),
        "to_amend": within(request, f"{house.key}:details-amend") if _manages(request) else None,
        "to_people": within(request, f"{house.key}:people"), "more": several,
    }  # fmt: skip
    return render(request, "parts/details.html", page)


def amend(house: House, request: AtOrganisation) -> HttpResponse:
    ours = request.organisation
    form = Details.of(request, initial={name: getattr(ours, name) for name in SAID})
    return command_views.carry_out(
        request, form, commands.amend_details, ours, said="Details saved",
        back=within(request, f"{house.key}:details"), heading="Change your details", button="Save",
    )  # fmt: skip


def people(house: House, request: AtOrganisation) -> HttpResponse:
    """List who acts for the organisation, and who asks to."""
    ours = request.organisation
    found = queries.colleagues(ours).annotate(by_name=Lower("person__name"))
    page = list_pages.list_page(request, found, ("by_name", "pk"), one="role")
    waiting = queries.requests_to_answer(request.user, request.now).filter(organisation=ours)
    page |= {"requests": list(waiting), "manages": _manages(request), "reapproves": _reapproves(request)}
    page["invitations"] = list(queries.invitations_of(ours)) if _manages(request) else []
    crumbs = [(house.called(ours), within(request, f"{house.key}:details")), ("People", None)]
    return render(request, "parts/people.html", page | {"house": house, "breadcrumbs": crumbs})


def end(house: House, request: AtOrganisation, pk: int) -> HttpResponse:
    held = Grant.objects.filter(organisation=request.organisation).select_related("person", "organisation")
    grant, form = get_object_or_404(held, pk=pk), Confirm.of(request)
    back = within(request, f"{house.key}:people")
    command_views.must(request, grant, "end")
    if form.attempt(commands.end, grant, by=request.user, at=request.now):
        words = f"{grant.person} is no longer {grant.get_role_display()}."
        return command_views.done(
            request, words, back if grant.person_id != request.user.pk else reverse("account:home")
        )
    meaning = [f"From now on {grant.person} cannot do what this role allows at {grant.organisation}."]
    if grant.person_id == request.user.pk:
        meaning.append("This is your own role.")
    return command_views.ask(
        request, form, heading=f"End {grant.person}’s role: {grant.get_role_display()}", meaning=meaning,
        button="End the role", cancel=back, stops=True,
    )  # fmt: skip


def _reapproves(request: AtOrganisation) -> set[int]:
    """Find the roles, suspended by a change of address, that the reader may give back: never their own.

    Where a reader links people at the organisation, it is answerable for every colleague's role, and not its host.
    """
    if not request.user.can(Can.LINK_PEOPLE, at=request.organisation, when=request.now):
        return set()
    waiting = Grant.objects.filter(organisation=request.organisation, status=GrantStatus.SUSPENDED)
    return set(waiting.exclude(person=request.user).values_list("pk", flat=True))


def _manages(request: AtOrganisation) -> bool:
    return request.user.can(Can.MANAGE_PEOPLE, at=request.organisation, when=request.now)
