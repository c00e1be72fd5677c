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
from calloff.web.authority.lookups import find_agreement
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
    agreement = find_agreement(request, reference)
    context = {
        "agreement": agreement,
        "signatures": list(agreement.signatures.order_by("signed_at")),
        "members": list(Member.objects.filter(agreement=agreement).select_related("lot").order_by("lot__number")),
        "can_end": agreement.kind == Agreement.Kind.PROVIDER
        and is_allowed(agreement, "end", request.user, request.now),
        "can_countersign": _may_countersign(agreement, request),
        **partnerships.partnership_context(request, agreement),
        "telling": presenters,
        "back_to_list": list_pages.back_to_list(request, "authority:agreements"),
    }
    return render(request, "authority/agreement.html", context)


@require_safe
@at_organisation(AUTHORITY, Can.OVERSEE)
def history(request: OrganisationRequest, reference: str) -> HttpResponse:
    agreement = find_agreement(request, reference)
    context = {
        "agreement": agreement,
        "telling": presenters,
        "back_to_list": list_pages.back_to_list(request, "authority:agreements"),
    }
    return pages.render_history(request, agreement, context=context, frame="authority/agreement_frame.html")


@step_up
@command_views.command_view
@at_organisation(AUTHORITY, Can.OVERSEE)
def countersign(request: OrganisationRequest, reference: str) -> HttpResponse:
    agreement = find_agreement(request, reference)
    command_views.require_permission(request, agreement, _verb(agreement))
    form = CountersignForm.of(request, initial={"name": request.user.name, "role": format_roles(request)})
    if form.attempt(*_command(agreement), by=request.user, at=request.now):
        words = f"{reference} is in force. We have emailed {agreement.first} and saved a digitally sealed copy."
        return command_views.redirect_done(request, words, "authority:agreement", reference)
    page = {"agreement": agreement, "form": form, "signatures": list(agreement.signatures.order_by("signed_at"))}
    return render(request, "authority/countersign.html", page | partnerships.partnership_context(request, agreement))


@command_views.command_view
@at_organisation(AUTHORITY, Can.OVERSEE)
def end(request: OrganisationRequest, reference: str) -> HttpResponse:
    agreement = find_agreement(request, reference)
    if agreement.kind != Agreement.Kind.PROVIDER:
        raise Http404
    command_views.require_permission(request, agreement, "end")
    form = ReadableReasonForm.of(request)
    if form.attempt(commands.end, agreement, by=request.user, at=request.now):
        return command_views.redirect_done(
            request, f"{reference} has ended. We have told the provider.", "authority:agreement", reference
        )
    standing = (
        Member.objects.filter(agreement=agreement, status__in=LASTING_STATUSES)
        .select_related("lot")
        .order_by("lot__number")
    )
    return render(
        request, "authority/agreement_end.html", {"agreement": agreement, "form": form, "members": list(standing)}
    )


@require_POST
@at_organisation(AUTHORITY, Can.OVERSEE)
def send_code(request: OrganisationRequest, reference: str) -> HttpResponse:
    agreement = find_agreement(request, reference)
    command_views.require_permission(request, agreement, _verb(agreement))
    to_sign = url_for("authority:agreement-countersign", request.organisation.slug, reference)
    to_read = url_for("authority:agreement", request.organisation.slug, reference)
    return agreement_signing.send_code(request, agreement, to_sign=to_sign, to_read=to_read)


@require_safe
@at_organisation(AUTHORITY, Can.OVERSEE)
def paper(request: OrganisationRequest, reference: str) -> HttpResponseBase:
    """Serve the sealed copy of an agreement that both sides have signed."""
    agreement: Agreement = find_agreement(request, reference)
    if agreement.paper is None:
        raise Http404
    return as_attachment(agreement.paper)


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
