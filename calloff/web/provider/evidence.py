"""The evidence passport: list documents, add, renew, withdraw and download them."""

from collections.abc import Callable
from typing import Any

from django.db.models import Q
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from calloff.documents.commands import save_upload
from calloff.documents.models import StoredFile
from calloff.evidence import commands, queries
from calloff.evidence.kinds import EVIDENCE_KINDS, EvidenceKind
from calloff.evidence.models import Evidence
from calloff.evidence.states import EvidenceStatus
from calloff.history.transitions import is_allowed
from calloff.kernel.clock import local_day
from calloff.kernel.lifecycles import Refused
from calloff.markets.queries import find_evidence_kind
from calloff.people.permissions import Can
from calloff.questions.answers import format_answer
from calloff.web import command_views, list_pages
from calloff.web.downloads import as_attachment
from calloff.web.navigation import path_at_organisation
from calloff.web.permissions import PROVIDER, at_organisation
from calloff.web.provider import lookups
from calloff.web.provider.forms import ChooseEvidenceKindForm, EvidenceForm
from calloff.web.record_actions import RecordAction, RecordActions
from calloff.web.request import OrganisationRequest
from calloff.web.spreadsheet_exports import Column, export_response


@require_safe
@at_organisation(PROVIDER)
def passport(request: OrganisationRequest) -> HttpResponse:
    filters, documents = _filtered(request)
    page = list_pages.list_context(request, documents, ("by_kind", "-ends", "-pk"), one="document", filters=filters)
    page["state_of"] = _state(request)
    page["may_keep"] = request.user.can(Can.KEEP_EVIDENCE, organisation=request.organisation, at=request.now)
    return render(request, "provider/evidence.html", page)


@require_safe
@at_organisation(PROVIDER)
def export(request: OrganisationRequest) -> HttpResponseBase:
    columns: list[Column[Evidence]] = [
        Column("Reference", lambda document: document.reference),
        Column("Kind", lambda document: document.kind_label),
        Column("Title", lambda document: document.title),
        Column("From", lambda document: document.issued_on),
        Column("Until", lambda document: document.expires_on),
        Column("State", _state(request)),
    ]
    return export_response("evidence", columns, _filtered(request)[1])


@command_views.command_view
@at_organisation(PROVIDER, Can.KEEP_EVIDENCE)
def new(request: OrganisationRequest) -> HttpResponse:
    """Add a document: first choose its kind, then answer the questions about it.

    `back` is the page where the document was missing, to which the person returns.
    """
    key = request.GET.get("kind", "")
    passport_page = reverse("provider:evidence", args=[request.organisation.slug])
    if not key:
        form = ChooseEvidenceKindForm.of(request)
        if form.is_valid():
            return redirect(f"{request.path}?{urlencode({**request.GET.dict(), 'kind': form.cleaned_data['kind']})}")
        return render(request, "provider/evidence_kind.html", {"form": form, "cancel": passport_page})
    kind, back = _kind(key), lookups.back_path(request, passport_page)
    asked = EvidenceForm.of(request, kind=kind)
    if attempt_upload(request, asked, commands.add, request.organisation, kind):
        return _added(request, asked.result, back)
    page = {"form": asked, "kind": kind, "cancel": back, "old": None}
    return render(request, "provider/evidence_form.html", page)


@require_safe
@at_organisation(PROVIDER)
def item(request: OrganisationRequest, reference: str) -> HttpResponse:
    item = lookups.find_evidence(request, reference)
    page = {
        "item": item,
        "state": _state(request)(item),
        "details": _details(item),
        "relied": queries.relied_on_by(item, request.now),
        "renewal": Evidence.objects.filter(supersedes=item).first(),
        "may_renew": is_allowed(item, "renew", request.user, request.now),
        "actions": EVIDENCE_ACTIONS.links(request, item),
    }
    return render(request, "provider/evidence_item.html", page)


@require_safe
@at_organisation(PROVIDER)
def download(request: OrganisationRequest, reference: str) -> HttpResponseBase:
    return as_attachment(lookups.find_evidence(request, reference).file)


@command_views.command_view
@at_organisation(PROVIDER, Can.KEEP_EVIDENCE)
def renew(request: OrganisationRequest, reference: str) -> HttpResponse:
    """Add a newer document. The page shows the old one next to the form."""
    old = lookups.find_evidence(request, reference)
    record = reverse("provider:evidence-item", args=[request.organisation.slug, reference])
    command_views.require_permission(request, old, "renew")
    kind = _kind(old.kind)
    form = EvidenceForm.of(request, kind=kind, initial={"title": old.title, **old.details})
    if attempt_upload(request, form, commands.renew, old, kind):
        return _added(request, form.result, reverse("provider:evidence", args=[request.organisation.slug]))
    page = {"form": form, "kind": kind, "cancel": record, "old": old, "details": _details(old)}
    return render(request, "provider/evidence_form.html", page)


def attempt_upload(
    request: OrganisationRequest, form: EvidenceForm, command: Callable[..., Evidence], *args: Any
) -> bool:
    """Save the file, then run the command.

    If either is refused, show the error and keep the file for the next attempt.
    """
    if not form.is_valid():
        return False
    file = None
    try:
        file = _file(request, form)
        form.result = command(*args, file=file, by=request.user, at=request.now, **form.parts)
    except Refused as refusal:
        if any("confirm that it is right" in problem.sentence for problem in refusal.problems):
            form.ask_whether_sure()
        form.show(refusal)
        if file is not None:
            form.show_kept(file)
        return False
    return True


def _file(request: OrganisationRequest, form: EvidenceForm) -> StoredFile:
    upload, key = form.cleaned_data.get("file"), form.cleaned_data.get("file_key")
    if upload:
        return save_upload(upload, by=request.user, at=request.now)
    kept = StoredFile.objects.filter(key=key, uploaded_by=request.user).first() if key else None
    if kept is None:
        raise Refused("Upload the document", "file")
    return kept


def _added(request: OrganisationRequest, added: Evidence, back: str) -> HttpResponse:
    return command_views.redirect_done(request, f"{added.kind_label} {added.reference} added to your evidence", back)


def _kind(key: str) -> EvidenceKind:
    """Find a kind of document: a standard one, or one that a market defines.

    Raises Http404 for an unknown kind, and for a kind that must never be uploaded.
    """
    kind = EVIDENCE_KINDS.get(key) or find_evidence_kind(key)
    if kind is None or kind.is_never_uploaded:
        raise Http404
    return kind


def _details(item: Evidence) -> list[tuple[str, str]]:
    labels = {detail.key: detail for detail in kind.details} if (kind := EVIDENCE_KINDS.get(item.kind)) else {}
    return [
        (labels[key].text, format_answer(labels[key], value)) if key in labels else (key.capitalize(), value)
        for key, value in item.details.items()
    ]


def _state(request: OrganisationRequest) -> Callable[[Evidence], str]:
    today = local_day(request.now)
    return lambda document: queries.describe_state(document, today)


def _filtered(request: OrganisationRequest) -> tuple[list_pages.StateFilter, Any]:
    documents = queries.of_provider(request.organisation, person=request.user, at=request.now)
    held = Q(status=EvidenceStatus.HELD)
    states = {
        "ending": ("Expired or expiring soon", queries.is_ending(local_day(request.now))),
        "past": ("Renewed or withdrawn", ~held),
    }
    return list_pages.filter_by_state(request, documents, states, everything="Your documents", otherwise=held)


EVIDENCE_ACTIONS = RecordActions(
    PROVIDER,
    "evidence",
    lookups.find_evidence,
    back=lambda request, item: path_at_organisation(request, "provider:evidence-item", item.reference),
    needs=(Can.KEEP_EVIDENCE,),
    caption=lambda _, item: item.reference,
    rows=(
        RecordAction(
            commands.withdraw,
            link="Withdraw document",
            heading=lambda _, item: f"Withdraw {item.kind_label[0].lower()}{item.kind_label[1:]}",
            meaning=lambda _, item: [
                f"{item.title} will no longer be listed for your applications.",
                "Councils that relied on this document can still see it.",
                "If a market requires this kind of document, no new placements in that market can start with you until "
                "you add another document.",
            ],
            button=lambda _, item: f"Withdraw {item.reference}",
            stops=True,
            done=lambda _, item: f"{item.kind_label} {item.reference} withdrawn",
            then=lambda request, _: path_at_organisation(request, "provider:evidence"),
        ),
    ),
)
