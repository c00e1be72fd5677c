"""Register interest in a market, withdraw it, and stop the emails with the link in one of them."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from calloff.applications import commands
from calloff.applications.interest_news import interest_of_key
from calloff.applications.models import MarketInterest
from calloff.people.models import Organisation
from calloff.web import command_views
from calloff.web.account.enquiries import offer_providers, providers_applied_for, public_market
from calloff.web.forms_ui.field_errors import choice_errors
from calloff.web.forms_ui.forms import ConfirmForm, UnmarkedForm
from calloff.web.permissions import public, signed_in
from calloff.web.request import Request, mark_unlisted


class RegisterInterestForm(UnmarkedForm):
    """Ask which provider the interest is for, unless the person cannot apply for any provider."""

    provider = forms.ChoiceField(
        label="Who are you registering interest for?",
        required=False,
        widget=forms.RadioSelect,
        error_messages=choice_errors("Select who you are registering interest for"),
    )

    def __init__(self, *args: Any, providers: list[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.providers = offer_providers(self, providers)

    def clean_provider(self) -> Organisation | None:
        return self.providers.get(self.cleaned_data["provider"])


@command_views.command_view
@signed_in
def register(request: Request, authority: str, slug: str) -> HttpResponse:
    market = public_market(authority, slug)
    form = RegisterInterestForm.of(request, providers=providers_applied_for(request))
    if form.attempt(commands.register_interest, market, by=request.user, at=request.now):
        messages.success(request, "Interest registered. We will email you when there is news about applications.")
        return command_views.SeeOther(reverse("public:market", args=[authority, slug]))
    own = MarketInterest.objects.registered().of_side(request.user, request.now).filter(market=market)
    page = {"form": form, "market": market, "now": request.now, "own": list(own.select_related("provider", "person"))}
    return render(request, "account/interest_register.html", page)


@command_views.command_view
@signed_in
def withdraw(request: Request, pk: int) -> HttpResponse:
    own = MarketInterest.objects.of_side(request.user, request.now)
    interest: MarketInterest = get_object_or_404(own.select_related("market__authority", "provider", "person"), pk=pk)
    market, form = interest.market, ConfirmForm.of(request)
    back = reverse("public:market", args=[market.authority.slug, market.slug])
    if form.attempt(commands.withdraw_interest, interest, by=request.user, at=request.now):
        messages.success(request, "Interest withdrawn")
        return command_views.SeeOther(back)
    return command_views.render_command(
        request,
        form,
        heading=f"Withdraw interest in {market}",
        caption=market.code,
        meaning=[f"We will no longer email {interest.party} about this market. You can still apply."],
        button="Withdraw interest",
        cancel=back,
        stops=True,
    )


@csrf_exempt  # mail programs send the POST of RFC 8058, which has no cookie
@require_http_methods(["GET", "HEAD", "POST"])
@public
def by_link(request: Request) -> HttpResponse:
    """Show news about a market to anyone who has the link in an email, and stop these emails (POST).

    A GET changes nothing, because mail scanners open links.
    """
    found = interest_of_key(request.GET.get("key", ""), request.now)
    if found is None:
        raise Http404
    (interest, person), form = found, ConfirmForm.of(request)
    stop = commands.stop_interest_emails if interest.provider else commands.stop_interest
    if person is not None and form.attempt(stop, interest, by=person, at=request.now):
        person = None
    page = {
        "market": interest.market,
        "provider": interest.provider,
        "gets_emails": person is not None,
        "form": form,
        "now": request.now,
    }
    return mark_unlisted(render(request, "account/interest.html", page))
