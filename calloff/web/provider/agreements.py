"""Agreements: reading them whole, and signing for the provider."""

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from calloff.agreements import commands, queries
from calloff.agreements.models import Agreement
from calloff.agreements.states import UNSIGNED, Status
from calloff.kernel.clock import local_day
from calloff.people.models import User
from calloff.people.permissions import Can
from calloff.web import kept
from calloff.web.access import PROVIDER, at_organisation, step_up
from calloff.web.downloads import as_attachment
from calloff.web.forms import Confirm
from calloff.web.http import Request
from calloff.web.provider import finding, telling
from calloff.web.provider.finding import get_or_post, ours
from calloff.web.provider.forms import Sign, StateFilter

STATES: dict[str, tuple[str, Q]] = {
    "unsigned": ("Awaiting a signature", Q(status__in=UNSIGNED)),
    "in_force": ("In force", Q(status=Status.IN_FORCE)),
    "over": ("Superseded or ended", Q(status__in=[Status.SUPERSEDED, Status.ENDED])),
}


@require_safe
@at_organisation(PROVIDER)
def agreement_list(request: Request) -> HttpResponse:
    form = StateFilter.of(
        request, states={key: words for key, (words, _) in STATES.items()}, everything="All agreements"
    )
    found = queries.of_provider(ours(request), person=request.user, at=request.now)
    if form.state_chosen:
        found = found.filter(STATES[form.state_chosen][1])
    page = finding.list_page(request, found, ("-offered_at", "-pk"), "agreement")
    page |= {"filter": form, "chosen": finding.chosen(request, form), "today": local_day(request.now)}
    return render(request, "provider/agreements.html", page)


@require_safe
@at_organisation(PROVIDER)
def agreement(request: Request, reference: str) -> HttpResponse:
    found = finding.agreement(request, reference)
    signatories = list(User.objects.who_can(Can.SIGN, at=ours(request), when=request.now).order_by("name"))
    may_sign = request.user in signatories and found.status == Status.TO_SIGN
    page = {
        "signatories": signatories,
        "may_sign": may_sign,
        "signatures": list(found.signatures.order_by("signed_at")),
    }
    return render(request, "provider/agreement.html", _page(request, found) | page)


@require_POST
@at_organisation(PROVIDER, Can.SIGN)
def send_code(request: Request, reference: str) -> HttpResponse:
    """Send the person a fresh code, and lead back to where it is entered, with what they have typed there."""
    found, form = finding.agreement(request, reference), Confirm.of(request)
    if form.attempt(commands.send_code, found, by=request.user, at=request.now):
        messages.success(request, f"A code is on its way to {request.user.email}. It works for 15 minutes.")
        return redirect(kept.leading_back(request, _to(request, "agreement-sign", reference), code="sent"))
    messages.info(request, " ".join(map(str, form.non_field_errors())))
    return redirect(_to(request, "agreement", reference))


@get_or_post
@step_up
@at_organisation(PROVIDER, Can.SIGN)
def sign(request: Request, reference: str) -> HttpResponse:
    """Ask for the name, the role, the authority and the code, once a code has been sent."""
    found = finding.agreement(request, reference)
    if stopped := finding.not_now(request, found, "sign", _to(request, "agreement", reference)):
        return stopped
    form = Sign.of(request, initial={"name": request.user.name})
    if form.attempt(commands.sign, found, by=request.user, at=request.now):
        return redirect(_to(request, "agreement-sign-done", reference))
    code_sent = request.method == "POST" or "code" in request.GET or form.returned
    return render(request, "provider/sign.html", {"form": form, "agreement": found, "code_sent": code_sent})


@require_safe
@at_organisation(PROVIDER)
def signed(request: Request, reference: str) -> HttpResponse:
    found = finding.agreement(request, reference)
    if found.status == Status.TO_SIGN:
        raise Http404
    return render(request, "provider/signed.html", {"agreement": found})


@require_safe
@at_organisation(PROVIDER)
def paper(request: Request, reference: str) -> HttpResponseBase:
    """Hand out the sealed copy of an agreement in force."""
    found = finding.agreement(request, reference)
    if found.paper is None:
        raise Http404
    return as_attachment(found.paper)


@require_safe
@at_organisation(PROVIDER)
def history(request: Request, reference: str) -> HttpResponse:
    found = finding.agreement(request, reference)
    return render(
        request, "provider/agreement_history.html", _page(request, found) | telling.told([found], ours(request))
    )


def _to(request: Request, route: str, reference: str) -> str:
    return reverse(f"provider:{route}", args=[ours(request).slug, reference])


def _page(request: Request, found: Agreement) -> dict[str, object]:
    hrefs = [("Agreement", _to(request, "agreement", found.reference))]
    hrefs.append(("History", _to(request, "agreement-history", found.reference)))
    parts = [(words, href, href == request.path) for words, href in hrefs]
    return {"agreement": found, "parts": parts, "today": local_day(request.now)}
