"""Agreements: read the full text, and sign for the provider."""

from typing import Any

from django.db.models import Q
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from calloff.agreements import commands, queries
from calloff.agreements.models import Agreement
from calloff.agreements.states import UNSIGNED_STATUSES, AgreementStatus
from calloff.kernel.clock import local_day
from calloff.people.models import User
from calloff.people.permissions import Can
from calloff.placements import commands as placing
from calloff.placements import queries as placements
from calloff.placements.suspensions import agreements_without_promises, require_membership_for_promise
from calloff.web import agreement_signing, command_views, list_pages
from calloff.web.downloads import as_attachment
from calloff.web.history import pages
from calloff.web.navigation import path_at_organisation, record_parts
from calloff.web.permissions import PROVIDER, at_organisation, step_up
from calloff.web.provider import lookups
from calloff.web.provider.forms import ProviderSigningForm
from calloff.web.request import OrganisationRequest

AGREEMENT_LIST_STATES: list_pages.StateFilters = {
    "unsigned": ("Waiting for signature", Q(status__in=UNSIGNED_STATUSES)),
    "in_force": ("In force", Q(status=AgreementStatus.IN_FORCE)),
    "over": ("Superseded or ended", Q(status__in=[AgreementStatus.SUPERSEDED, AgreementStatus.ENDED])),
}


@require_safe
@at_organisation(PROVIDER)
def agreement_list(request: OrganisationRequest) -> HttpResponse:
    agreements = queries.of_provider(request.organisation, person=request.user, at=request.now)
    filters, filtered = list_pages.filter_by_state(
        request, agreements, AGREEMENT_LIST_STATES, everything="All agreements"
    )
    page = list_pages.list_context(request, filtered, ("-offered_at", "-pk"), one="agreement", filters=filters)
    more = {"today": local_day(request.now), "paused": agreements_without_promises(page["rows"])}
    return render(request, "provider/agreements.html", page | more)


@require_safe
@at_organisation(PROVIDER)
def agreement(request: OrganisationRequest, reference: str) -> HttpResponse:
    agreement = lookups.find_agreement(request, reference)
    signatories = list(
        User.objects.who_can(Can.SIGN, organisation=request.organisation, at=request.now).order_by("name")
    )
    paused = bool(agreements_without_promises([agreement]))
    may_sign = request.user in signatories and agreement.status == AgreementStatus.TO_SIGN and not paused
    page = {
        "paused": paused and agreement.is_unsigned,
        "signatories": signatories,
        "may_sign": may_sign,
        "signatures": list(agreement.signatures.order_by("signed_at")),
    }
    return render(request, "provider/agreement.html", _page(request, agreement) | page)


@require_POST
@at_organisation(PROVIDER, Can.SIGN)
def send_code(request: OrganisationRequest, reference: str) -> HttpResponse:
    agreement, to = lookups.find_agreement(request, reference), _to(request, "agreement", reference)
    return agreement_signing.send_code(
        request, agreement, to_sign=_to(request, "agreement-sign", reference), to_read=to
    )


@command_views.command_view
@step_up
@at_organisation(PROVIDER, Can.SIGN)
def sign(request: OrganisationRequest, reference: str) -> HttpResponse:
    """Ask for the code, once it has been sent, and the person's name, role and authority to sign."""
    agreement = lookups.find_agreement(request, reference)
    command_views.require_permission(request, agreement, "sign")
    placement = placements.of_agreement(agreement)
    if placement is not None and request.method != "POST":
        require_membership_for_promise(placement, "sign")
    form = ProviderSigningForm.of(request, initial={"name": request.user.name})
    command, record = (commands.sign, agreement) if placement is None else (placing.sign, placement)
    if form.attempt(command, record, by=request.user, at=request.now):
        return command_views.SeeOther(_to(request, "agreement-sign-done", reference))
    page = {"form": form, "agreement": agreement, "code_sent": agreement_signing.is_code_sent(request, form)}
    return render(request, "provider/sign.html", page)


@require_safe
@at_organisation(PROVIDER)
def signed(request: OrganisationRequest, reference: str) -> HttpResponse:
    agreement = lookups.find_agreement(request, reference)
    if agreement.status == AgreementStatus.TO_SIGN:
        raise Http404
    return render(
        request, "provider/signed.html", {"agreement": agreement, "to_placement": _placement(request, agreement)}
    )


@require_safe
@at_organisation(PROVIDER)
def paper(request: OrganisationRequest, reference: str) -> HttpResponseBase:
    """Serve the sealed copy of an agreement in force."""
    agreement = lookups.find_agreement(request, reference)
    if agreement.paper is None:
        raise Http404
    return as_attachment(agreement.paper)


@require_safe
@at_organisation(PROVIDER)
def history(request: OrganisationRequest, reference: str) -> HttpResponse:
    agreement = lookups.find_agreement(request, reference)
    record = (
        ("Agreements", path_at_organisation(request, "provider:agreements")),
        (reference, _to(request, "agreement", reference)),
    )
    shown = {"caption": reference, "heading": "History", "breadcrumbs": record}
    return pages.render_history(request, agreement, context=_page(request, agreement) | shown)


def _placement(request: OrganisationRequest, agreement: Agreement) -> str | None:
    """Return the page of an agreement's placement, if the person is allowed to see it."""
    if agreement.buyer is None or not request.user.can(
        Can.TAKE_REGISTER, organisation=request.organisation, at=request.now
    ):
        return None
    seen = placements.of_provider(request.organisation, person=request.user, at=request.now)
    placement = seen.filter(agreement=agreement).first()
    return path_at_organisation(request, "provider:placement", placement.reference) if placement else None


def _to(request: OrganisationRequest, route: str, reference: str) -> str:
    return reverse(f"provider:{route}", args=[request.organisation.slug, reference])


def _page(request: OrganisationRequest, agreement: Agreement) -> dict[str, Any]:
    hrefs = [("Agreement", _to(request, "agreement", agreement.reference))]
    hrefs.append(("History", _to(request, "agreement-history", agreement.reference)))
    return {"agreement": agreement, "parts": record_parts(request, hrefs), "today": local_day(request.now)}
