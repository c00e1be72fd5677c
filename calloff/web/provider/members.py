"""A provider's memberships, with their conditions, promises and removals, and its responses to them."""

from collections.abc import Callable
from typing import Any

from django.db.models import F, Q, QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from calloff.kernel.clock import local_day
from calloff.kernel.formatting import format_date, format_deadline
from calloff.members import commands, queries
from calloff.members.membership_status import MemberStanding, standing_of, what_listing_needs, why_no_new_placements
from calloff.members.models import DocumentPromise, Member, MemberRemoval, MembershipCondition
from calloff.members.states import LASTING_STATUSES
from calloff.people.permissions import Can
from calloff.web import command_views, list_pages
from calloff.web.history import pages
from calloff.web.navigation import path_at_organisation, record_parts
from calloff.web.permissions import PROVIDER, at_organisation
from calloff.web.provider import lookups
from calloff.web.provider.forms import FulfilPromiseForm, WrittenAnswerForm
from calloff.web.record_actions import RecordAction, RecordActions
from calloff.web.request import OrganisationRequest
from calloff.web.spreadsheet_exports import Column, export_response

MEMBER_LIST_STATES: list_pages.StateFilters = {
    "standing": ("Not ended", Q(status__in=LASTING_STATUSES)),
    "over": ("Removed or ended", ~Q(status__in=LASTING_STATUSES)),
}


@require_safe
@at_organisation(PROVIDER)
def member_list(request: OrganisationRequest) -> HttpResponse:
    filters, members = _filtered(request)
    order = ("authority_id", "market_id", "number", "pk")
    page = list_pages.list_context(request, members, order, one="membership", filters=filters)
    return render(request, "provider/members.html", page | {"standing": _standing(request)})


@require_safe
@at_organisation(PROVIDER)
def export(request: OrganisationRequest) -> HttpResponseBase:
    standing = _standing(request)
    columns: list[Column[Member]] = [
        Column("Reference", lambda member: member.reference),
        Column("Authority", lambda member: member.authority.name),
        Column("Market", lambda member: member.market.title),
        Column("Category", lambda member: str(member.lot)),
        Column("Standing", lambda member: str(standing(member))),
        Column("Since", lambda member: local_day(member.joined_at)),
    ]
    return export_response("memberships", columns, _filtered(request)[1])


@require_safe
@at_organisation(PROVIDER)
def member(request: OrganisationRequest, reference: str) -> HttpResponse:
    member = lookups.find_member(request, reference)
    page = {
        "promises": list(queries.promises_of(member)),
        "no_new": why_no_new_placements([member], on=local_day(request.now))[member.pk],
        "may_keep": request.user.can(Can.KEEP_EVIDENCE, organisation=request.organisation, at=request.now),
        "conditions": list(member.conditions.order_by("due_on", "pk")),
        "removals": list(member.removals.order_by("-proposed_at")),
        "needs": what_listing_needs(member, on=local_day(request.now)),
        "may_apply": request.user.can(Can.APPLY, organisation=request.organisation, at=request.now),
    }
    return render(request, "provider/member.html", member_context(request, member) | page)


@require_safe
@at_organisation(PROVIDER)
def history(request: OrganisationRequest, reference: str) -> HttpResponse:
    member = lookups.find_member(request, reference)
    records = [member, *member.conditions.all(), *member.promises.all(), *member.removals.all()]
    breadcrumbs = [
        ("Our memberships", path_at_organisation(request, "provider:members")),
        (reference, _to(request, "member", member)),
    ]
    shown = {"caption": reference, "heading": "History", "breadcrumbs": breadcrumbs}
    return pages.render_history(request, *records, context=member_context(request, member) | shown)


@command_views.command_view
@at_organisation(PROVIDER, Can.KEEP_EVIDENCE)
def fulfil_promise(request: OrganisationRequest, pk: int) -> HttpResponse:
    """Choose a promised document, or upload a new one and return to this page."""
    seen = DocumentPromise.objects.filter(provider=request.organisation).select_related("member__lot", "authority")
    promise = get_object_or_404(seen, pk=pk)
    back = _to(request, "member", promise.member)
    command_views.require_permission(request, promise, "fulfil_promise")
    form = FulfilPromiseForm.of(request, documents=queries.documents_that_fulfil(promise, local_day(request.now)))
    if form.attempt(commands.fulfil_promise, promise, by=request.user, at=request.now):
        return command_views.redirect_done(request, f"{promise.title} sent to {promise.authority}", back)
    new = path_at_organisation(request, "provider:evidence-new")
    page = {
        "form": form,
        "promise": promise,
        "cancel": back,
        "upload": f"{new}?{urlencode({'kind': promise.kind, 'back': request.path})}",
    }
    return render(request, "provider/promise_fulfil.html", page)


def _filtered(request: OrganisationRequest) -> tuple[list_pages.StateFilter, QuerySet[Member]]:
    members = queries.of_provider(request.organisation, person=request.user, at=request.now).annotate(
        number=F("lot__number")
    )
    members = members.order_by("authority_id", "market_id", "number", "pk")
    return list_pages.filter_by_state(request, members, MEMBER_LIST_STATES, everything="All memberships")


def _standing(request: OrganisationRequest) -> Callable[[Member], MemberStanding]:
    today = local_day(request.now)
    return lambda member: standing_of(member, on=today)


def _to(request: OrganisationRequest, route: str, member: Member) -> str:
    return reverse(f"provider:{route}", args=[request.organisation.slug, member.reference])


def member_context(request: OrganisationRequest, member: Member) -> dict[str, Any]:
    hrefs = [
        ("Standing", _to(request, "member", member)),
        ("Prices", _to(request, "member-prices", member)),
        ("History", _to(request, "member-history", member)),
    ]
    return {
        "member": member,
        "standing": _standing(request)(member),
        "parts": record_parts(request, hrefs),
        "today": local_day(request.now),
    }


def _find_condition(request: OrganisationRequest, pk: int) -> MembershipCondition:
    seen = MembershipCondition.objects.filter(provider=request.organisation).select_related("member__lot", "authority")
    return get_object_or_404(seen, pk=pk)


def _find_removal(request: OrganisationRequest, pk: int) -> MemberRemoval:
    seen = MemberRemoval.objects.filter(provider=request.organisation).select_related("member__lot", "authority")
    return get_object_or_404(seen, pk=pk)


CONDITION_ACTIONS = RecordActions(
    PROVIDER,
    "condition",
    _find_condition,
    key="pk",
    back=lambda request, condition: _to(request, "member", condition.member),
    needs=(Can.APPLY,),
    caption=lambda _, condition: condition.member.reference,
    rows=(
        RecordAction(
            commands.answer_condition,
            path="answer",
            linked_from="provider/member.html",
            form=WrittenAnswerForm,
            heading="Say how you have met the condition",
            meaning=lambda _, condition: [
                f"By the end of {format_date(condition.due_on)}.",
                "Explain what you have done, and give the reference of the evidence that shows it. For example, "
                "EV-7K3QX.",
            ],
            quoted=lambda _, condition: condition.text,
            button="Send the answer",
            done=lambda _, condition: (
                f"Answer sent to {condition.authority}. It will tell you when the condition is met."
            ),
        ),
    ),
)


def _before_responding(request: OrganisationRequest, removal: MemberRemoval) -> list[str]:
    return [
        f"{removal.authority} proposes to remove you from {removal.member.lot}. Nothing has been decided.",
        f"Respond {format_deadline(removal.answer_by, request.now)}. After that, {removal.authority} might decide "
        "without your response."
        if request.now < removal.answer_by
        else "The deadline to respond has passed. You can still respond until a decision is made.",
    ]


REMOVAL_ACTIONS = RecordActions(
    PROVIDER,
    "removal",
    _find_removal,
    key="pk",
    back=lambda request, removal: _to(request, "member", removal.member),
    needs=(Can.APPLY,),
    caption=lambda _, removal: removal.member.reference,
    rows=(
        RecordAction(
            commands.answer_removal,
            path="answer",
            linked_from="provider/member.html",
            form=WrittenAnswerForm,
            heading="Respond to the proposed removal",
            meaning=_before_responding,
            quoted=lambda _, removal: removal.reason,
            button="Send the response",
            done=lambda _, removal: f"Response sent to {removal.authority}",
        ),
    ),
)
