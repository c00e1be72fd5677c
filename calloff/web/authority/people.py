"""People: who holds which role at the authority, and who waits to be let in."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from calloff.people import commands, queries
from calloff.people.models import Grant
from calloff.people.permissions import GRANTS, MEANING, Can, Role
from calloff.people.states import GrantStatus
from calloff.web import histories, verbs
from calloff.web.access import AUTHORITY, NotYours, at_organisation
from calloff.web.authority.forms import ByEmail
from calloff.web.forms import Confirm
from calloff.web.http import AtOrganisation
from calloff.web.navigation import within
from calloff.web.our_organisation import SAID, Details


@require_safe
@at_organisation(AUTHORITY, Can.OVERSEE)
def people(request: AtOrganisation) -> HttpResponse:
    ours, person, at = request.organisation, request.user, request.now
    links = person.can(Can.LINK_PEOPLE, at=ours, when=at)
    context = {
        "grants": list(queries.colleagues(ours)),
        "asked": list(queries.requests_to_answer(person, at).filter(answerable=ours)) if links else [],
        "waiting": [one for one in queries.roles_to_reapprove(person, at) if ours.pk in _sides(one)],
        "manages": person.can(Can.MANAGE_PEOPLE, at=ours, when=at),
        "meaning": _meaning(),
    }
    return render(request, "authority/people.html", context)


@verbs.asks
@at_organisation(AUTHORITY, Can.MANAGE_PEOPLE)
def amend_details(request: AtOrganisation) -> HttpResponse:
    """Change an authority's address, telephone number and website: its decision letters print the address."""
    ours = request.organisation
    form = Details.of(request, initial={name: getattr(ours, name) for name in SAID})
    return verbs.carry_out(
        request, form, commands.amend_details, ours, said="Details changed",
        back=within(request, "authority:people"), heading="Change the authority’s details",
        meaning=["Decision letters and agreements print the address."], button="Save details",
    )  # fmt: skip


@verbs.asks
@at_organisation(AUTHORITY, Can.MANAGE_PEOPLE)
def appoint(request: AtOrganisation) -> HttpResponse:
    form = ByEmail.of(request)
    form.is_valid()
    if form.attempt(commands.appoint, request.organisation, form.person, by=request.user, at=request.now):
        words = f"{form.person} is {form.result.get_role_display().lower()}. We have told them."
        return verbs.done(request, words, "authority:people")
    return render(request, "authority/person_appoint.html", {"form": form, "meaning": _meaning()})


@verbs.asks
@at_organisation(AUTHORITY, Can.MANAGE_PEOPLE)
def end(request: AtOrganisation, pk: int) -> HttpResponse:
    grant = _grant(request, pk)
    form = Confirm.of(request)
    if form.attempt(commands.end, grant, by=request.user, at=request.now):
        return verbs.done(
            request, f"{grant.person} is no longer {grant.get_role_display().lower()}.", "authority:people"
        )
    return render(request, "authority/person_end.html", {"grant": grant, "form": form})


@verbs.asks
@at_organisation(AUTHORITY, Can.LINK_PEOPLE)
def reapprove(request: AtOrganisation, pk: int) -> HttpResponse:
    grant = _grant(request, pk)
    if grant.person_id == request.user.pk:
        raise NotYours(Can.LINK_PEOPLE)
    form = Confirm.of(request)
    if form.attempt(commands.reapprove, grant, by=request.user, at=request.now):
        return verbs.done(request, f"{grant.person} is {grant.get_role_display().lower()} again.", "authority:people")
    return render(request, "authority/person_reapprove.html", {"grant": grant, "form": form})


@require_safe
@at_organisation(AUTHORITY, Can.OVERSEE)
def history(request: AtOrganisation) -> HttpResponse:
    grants = Grant.objects.filter(organisation=request.organisation).select_related("person")
    people = ("People", within(request, "authority:people"))
    breadcrumbs = [("Home", within(request, "authority:home")), people, ("History", "")]
    return histories.page(request, *grants, context={"heading": "History of roles", "breadcrumbs": breadcrumbs})


def _grant(request: AtOrganisation, pk: int) -> Grant:
    current = Grant.objects.filter(organisation=request.organisation).exclude(status=GrantStatus.ENDED)
    return get_object_or_404(current.select_related("person", "organisation__host"), pk=pk)


def _sides(grant: Grant) -> set[int | None]:
    return {grant.organisation_id, grant.organisation.host_id}


def _meaning() -> list[tuple[str, str]]:
    """Say of each role of an authority what it may do."""
    return [
        (str(role.label), "; ".join(MEANING[can] for can in Can if can in GRANTS[role] and can != Can.OVERSEE))
        for role in Role
        if Can.OVERSEE in GRANTS[role]
    ]
