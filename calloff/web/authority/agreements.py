"""Agreements: the list, the text, and the countersignature with an emailed code."""

from typing import Any

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from calloff.agreements import commands, queries
from calloff.agreements.models import Agreement
from calloff.history.transitions import is_allowed
from calloff.members.models import Member
from calloff.members.states import LASTING_STATUSES
from calloff.partners import commands as partners
from calloff.people.permissions import Can
from calloff.web import agreement_signing, command_views, list_pages
from calloff.web.authority import partnerships, presenters
from calloff.web.authority.forms import AgreementFilter, CountersignForm, ReadableReasonForm
from calloff.web.authority.lookups import find_agreement as found
from calloff.web.downloads import as_attachment
from calloff.web.history import pages
from calloff.web.jinja_environment import format_roles, url_for
from calloff.web.permissions import AUTHORITY, ActionNotPermitted, at_organisation, step_up
from calloff.web.request import OrganisationRequest


@require_safe
@at_organisation(AUTHORITY, Can.OVERSEE)
def agreements(request: OrganisationRequest) -> HttpResponse:
    filters = AgreementFilter.of(request)
    rows = queries.of_authority(request.organisation, person=request.user, at=request.now)
    rows = queries.filter_agreements(rows, **list_pages.filter_values(filters))
    page = list_pages.list_context(request, rows, ("-offered_at", "-pk"), one="agreement", filters=filters)
    return render(request, "authority/agreements.html", page | {"telling": presenters})


@require_safe
@at_organisation(AUTHORITY, Can.OVERSEE)
def record(request: OrganisationRequest, reference: str) -> HttpResponse:
    one = found(request, reference)
    context = {
        "agreement": one,
        "signatures": list(one.signatures.order_by("signed_at")),
        "members": list(Member.objects.filter(agreement=one).select_related("lot").order_by("lot__number")),
        "can_end": one.kind == Agreement.Kind.PROVIDER and is_allowed(one, "end", request.user, request.now),
        "can_countersign": _may_countersign(one, request),
        **partnerships.partnership_context(request, one),
        "telling": presenters,
        "back_to_list": list_pages.back_to_list(request, "authority:agreements"),
    }
    return render(request, "authority/agreement.html", context)


@require_safe
@at_organisation(AUTHORITY, Can.OVERSEE)
def history(request: OrganisationRequest, reference: str) -> HttpResponse:
    one = found(request, reference)
    context = {
        "agreement": one,
        "telling": presenters,
        "back_to_list": list_pages.back_to_list(request, "authority:agreements"),
    }
    return pages.render_history(request, one, context=context, frame="authority/agreement_frame.html")


@step_up
@command_views.command_view
@at_organisation(AUTHORITY, Can.OVERSEE)
def countersign(request: OrganisationRequest, reference: str) -> HttpResponse:
    one = found(request, reference)
    command_views.require_permission(request, one, _verb(one))
    form = CountersignForm.of(request, initial={"name": request.user.name, "role": format_roles(request)})
    if form.attempt(*_command(one), by=request.user, at=request.now):
        words = f"{reference} is in force. We have emailed {one.first} and saved a digitally sealed copy."
        return command_views.redirect_done(request, words, "authority:agreement", reference)
    page = {"agreement": one, "form": form, "signatures": list(one.signatures.order_by("signed_at"))}
    return render(request, "authority/countersign.html", page | partnerships.partnership_context(request, one))


@command_views.command_view
@at_organisation(AUTHORITY, Can.OVERSEE)
def end(request: OrganisationRequest, reference: str) -> HttpResponse:
    one = found(request, reference)
    if one.kind != Agreement.Kind.PROVIDER:
        raise Http404
    command_views.require_permission(request, one, "end")
    form = ReadableReasonForm.of(request)
    if form.attempt(commands.end, one, by=request.user, at=request.now):
        return command_views.redirect_done(
            request, f"{reference} has ended. We have told the provider.", "authority:agreement", reference
        )
    standing = (
        Member.objects.filter(agreement=one, status__in=LASTING_STATUSES).select_related("lot").order_by("lot__number")
    )
    return render(request, "authority/agreement_end.html", {"agreement": one, "form": form, "members": list(standing)})


@require_POST
@at_organisation(AUTHORITY, Can.OVERSEE)
def send_code(request: OrganisationRequest, reference: str) -> HttpResponse:
    one = found(request, reference)
    command_views.require_permission(request, one, _verb(one))
    to_sign = url_for("authority:agreement-countersign", request.organisation.slug, reference)
    to_read = url_for("authority:agreement", request.organisation.slug, reference)
    return agreement_signing.send_code(request, one, to_sign=to_sign, to_read=to_read)


@require_safe
@at_organisation(AUTHORITY, Can.OVERSEE)
def paper(request: OrganisationRequest, reference: str) -> HttpResponseBase:
    """Serve the sealed copy of an agreement that both sides have signed."""
    one: Agreement = found(request, reference)
    if one.paper is None:
        raise Http404
    return as_attachment(one.paper)


def _verb(agreement: Agreement) -> str:
    """Return the verb with which the authority signs.

    Raises ActionNotPermitted for a placement agreement, which the buyer countersigns.
    """
    if agreement.kind == Agreement.Kind.PLACEMENT:
        raise ActionNotPermitted(Can.COUNTERSIGN)
    return "countersign" if agreement.kind == Agreement.Kind.PROVIDER else "bind"


def _may_countersign(agreement: Agreement, request: OrganisationRequest) -> bool:
    if agreement.kind == Agreement.Kind.PLACEMENT:
        return False
    return is_allowed(agreement, _verb(agreement), request.user, request.now)


def _command(agreement: Agreement) -> tuple[Any, Any]:
    if agreement.kind == Agreement.Kind.PARTNERSHIP:
        return partners.countersign, partnerships.partnership_of(agreement)
    return commands.countersign, agreement
