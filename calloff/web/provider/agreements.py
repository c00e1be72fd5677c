"""Agreements: reading them whole, and signing for the provider."""

from typing import Any

from django.db.models import Q
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from calloff.agreements import commands, queries
from calloff.agreements.models import Agreement
from calloff.agreements.states import UNSIGNED, Status
from calloff.kernel.clock import local_day
from calloff.people.models import User
from calloff.people.permissions import Can
from calloff.placements import commands as placing
from calloff.placements import queries as placements
from calloff.placements.suspensions import agreements_without_promises, require_membership_for_promise
from calloff.web import agreement_signing, command_views, list_pages
from calloff.web.downloads import as_attachment
from calloff.web.history import pages
from calloff.web.navigation import parts, within
from calloff.web.permissions import PROVIDER, at_organisation, step_up
from calloff.web.provider import lookups
from calloff.web.provider.forms import Sign
from calloff.web.request import AtOrganisation

STATES: list_pages.States = {
    "unsigned": ("Awaiting a signature", Q(status__in=UNSIGNED)),
    "in_force": ("In force", Q(status=Status.IN_FORCE)),
    "over": ("Superseded or ended", Q(status__in=[Status.SUPERSEDED, Status.ENDED])),
}


@require_safe
@at_organisation(PROVIDER)
def agreement_list(request: AtOrganisation) -> HttpResponse:
    ours = queries.of_provider(request.organisation, person=request.user, at=request.now)
    filters, found = list_pages.in_state(request, ours, STATES, everything="All agreements")
    page = list_pages.list_page(request, found, ("-offered_at", "-pk"), one="agreement", filters=filters)
    more = {"today": local_day(request.now), "paused": agreements_without_promises(page["rows"])}
    return render(request, "provider/agreements.html", page | more)


@require_safe
@at_organisation(PROVIDER)
def agreement(request: AtOrganisation, reference: str) -> HttpResponse:
    found = lookups.agreement(request, reference)
    signatories = list(User.objects.who_can(Can.SIGN, at=request.organisation, when=request.now).order_by("name"))
    paused = bool(agreements_without_promises([found]))
    may_sign = request.user in signatories and found.status == Status.TO_SIGN and not paused
    page = {
        "paused": paused and found.is_unsigned,
        "signatories": signatories,
        "may_sign": may_sign,
        "signatures": list(found.signatures.order_by("signed_at")),
    }
    return render(request, "provider/agreement.html", _page(request, found) | page)


@require_POST
@at_organisation(PROVIDER, Can.SIGN)
def send_code(request: AtOrganisation, reference: str) -> HttpResponse:
    found, to = lookups.agreement(request, reference), _to(request, "agreement", reference)
    return agreement_signing.send_code(request, found, to_sign=_to(request, "agreement-sign", reference), to_read=to)


@command_views.asks
@step_up
@at_organisation(PROVIDER, Can.SIGN)
def sign(request: AtOrganisation, reference: str) -> HttpResponse:
    """Ask for the name, the role, the authority and the code, once a code has been sent."""
    found = lookups.agreement(request, reference)
    command_views.must(request, found, "sign")
    one = placements.of_agreement(found)
    if one is not None and request.method != "POST":
        require_membership_for_promise(one, "sign")
    form = Sign.of(request, initial={"name": request.user.name})
    command, record = (commands.sign, found) if one is None else (placing.sign, one)
    if form.attempt(command, record, by=request.user, at=request.now):
        return command_views.SeeOther(_to(request, "agreement-sign-done", reference))
    page = {"form": form, "agreement": found, "code_sent": agreement_signing.code_sent(request, form)}
    return render(request, "provider/sign.html", page)


@require_safe
@at_organisation(PROVIDER)
def signed(request: AtOrganisation, reference: str) -> HttpResponse:
    found = lookups.agreement(request, reference)
    if found.status == Status.TO_SIGN:
        raise Http404
    return render(request, "provider/signed.html", {"agreement": found, "to_placement": _placement(request, found)})


@require_safe
@at_organisation(PROVIDER)
def paper(request: AtOrganisation, reference: str) -> HttpResponseBase:
    """Hand out the sealed copy of an agreement in force."""
    found = lookups.agreement(request, reference)
    if found.paper is None:
        raise Http404
    return as_attachment(found.paper)


@require_safe
@at_organisation(PROVIDER)
def history(request: AtOrganisation, reference: str) -> HttpResponse:
    found = lookups.agreement(request, reference)
    record = ("Agreements", within(request, "provider:agreements")), (reference, _to(request, "agreement", reference))
    shown = {"caption": reference, "heading": "History", "breadcrumbs": record}
    return pages.page(request, found, context=_page(request, found) | shown)


def _placement(request: AtOrganisation, found: Agreement) -> str | None:
    """Return the page of the placement that an agreement is about, for whoever may see it."""
    if found.buyer is None or not request.user.can(Can.TAKE_REGISTER, at=request.organisation, when=request.now):
        return None
    seen = placements.of_provider(request.organisation, person=request.user, at=request.now)
    one = seen.filter(agreement=found).first()
    return within(request, "provider:placement", one.reference) if one else None


def _to(request: AtOrganisation, route: str, reference: str) -> str:
    return reverse(f"provider:{route}", args=[request.organisation.slug, reference])


def _page(request: AtOrganisation, found: Agreement) -> dict[str, Any]:
    hrefs = [("Agreement", _to(request, "agreement", found.reference))]
    hrefs.append(("History", _to(request, "agreement-history", found.reference)))
    return {"agreement": found, "parts": parts(request, hrefs), "today": local_day(request.now)}
