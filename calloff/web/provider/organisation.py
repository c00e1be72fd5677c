"""Our organisation: what it says of itself, and the people who act for it."""

from django.db.models.functions import Lower
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from calloff.kernel.states import Refused
from calloff.people import commands, queries
from calloff.people.models import Grant
from calloff.people.permissions import Can
from calloff.people.states import GrantStatus
from calloff.web import lists, verbs
from calloff.web.access import PROVIDER, at_organisation
from calloff.web.forms import Confirm
from calloff.web.http import AtOrganisation
from calloff.web.provider.forms import Colleague, Details


@require_safe
@at_organisation(PROVIDER)
def details(request: AtOrganisation) -> HttpResponse:
    page = {"provider": request.organisation, "may_amend": _manages(request)}
    return render(request, "provider/details.html", page)


@verbs.asks
@at_organisation(PROVIDER, Can.MANAGE_PEOPLE)
def amend(request: AtOrganisation) -> HttpResponse:
    provider = request.organisation
    form, back = Details.of(request, initial=Details.of_organisation(provider)), _to(request, "details")
    if form.attempt(commands.amend_details, provider, by=request.user, at=request.now):
        return verbs.done(request, "Your details are saved.", back)
    return verbs.ask(request, form, heading="Change your details", button="Save", cancel=back)


@require_safe
@at_organisation(PROVIDER)
def people(request: AtOrganisation) -> HttpResponse:
    """List who acts for the provider, and who asks to."""
    found = queries.colleagues(request.organisation).annotate(by_name=Lower("person__name"))
    page = lists.list_page(request, found, ("by_name", "pk"), one="role")
    waiting = queries.requests_to_answer(request.user, request.now).filter(organisation=request.organisation)
    page |= {"requests": list(waiting), "manages": _manages(request), "reapproves": _reapproves(request)}
    return render(request, "provider/people.html", page)


@verbs.asks
@at_organisation(PROVIDER, Can.MANAGE_PEOPLE)
def appoint(request: AtOrganisation) -> HttpResponse:
    form, back = Colleague.of(request), _to(request, "people")
    if form.attempt(_appoint, request):
        return verbs.done(request, f"{form.result.person} is {form.result.get_role_display()} now, and is told.", back)
    meaning = ["They need an account of their own first: they make one with “Sign in”, then “Create an account”."]
    return verbs.ask(request, form, heading="Add a colleague", meaning=meaning, button="Add", cancel=back)


@verbs.asks
@at_organisation(PROVIDER, Can.MANAGE_PEOPLE)
def end(request: AtOrganisation, pk: int) -> HttpResponse:
    held = Grant.objects.filter(organisation=request.organisation).select_related("person", "organisation")
    grant, form = get_object_or_404(held, pk=pk), Confirm.of(request)
    back = _to(request, "people")
    verbs.must(request, grant, "end")
    if form.attempt(commands.end, grant, by=request.user, at=request.now):
        words = f"{grant.person} is no longer {grant.get_role_display()}."
        return verbs.done(request, words, back if grant.person_id != request.user.pk else reverse("account:home"))
    meaning = [f"From now on {grant.person} cannot do what this role allows at {grant.organisation}."]
    if grant.person_id == request.user.pk:
        meaning.append("This is your own role.")
    return verbs.ask(
        request, form, heading=f"End {grant.person}’s role: {grant.get_role_display()}", meaning=meaning,
        button="End the role", cancel=back, stops=True,
    )  # fmt: skip


def _appoint(request: AtOrganisation, *, email: str, role: str) -> Grant:
    person = queries.by_email(email)
    if person is None:
        raise Refused(
            "Nobody has an account with this address. Ask them to create one, and add them then; or ask them to find "
            f"{request.organisation} under “Register or join a provider”.",
            "email",
        )
    return commands.appoint(request.organisation, person, role=role, by=request.user, at=request.now)


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


def _to(request: AtOrganisation, route: str) -> str:
    return reverse(f"provider:{route}", args=[request.organisation.slug])
