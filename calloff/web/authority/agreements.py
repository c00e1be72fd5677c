"""Agreements: the list, the text as it is pinned, and the countersignature with a code sent by email."""

from typing import Any

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from calloff.agreements import commands, queries
from calloff.agreements.models import Agreement
from calloff.history.transitions import may
from calloff.members.models import Member
from calloff.members.states import STANDING
from calloff.partners import commands as partners
from calloff.people.permissions import Can
from calloff.web import agreement_signing, command_views, list_pages
from calloff.web.authority import partnerships, presenters
from calloff.web.authority.forms import AgreementFilter, Countersign, Why
from calloff.web.authority.lookups import agreement as found
from calloff.web.downloads import as_attachment
from calloff.web.history import pages
from calloff.web.jinja_environment import roles_in_words, url
from calloff.web.permissions import AUTHORITY, NotYours, at_organisation, step_up
from calloff.web.request import AtOrganisation


@require_safe
@at_organisation(AUTHORITY, Can.OVERSEE)
def agreements(request: AtOrganisation) -> HttpResponse:
    filters = AgreementFilter.of(request)
    rows = queries.of_authority(request.organisation, person=request.user, at=request.now)
    rows = queries.narrowed(rows, **list_pages.asked(filters))
    page = list_pages.list_page(request, rows, ("-offered_at", "-pk"), one="agreement", filters=filters)
    return render(request, "authority/agreements.html", page | {"telling": presenters})


@require_safe
@at_organisation(AUTHORITY, Can.OVERSEE)
def record(request: AtOrganisation, reference: str) -> HttpResponse:
    one = found(request, reference)
    context = {
        "agreement": one,
        "signatures": list(one.signatures.order_by("signed_at")),
        "members": list(Member.objects.filter(agreement=one).select_related("lot").order_by("lot__number")),
        "can_end": one.kind == Agreement.Kind.PROVIDER and may(one, "end", request.user, request.now),
        "can_countersign": _may_countersign(one, request),
        **partnerships.page(request, one),
        "telling": presenters,
        "back_to_list": list_pages.back_to(request, "authority:agreements"),
    }
    return render(request, "authority/agreement.html", context)


@require_safe
@at_organisation(AUTHORITY, Can.OVERSEE)
def history(request: AtOrganisation, reference: str) -> HttpResponse:
    one = found(request, reference)
    context = {
        "agreement": one,
        "telling": presenters,
        "back_to_list": list_pages.back_to(request, "authority:agreements"),
    }
    return pages.page(request, one, context=context, frame="authority/agreement_frame.html")


@step_up
@command_views.asks
@at_organisation(AUTHORITY, Can.OVERSEE)
def countersign(request: AtOrganisation, reference: str) -> HttpResponse:
    one = found(request, reference)
    command_views.must(request, one, _verb(one))
    form = Countersign.of(request, initial={"name": request.user.name, "role": roles_in_words(request)})
    if form.attempt(*_command(one), by=request.user, at=request.now):
        words = f"{reference} is in force. We have emailed {one.first} and saved a digitally sealed copy."
        return command_views.done(request, words, "authority:agreement", reference)
    page = {"agreement": one, "form": form, "signatures": list(one.signatures.order_by("signed_at"))}
    return render(request, "authority/countersign.html", page | partnerships.page(request, one))


@command_views.asks
@at_organisation(AUTHORITY, Can.OVERSEE)
def end(request: AtOrganisation, reference: str) -> HttpResponse:
    one = found(request, reference)
    if one.kind != Agreement.Kind.PROVIDER:
        raise Http404
    command_views.must(request, one, "end")
    form = Why.of(request)
    if form.attempt(commands.end, one, by=request.user, at=request.now):
        return command_views.done(
            request, f"{reference} has ended. We have told the provider.", "authority:agreement", reference
        )
    standing = Member.objects.filter(agreement=one, status__in=STANDING).select_related("lot").order_by("lot__number")
    return render(request, "authority/agreement_end.html", {"agreement": one, "form": form, "members": list(standing)})


@require_POST
@at_organisation(AUTHORITY, Can.OVERSEE)
def send_code(request: AtOrganisation, reference: str) -> HttpResponse:
    one = found(request, reference)
    command_views.must(request, one, _verb(one))
    to_sign = url("authority:agreement-countersign", request.organisation.slug, reference)
    to_read = url("authority:agreement", request.organisation.slug, reference)
    return agreement_signing.send_code(request, one, to_sign=to_sign, to_read=to_read)


@require_safe
@at_organisation(AUTHORITY, Can.OVERSEE)
def paper(request: AtOrganisation, reference: str) -> HttpResponseBase:
    """Hand out the sealed copy of an agreement that both sides have signed."""
    one: Agreement = found(request, reference)
    if one.paper is None:
        raise Http404
    return as_attachment(one.paper)


def _verb(agreement: Agreement) -> str:
    """Name the verb by which the authority signs: never a placement agreement, which the buyer countersigns."""
    if agreement.kind == Agreement.Kind.PLACEMENT:
        raise NotYours(Can.COUNTERSIGN)
    return "countersign" if agreement.kind == Agreement.Kind.PROVIDER else "bind"


def _may_countersign(agreement: Agreement, request: AtOrganisation) -> bool:
    if agreement.kind == Agreement.Kind.PLACEMENT:
        return False
    return may(agreement, _verb(agreement), request.user, request.now)


def _command(agreement: Agreement) -> tuple[Any, Any]:
    if agreement.kind == Agreement.Kind.PARTNERSHIP:
        return partners.countersign, partnerships.of(agreement)
    return commands.countersign, agreement
