"""Ask the council a question about a market, for a provider or for yourself, and read the answer."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models.functions import Lower
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from calloff.applications import commands
from calloff.applications.models import Enquiry
from calloff.kernel.keyset_pagination import DEFAULT_PAGE_SIZE
from calloff.markets.models import Market
from calloff.markets.queries import find_public_market
from calloff.people.models import Organisation
from calloff.people.permissions import Can, roles_with
from calloff.web import command_views, list_pages
from calloff.web.forms_ui.field_errors import choice_errors, text_errors
from calloff.web.forms_ui.forms import ConfirmForm, UnmarkedForm, textarea_field
from calloff.web.permissions import signed_in
from calloff.web.request import Request

NO_PROVIDER, NO_PROVIDER_VALUE = (
    "Myself",
    "-",
)  # the choice for someone who does not act for a provider, or is not asking on its behalf


class AskTeamForm(UnmarkedForm):
    question = textarea_field(
        "Your question",
        "Do not include anything about a child. The council might publish your question and the answer, without names.",
        errors=text_errors("Your question"),
    )
    provider = forms.ChoiceField(
        label="Who are you asking for?",
        required=False,
        widget=forms.RadioSelect,
        error_messages=choice_errors("Select who you are asking for"),
    )

    def __init__(self, *args: Any, providers: list[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.providers = offer_providers(self, providers)

    def clean_provider(self) -> Organisation | None:
        return self.providers.get(self.cleaned_data["provider"])


@command_views.command_view
@signed_in
def ask(request: Request, authority: str, slug: str) -> HttpResponse:
    market = public_market(authority, slug)
    form = AskTeamForm.of(request, providers=providers_applied_for(request))
    if form.attempt(commands.ask_team, market, by=request.user, at=request.now):
        messages.success(request, "Question sent")
        return command_views.SeeOther(reverse("account:enquiry", args=[form.result.pk]))
    mine = Enquiry.objects.asked_by_side_of(request.user, request.now).filter(market=market)
    asked = list_pages.part_of_list(request, mine, ("-asked_at", "-pk"), DEFAULT_PAGE_SIZE)
    page = {"form": form, "market": market, "contact": market.pack.contact, "asked": asked}
    return render(request, "account/enquiry_ask.html", page)


@require_safe
@signed_in
def record(request: Request, pk: int) -> HttpResponse:
    enquiry = _mine(request, pk)
    page = {"enquiry": enquiry, "contact": enquiry.market.pack.contact, "now": request.now}
    return render(request, "account/enquiry.html", page)


@command_views.command_view
@signed_in
def withdraw(request: Request, pk: int) -> HttpResponse:
    enquiry, form = _mine(request, pk), ConfirmForm.of(request)
    back = reverse("account:enquiry", args=[pk])
    command_views.require_permission(request, enquiry, "withdraw_enquiry")
    if form.attempt(commands.withdraw_enquiry, enquiry, by=request.user, at=request.now):
        messages.success(request, "Question withdrawn")
        return command_views.SeeOther(back)
    return command_views.render_command(
        request,
        form,
        heading="Withdraw your question",
        caption=enquiry.market.code,
        quoted=enquiry.question,
        meaning=["The council will not answer this question. You can ask another question at any time."],
        button="Withdraw question",
        cancel=back,
        stops=True,
    )


def offer_providers(form: UnmarkedForm, providers: list[Organisation]) -> dict[str, Organisation]:
    """Set the choices of a form's provider field, and return the providers by slug.

    If there is only one provider, it is preselected. If there are several, the person must choose.
    """
    field: Any = form.fields["provider"]
    chosen = {provider.slug: provider for provider in providers}
    field.choices = [*((slug, one.name) for slug, one in chosen.items()), (NO_PROVIDER_VALUE, NO_PROVIDER)]
    field.required = len(providers) > 1
    if len(providers) == 1:
        field.initial = providers[0].slug
    elif not providers:
        del form.fields["provider"]
    return chosen


def public_market(authority: str, slug: str) -> Market:
    """Return a market that anyone can see. Raises Http404 if there is none."""
    market = find_public_market(authority, slug)
    if market is None:
        raise Http404
    return market


def providers_applied_for(request: Request) -> list[Organisation]:
    """Return the providers for which a person can apply, by name."""
    keys = request.user.organisations_where(roles_with(Can.APPLY), request.now)
    return list(Organisation.objects.filter(pk__in=keys).order_by(Lower("name"), "pk"))


def _mine(request: Request, pk: int) -> Enquiry:
    mine = Enquiry.objects.asked_by_side_of(request.user, request.now)
    enquiry: Enquiry = get_object_or_404(mine.select_related("market__authority", "provider", "asked_by"), pk=pk)
    return enquiry
