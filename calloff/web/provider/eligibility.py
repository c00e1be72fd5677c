"""A market's eligibility questions, asked before an application starts and when categories are added."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from calloff.applications import commands
from calloff.applications.eligibility import asks_eligibility, require_eligible
from calloff.applications.models import Application
from calloff.kernel.lifecycles import Refused
from calloff.markets.models import Market
from calloff.people.permissions import Can
from calloff.web import command_views
from calloff.web.forms_ui.eligibility_form import EligibilityForm
from calloff.web.permissions import PROVIDER, at_organisation
from calloff.web.provider import lookups
from calloff.web.provider.forms import ChooseLotsForm
from calloff.web.request import OrganisationRequest


@command_views.command_view
@at_organisation(PROVIDER, Can.APPLY)
def before_applying(request: OrganisationRequest, code: str) -> HttpResponse:
    """Ask the chosen categories' eligibility questions. If the answers pass, the application starts."""
    market = get_object_or_404(Market.objects.public().select_related("authority", "eligibility"), code=code)
    lots = _named(request, market)
    if not lots or not market.is_open_at(request.now) or not asks_eligibility(market, lots):
        return command_views.SeeOther(reverse("provider:market-apply", args=[request.organisation.slug, code]))
    form = _form(request, market, lots, {})
    if not form.asks_more and form.attempt(
        commands.start, market, provider=request.organisation, lots=list(lots), by=request.user, at=request.now
    ):
        words = f"Application {form.result.reference} started. You have not sent anything yet."
        return command_views.redirect_done(request, words, "provider:application", form.result.reference)
    back = f"{reverse('provider:market-apply', args=[request.organisation.slug, code])}?{_query(lots)}"
    return _page(request, market, lots, form, back=back, button="Start application")


@command_views.command_view
@at_organisation(PROVIDER, Can.APPLY)
def for_categories(request: OrganisationRequest, reference: str) -> HttpResponse:
    """Ask the eligibility questions for the categories that an application will have."""
    application = lookups.find_application(request, reference)
    market, lots = application.market, _named(request, application.market) or _lots_of(application)
    if not asks_eligibility(market, lots):
        raise Http404
    form = _form(request, market, lots, application.eligibility.answers if application.eligibility else {})
    if not form.asks_more and form.attempt(
        commands.choose_lots, application, lots=list(lots), by=request.user, at=request.now
    ):
        return command_views.redirect_done(request, "Eligibility answers saved", "provider:application", reference)
    back = reverse("provider:application-choose-lots", args=[request.organisation.slug, reference])
    return _page(request, market, lots, form, back=back, button="Save and continue", application=application)


def redirect_to_eligibility(
    request: OrganisationRequest, market: Market, form: ChooseLotsForm, application: Application | None = None
) -> HttpResponse | None:
    """Redirect to the eligibility questions, if one for the chosen categories has no answer yet.

    Otherwise, it returns None.
    """
    if request.method != "POST" or not market.is_open_at(request.now) or not form.is_valid():
        return None
    chosen = set(form.cleaned_data["lots"])
    lots = {lot.number: lot.title for lot in market.lots.order_by("number") if lot.number in chosen}
    if not lots:
        return None
    check = application.eligibility if application else None
    try:
        require_eligible(market, lots, check.answers if check else None)
    except Refused:
        name, key = (
            ("application-eligibility", application.reference) if application else ("market-eligibility", market.code)
        )
        address = reverse(f"provider:{name}", args=[request.organisation.slug, key])
        return command_views.SeeOther(f"{address}?{_query(lots)}")
    return None


def _form(
    request: OrganisationRequest, market: Market, lots: Mapping[int, str], known: Mapping[str, Any]
) -> EligibilityForm:
    if market.eligibility is None:
        raise Http404
    return EligibilityForm.to_apply(request, market.eligibility.definition, lots, known)


def _page(
    request: OrganisationRequest, market: Market, lots: Mapping[int, str], form: EligibilityForm, **page: Any
) -> HttpResponse:
    return render(request, "provider/eligibility.html", {"market": market, "lots": lots, "form": form, **page})


def _named(request: OrganisationRequest, market: Market) -> dict[int, str]:
    """Return the categories in the query string that exist in the market."""
    named = {number for number in request.GET.getlist("lots") if number.isascii() and number.isdecimal()}
    return {lot.number: lot.title for lot in market.lots.order_by("number") if str(lot.number) in named}


def _lots_of(application: Application) -> dict[int, str]:
    return {
        lot.number: lot.title for lot in application.market.lots.order_by("number") if lot.number in application.lots
    }


def _query(lots: Mapping[int, str]) -> str:
    return urlencode({"lots": list(lots)}, doseq=True)
