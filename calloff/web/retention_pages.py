"""Records due for deletion, approvals and certificates of deletion, on the same pages for a buyer and its host."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path
from django.views.decorators.http import require_safe

from calloff.kernel.formatting import format_datetime
from calloff.people.permissions import Can
from calloff.placements import commands
from calloff.placements.commands.disposal_approvals import buyers_of
from calloff.placements.models import DisposalApproval
from calloff.placements.states import DisposalApprovalStatus
from calloff.pupils import queries, retention
from calloff.pupils.models import Pupil, RecordAccess
from calloff.web import command_views, list_pages, record_actions
from calloff.web.forms_ui.forms import PageForm
from calloff.web.navigation import path_at_organisation
from calloff.web.permissions import at_organisation, step_up
from calloff.web.record_actions import RecordAction, RecordActions
from calloff.web.request import OrganisationRequest

CHECK_DUE_PURPOSE = "To check which records can be deleted"


class ApproveDisposalForm(PageForm):
    """The list that the person saw, and the person's confirmation that they have checked it."""

    seen = forms.CharField(
        widget=forms.HiddenInput,
        required=False,
        max_length=64,
        error_messages={"max_length": "List must be the list that this page shows"},
    )
    checked = forms.BooleanField(
        label="I have checked this list, and we no longer need these records",
        error_messages={"required": "Confirm that you have checked the list"},
    )

    def clean(self) -> dict[str, Any]:
        self.cleaned_data.pop("checked", None)
        return self.cleaned_data


def urls(audience: str) -> list[URLPattern]:
    """Return the URLs of an audience's pages about retention."""
    allowed = at_organisation(audience, Can.DISPOSE)

    def page(view: command_views.View) -> command_views.View:
        return command_views.command_view(allowed(command_views.bind_side(view, audience)))

    return [
        path("retention", require_safe(allowed(command_views.bind_side(due, audience))), name="retention"),
        path("retention/approve", step_up(page(approve)), name="disposal-approve"),
        *record_actions.urls(DISPOSAL_ACTIONS[audience], "retention/<int:pk>"),
    ]


def due(audience: str, request: OrganisationRequest) -> HttpResponse:
    """Show records past their retention period, by reference only, to the people who must delete them."""
    organisation = request.organisation
    certificates = retention.certificates_of(buyers_of(organisation))
    context = list_pages.list_context(request, certificates, ("-made_at", "-pk"), one="certificate")
    found = commands.find_due_for_disposal(organisation, request.now)
    approvals = list(_approvals(request).select_related("by").order_by("-approved_at", "-pk")[:10])
    waiting = next((one for one in approvals if one.status == DisposalApprovalStatus.APPROVED), None)
    return render(
        request,
        "parts/retention.html",
        context
        | {
            "next_month": commands.find_next_month_due(organisation, request.now) if found.is_empty else None,
            "found": found,
            "waiting": [*found.records, *found.entries],
            "approved": waiting,
            "approver_left": waiting is not None and not waiting.has_responsible_approver(request.now),
            "approvals": approvals,
            "links": DISPOSAL_ACTIONS[audience].links(request, waiting) if waiting else [],
            "approve_path": path_at_organisation(request, f"{audience}:disposal-approve"),
        },
    )


def approve(audience: str, request: OrganisationRequest) -> HttpResponse:
    """Show the list that will be deleted, with initials for people who can see children, and approve the deletion."""
    found = commands.find_due_for_disposal(request.organisation, request.now)
    back = path_at_organisation(request, f"{audience}:retention")
    form = ApproveDisposalForm.of(request, initial={"seen": found.digest})
    if form.attempt(commands.approve_disposal, request.organisation, by=request.user, at=request.now):
        words = (
            f"Deletion approved. We will delete the records after {format_datetime(form.result.runs_from)}. We have "
            "told your colleagues who are responsible for deletion."
        )
        return command_views.redirect_done(request, words, back)
    if found.is_empty:
        return command_views.redirect_notice(request, "No records are due for deletion.", back)
    if form.is_bound:  # the page now shows the new list, which the person has not checked yet
        form.data = {"seen": found.digest}
    meaning = [
        "We will wait a day before we delete these records, so that you and your colleagues can stop the deletion. "
        "After that, no one can get the records back.",
        "We will delete everything linked to each record. For a child, this includes referrals, placements, registers "
        "and agreements. We will keep a certificate.",
    ]
    return command_views.render_command(
        request,
        form,
        heading="Delete records that are due",
        button="Approve deletion",
        cancel=back,
        meaning=meaning,
        stops=True,
        template="parts/approve_disposal.html",
        context={"found": found, "children": _initials(request, found.references)},
    )


def _approvals(request: OrganisationRequest) -> Any:
    seen = DisposalApproval.objects.visible_to(request.user, request.now)
    return seen.filter(organisation=request.organisation)


def _initials(request: OrganisationRequest, references: list[str]) -> dict[str, str]:
    """Return children's initials by reference, for people at the buyer who can see its children. The view is logged."""
    organisation = request.organisation
    if not organisation.is_buyer or not request.user.can(Can.SEE_PUPILS, organisation=organisation, at=request.now):
        return {}
    rows = list(Pupil.objects.filter(buyer=organisation, reference__in=references).order_by("pk"))
    shown = queries.identify_pupils(
        rows,
        person=request.user,
        acting_for=organisation,
        at=request.now,
        purpose=CHECK_DUE_PURPOSE,
        what=RecordAccess.What.INITIALS,
    )
    return {row.reference: shown[row.pk].initials for row in rows if row.pk in shown}


def _found(request: OrganisationRequest, pk: int) -> DisposalApproval:
    approval: DisposalApproval = get_object_or_404(_approvals(request), pk=pk)
    return approval


def _actions(audience: str) -> RecordActions[DisposalApproval]:
    return RecordActions(
        audience,
        "disposal",
        _found,
        key="pk",
        back=lambda request, _: path_at_organisation(request, f"{audience}:retention"),
        needs=(Can.DISPOSE,),
        rows=(
            RecordAction(
                commands.withdraw_disposal,
                path="withdraw",
                link="Withdraw the approval",
                heading="Withdraw the approval",
                meaning=["We will keep the records. You can approve their deletion again later."],
                button="Withdraw the approval",
                done="Approval withdrawn. We will not delete the records.",
            ),
        ),
    )


DISPOSAL_ACTIONS = {audience: _actions(audience) for audience in ("buyer", "authority")}
