"""Agreements: the list, the text as it is pinned, and the countersignature with a code sent by e-mail."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from calloff.agreements import commands, queries
from calloff.agreements.models import Agreement
from calloff.agreements.states import Status
from calloff.history.steps import may
from calloff.members.models import Member
from calloff.members.states import STANDING
from calloff.people.permissions import Can
from calloff.web import kept
from calloff.web.access import AUTHORITY, at_organisation, step_up
from calloff.web.authority import lists, telling
from calloff.web.authority.forms import AgreementFilter, Countersign, Why
from calloff.web.authority.records import SeeOther, asks, back_to, done, must
from calloff.web.authority.records import agreement as found
from calloff.web.downloads import as_attachment
from calloff.web.jinja import roles_in_words, url


@require_safe
@at_organisation(AUTHORITY, Can.OVERSEE)
def agreements(request: Any) -> HttpResponse:
    filters = AgreementFilter.of(request)
    rows = queries.of_authority(request.organisation, person=request.user, at=request.now)
    rows = queries.narrowed(rows, **lists.asked(filters))
    page = lists.listing(request, rows, ("-offered_at", "-pk"), one="agreement", filters=filters)
    return render(request, "authority/agreements.html", page | {"telling": telling})


@require_safe
@at_organisation(AUTHORITY, Can.OVERSEE)
def record(request: Any, reference: str) -> HttpResponse:
    one = found(request, reference)
    context = {
        "agreement": one,
        "signatures": list(one.signatures.order_by("signed_at")),
        "members": list(Member.objects.filter(agreement=one).select_related("lot").order_by("lot__number")),
        "can_end": may(one, "end", request.user, request.now),
        "can_countersign": may(one, "countersign", request.user, request.now),
        "telling": telling,
        "back_to_list": back_to(request, "authority:agreements"),
    }
    return render(request, "authority/agreement.html", context)


@require_safe
@at_organisation(AUTHORITY, Can.OVERSEE)
def history(request: Any, reference: str) -> HttpResponse:
    one = found(request, reference)
    context = {"agreement": one, "telling": telling, "back_to_list": back_to(request, "authority:agreements")}
    return render(request, "authority/agreement_history.html", context | telling.story(request, one))


@step_up
@asks
@at_organisation(AUTHORITY, Can.OVERSEE)
def countersign(request: Any, reference: str) -> HttpResponse:
    one = found(request, reference)
    must(request, one, "countersign")
    form = Countersign.of(request, initial={"name": request.user.name, "role": roles_in_words(request)})
    if form.attempt(commands.countersign, one, by=request.user, at=request.now):
        words = f"{reference} is in force. We have told the provider, and the sealed copy is kept."
        return done(request, words, "authority:agreement", reference)
    signatures = list(one.signatures.order_by("signed_at"))
    return render(request, "authority/countersign.html", {"agreement": one, "form": form, "signatures": signatures})


@asks
@at_organisation(AUTHORITY, Can.OVERSEE)
def end(request: Any, reference: str) -> HttpResponse:
    one = found(request, reference)
    must(request, one, "end")
    form = Why.of(request)
    if form.attempt(commands.end, one, by=request.user, at=request.now):
        return done(request, f"{reference} has ended. We have told the provider.", "authority:agreement", reference)
    standing = Member.objects.filter(agreement=one, status__in=STANDING).select_related("lot").order_by("lot__number")
    return render(request, "authority/agreement_end.html", {"agreement": one, "form": form, "members": list(standing)})


@require_POST
@at_organisation(AUTHORITY, Can.OVERSEE)
def send_code(request: Any, reference: str) -> HttpResponse:
    """Send the person a fresh code, and lead back to where it is entered, with what they have typed there."""
    one = found(request, reference)
    must(request, one, "countersign")
    if one.status == Status.TO_COUNTERSIGN:
        commands.send_code(one, by=request.user, at=request.now)
    messages.success(request, f"We have sent a code to {request.user.email}. It works for 15 minutes.")
    back = url("authority:agreement-countersign", request.organisation.slug, reference)
    return SeeOther(kept.leading_back(request, back))


@require_safe
@at_organisation(AUTHORITY, Can.OVERSEE)
def paper(request: Any, reference: str) -> HttpResponseBase:
    """Hand out the sealed copy of an agreement that both sides have signed."""
    one: Agreement = found(request, reference)
    if one.paper is None:
        raise Http404
    return as_attachment(one.paper)
