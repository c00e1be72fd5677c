"""An authority's pages about agreements, including countersigning with an emailed code and sending
reminders.
"""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from calloff.agreements import commands, queries
from calloff.agreements.models import Agreement, AgreementQuerySet
from calloff.agreements.states import AgreementStatus
from calloff.history.transitions import is_allowed
from calloff.kernel.formatting import format_short_datetime
from calloff.kernel.lifecycles import Refused
from calloff.members.models import Member
from calloff.members.states import LASTING_STATUSES
from calloff.partners import commands as partners
from calloff.people.permissions import Can
from calloff.web import agreement_signing, bulk_actions, command_views, list_pages
from calloff.web.authority import partnerships, presenters
from calloff.web.authority.forms import AgreementFilter, CountersignForm, ReadableReasonForm
from calloff.web.authority.lookups import find_agreement
from calloff.web.bulk_actions import BulkAction, chosen_keys
from calloff.web.downloads import as_attachment
from calloff.web.history import pages
from calloff.web.jinja_environment import format_roles, url_for
from calloff.web.navigation import path_at_organisation
from calloff.web.permissions import AUTHORITY, ActionNotPermitted, at_organisation, step_up
from calloff.web.request import OrganisationRequest


@require_safe
@at_organisation(AUTHORITY, Can.OVERSEE)
def agreements(request: OrganisationRequest) -> HttpResponse:
    filters = AgreementFilter.of(request)
    everything = queries.of_authority(request.organisation, person=request.user, at=request.now)
    rows = queries.filter_agreements(everything, **list_pages.filter_values(filters))
    page = list_pages.list_context(request, rows, ("-offered_at", "-pk"), one="agreement", filters=filters)
    may_countersign = request.user.can(Can.COUNTERSIGN, organisation=request.organisation, at=request.now)
    ours = [row for row in page["rows"] if row.kind != Agreement.Kind.PLACEMENT and not row.conflicted]
    page["to_countersign"] = {
        row.pk for row in ours if row.status == AgreementStatus.TO_COUNTERSIGN and may_countersign
    }
    page["to_remind"] = {row.pk for row in ours if row.status == AgreementStatus.TO_SIGN}
    page |= {"telling": presenters, "counts": _counts(request, everything)}
    return render(request, "authority/agreements.html", page)


def _counts(request: OrganisationRequest, everything: AgreementQuerySet) -> list[tuple[str, int, str, bool]]:
    """Return the agreements by whose turn it is, each with the link to exactly these and whether it is selected."""
    counts = queries.count_by_turn(everything)
    chosen = {key: request.GET.get(key, "") for key in ("status", "kind", "words")}
    lists: tuple[tuple[str, int, dict[str, str]], ...] = (
        ("To countersign", counts["to_countersign"], {"status": "to_countersign", "kind": queries.MARKET_FILTER}),
        ("With the school or team", counts["with_buyer"],
         {"status": "to_countersign", "kind": str(Agreement.Kind.PLACEMENT)}),
        ("Awaiting signature", counts["to_sign"], {"status": "to_sign"}),
        ("In force", counts["in_force"], {"status": "in_force"}),
        ("All", sum(counts.values()), {}),
    )  # fmt: skip
    page = url_for("authority:agreements", request.organisation.slug)
    return [
        (words, number, f"{page}?{urlencode(wanted)}" if wanted else page, chosen == dict.fromkeys(chosen, "") | wanted)
        for words, number, wanted in lists
        if number
    ]


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
    """Return the verb for the authority's signature.

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


def _chosen(request: OrganisationRequest, references: Sequence[str]) -> list[Agreement]:
    rows = queries.of_authority(request.organisation, person=request.user, at=request.now)
    return list(rows.filter(reference__in=references).prefetch_related("signatures"))


def _name_with_reference(agreement: Agreement) -> str:
    return f"{agreement.reference}, {agreement.first}"


def _describe_signatures(agreement: Agreement) -> str:
    signed = [f"{one.name}, {one.role}, {format_short_datetime(one.signed_at)}" for one in agreement.signatures.all()]
    return f"Signed by {'; '.join(signed)}"


def _back(request: OrganisationRequest) -> str:
    return list_pages.back_to_list(request, "authority:agreements")


def _record_path(request: OrganisationRequest, agreement: Agreement) -> str:
    return path_at_organisation(request, "authority:agreement", agreement.reference)


def _why_not_countersign(request: OrganisationRequest, agreement: Agreement) -> str:
    if agreement.kind == Agreement.Kind.PLACEMENT:
        return "The school or team countersigns this agreement. The council does not."
    if agreement.status == AgreementStatus.TO_SIGN:
        return f"{agreement.first} has not signed yet."
    try:
        commands.check_turn(agreement, by=request.user, at=request.now)
    except Refused as refusal:
        return str(refusal)
    except PermissionDenied:
        return bulk_actions.NOT_PERMITTED_SENTENCE
    return ""


def _countersign_one(request: OrganisationRequest, agreement: Agreement, answers: dict[str, Any]) -> str:
    command, record = _command(agreement)
    command(record, by=request.user, at=request.now, **answers)
    return f"In force. We have emailed {agreement.first} and saved a digitally sealed copy."


COUNTERSIGN_SEVERAL: BulkAction[Agreement] = BulkAction(
    heading="Countersign",
    done="countersigned",
    one="agreement",
    find=_chosen,
    name=_name_with_reference,
    note=_describe_signatures,
    href=_record_path,
    why_not=_why_not_countersign,
    command=_countersign_one,
    back=_back,
    form=lambda request, _: CountersignForm.of(
        request, initial={"name": request.user.name, "role": format_roles(request)}
    ),
    meaning=(
        "Read each agreement before you sign. Each agreement will be in force as soon as you sign. We will keep a "
        "digitally sealed copy of each one and email the other party.",
    ),
    template="authority/countersign_several.html",
)


@step_up
@command_views.command_view
@at_organisation(AUTHORITY, Can.COUNTERSIGN)
def countersign_several(request: OrganisationRequest) -> HttpResponse:
    return bulk_actions.respond(request, COUNTERSIGN_SEVERAL)


@require_POST
@at_organisation(AUTHORITY, Can.COUNTERSIGN)
def send_shared_code(request: OrganisationRequest) -> HttpResponse:
    """Email one code for all the selected agreements that the person can countersign now."""
    keys = chosen_keys(request)
    if len(keys) > bulk_actions.MAX_CHOSEN:
        return command_views.redirect_notice(request, bulk_actions.too_many(COUNTERSIGN_SEVERAL), _back(request))
    possible = [one for one in _chosen(request, keys) if not _why_not_countersign(request, one)]
    if not possible:
        return command_views.redirect_notice(request, "Select at least one agreement to countersign.", _back(request))
    to_sign = path_at_organisation(request, "authority:agreements-countersign")
    return agreement_signing.send_code(request, *possible, to_sign=to_sign, to_read=_back(request))


def _why_not_remind(request: OrganisationRequest, agreement: Any) -> str:
    if agreement.kind == Agreement.Kind.PLACEMENT:
        return "The school or team manages this agreement, so the council cannot send a reminder."
    if agreement.conflicted:
        return f"You also have a role at {agreement.first}. Ask a colleague to send the reminder."
    if agreement.status != AgreementStatus.TO_SIGN:
        return f"{agreement.first} does not need to sign. The agreement is {agreement.get_status_display().lower()}."
    return ""


def _remind_one(request: OrganisationRequest, agreement: Agreement, answers: dict[str, Any]) -> str:
    if agreement.kind == Agreement.Kind.PARTNERSHIP:
        partnership = partnerships.partnership_of(agreement)
        partners.remind(agreement.first, partnership.market, by=request.user, at=request.now)
    else:
        commands.remind(agreement, by=request.user, at=request.now)
    return f"We have emailed the people who can sign for {agreement.first}."


REMIND_SEVERAL: BulkAction[Agreement] = BulkAction(
    heading="Remind",
    done="reminded",
    one="organisation",
    find=_chosen,
    name=_name_with_reference,
    href=_record_path,
    why_not=_why_not_remind,
    command=_remind_one,
    back=_back,
    meaning=(
        "We will email the signatories at each provider, school or team. We send no more than one reminder a day.",
    ),
)


@command_views.command_view
@at_organisation(AUTHORITY, Can.OVERSEE)
def remind_several(request: OrganisationRequest) -> HttpResponse:
    return bulk_actions.respond(request, REMIND_SEVERAL)
