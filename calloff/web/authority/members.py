"""Members: the list with membership statuses, the record, and quality officers' and approvers' actions."""

from datetime import date
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from calloff.agreements.states import AgreementStatus
from calloff.history.transitions import is_allowed
from calloff.kernel.clock import local_day
from calloff.kernel.formatting import pluralise
from calloff.kernel.lifecycles import Refused
from calloff.markets import queries as markets
from calloff.members import commands, queries
from calloff.members.commands.suspensions import USUAL_REVIEW_INTERVAL
from calloff.members.membership_status import standing_of, why_no_new_placements, why_not_bound
from calloff.members.models import Member
from calloff.members.states import MemberStatus
from calloff.monitoring import commands as monitoring
from calloff.monitoring.queries import buyers_to_tell, count_told
from calloff.people.permissions import Can
from calloff.web import command_views, list_pages
from calloff.web.authority import presenters, recalls
from calloff.web.authority.forms import (
    InternalReasonForm,
    MemberFilter,
    ReadableReasonForm,
    RecordCheckForm,
    ReviewSuspensionForm,
    SuspendForm,
)
from calloff.web.authority.lookups import find_member
from calloff.web.history import pages
from calloff.web.navigation import path_at_organisation
from calloff.web.permissions import AUTHORITY, at_organisation, step_up
from calloff.web.record_actions import ActionLink, RecordAction, RecordActions
from calloff.web.request import OrganisationRequest
from calloff.web.spreadsheet_exports import Column, export_response


@require_safe
@at_organisation(AUTHORITY, Can.OVERSEE, market_roles=True)
def members(request: OrganisationRequest) -> HttpResponse:
    filters, rows = _list(request)
    page = list_pages.list_context(request, rows, ("by_name", "pk"), one="member", filters=filters)
    return render(request, "authority/members.html", page | {"telling": presenters})


@require_safe
@at_organisation(AUTHORITY, Can.OVERSEE, market_roles=True)
def export(request: OrganisationRequest) -> HttpResponseBase:
    """Export exactly the rows that match the filters, as CSV."""
    _, rows = _list(request)
    return export_response("members", _export_columns(local_day(request.now)), rows)


@require_safe
@at_organisation(AUTHORITY, Can.OVERSEE, market_roles=True)
def record(request: OrganisationRequest, reference: str) -> HttpResponse:
    member = find_member(request, reference)
    context = {
        "member": member,
        "conditions": list(queries.conditions_of(member)),
        "promises": list(queries.promises_of(member)),
        "today": local_day(request.now),
        "removal": queries.removal_of(member),
        "checks": list(queries.checks_of(member.provider, request.organisation)[:5]),
        "elsewhere": list(
            queries.memberships_at(request.organisation, member.provider)
            .visible_to(request.user, request.now)
            .exclude(pk=member.pk)
        ),
        "lapsed": why_no_new_placements([member], on=local_day(request.now))[member.pk],
        "listed": Member.objects.listed(request.now).filter(pk=member.pk).exists(),
        "unlisted_because": _before_listing(member, request),
        "telling": presenters,
        "back_to_list": list_pages.back_to_list(request, "authority:members"),
    }
    return render(
        request, "authority/member.html", context | {"actions": member_actions(request, member, context["removal"])}
    )


@require_safe
@at_organisation(AUTHORITY, Can.OVERSEE, market_roles=True)
def history(request: OrganisationRequest, reference: str) -> HttpResponse:
    member = find_member(request, reference)
    lives = [
        member,
        *member.conditions.all(),
        *member.promises.all(),
        *member.removals.all(),
        member.agreement,
        member.request,
    ]
    context = {
        "member": member,
        "telling": presenters,
        "back_to_list": list_pages.back_to_list(request, "authority:members"),
    }
    return pages.render_history(request, *lives, context=context, frame="authority/member_frame.html")


@step_up
@command_views.command_view
@at_organisation(AUTHORITY, Can.OVERSEE)  # the page shows all the provider's memberships, and its buyers
def suspend(request: OrganisationRequest, reference: str) -> HttpResponse:
    """Suspend the provider in all its memberships here, unless the officer leaves one out with a reason."""
    member = find_member(request, reference)
    command_views.require_permission(request, member, "suspend")
    standing = queries.memberships_at(request.organisation, member.provider).filter(status=MemberStatus.ACTIVE)
    memberships = list(standing)
    form = SuspendForm.of(
        request, memberships=memberships, initial=_of_suspension(member, memberships, local_day(request.now))
    )
    both = {"authority": request.organisation, "by": request.user, "at": request.now}
    if form.attempt(monitoring.suspend, member.provider, **both):
        return command_views.redirect_done(
            request, recalls.describe_suspension(form.result), "authority:recalls", member.provider.slug
        )
    buyers = buyers_to_tell(member.provider, request.organisation, request.now)
    return render(request, "authority/suspend.html", {"member": member, "form": form, "told": buyers})


@step_up
@command_views.command_view
@at_organisation(AUTHORITY, Can.OVERSEE, market_roles=True)
def reinstate(request: OrganisationRequest, reference: str) -> HttpResponse:
    member = find_member(request, reference)
    command_views.require_permission(request, member, "reinstate")
    if member.suspension is None:
        raise Refused("This membership is not suspended.")
    form = ReadableReasonForm.of(request)
    if form.attempt(monitoring.reinstate, member.suspension, by=request.user, at=request.now):
        words = f"Suspension lifted for {pluralise(len(form.result), 'membership')}. We have told {member.provider}."
        reasons = {why_not_bound(each, on=local_day(request.now)) for each in form.result} - {""}
        for why in sorted(reasons):
            words += f" The provider is missing from the directory in one or more categories because {why}."
        return command_views.redirect_done(request, words, "authority:member", reference)
    held = (
        member.suspension.members.filter(status=MemberStatus.SUSPENDED).select_related("lot", "market").order_by("pk")
    )
    page = {"member": member, "form": form, "held": list(held), "told": count_told(member.suspension)[0]}
    return render(request, "authority/reinstate.html", page)


@command_views.command_view
@at_organisation(AUTHORITY, Can.OVERSEE, market_roles=True)
def record_check(request: OrganisationRequest, reference: str) -> HttpResponse:
    member = find_member(request, reference)
    command_views.require_permission(request, member, "record_check")
    form = RecordCheckForm.of(request)
    if form.attempt(commands.record_check, member, by=request.user, at=request.now):
        return command_views.redirect_done(
            request, "Check recorded. The public can see the date of the check.", "authority:member", reference
        )
    return render(request, "authority/record_check.html", {"member": member, "form": form})


@command_views.command_view
@at_organisation(AUTHORITY, Can.OVERSEE, market_roles=True)
def meet_condition(request: OrganisationRequest, reference: str, condition: int) -> HttpResponse:
    member = find_member(request, reference)
    asked = get_object_or_404(member.conditions.select_related("authority"), pk=condition)
    command_views.require_permission(request, asked, "meet_condition")
    form = InternalReasonForm.of(request)
    form.fields["reason"].label = "What shows that the condition is met?"
    if form.attempt(commands.meet_condition, asked, by=request.user, at=request.now):
        return command_views.redirect_done(
            request, "You have confirmed that the condition is met.", "authority:member", reference
        )
    return render(request, "authority/meet_condition.html", {"member": member, "condition": asked, "form": form})


@command_views.command_view
@at_organisation(AUTHORITY, Can.OVERSEE, market_roles=True)
def propose_removal(request: OrganisationRequest, reference: str) -> HttpResponse:
    member = find_member(request, reference)
    command_views.require_permission(request, member, "remove")
    form = ReadableReasonForm.of(request)
    if form.attempt(commands.propose_removal, member, by=request.user, at=request.now):
        words = "Removal proposed. We have told the provider the reasons and the deadline to respond."
        return command_views.redirect_done(request, words, "authority:member", reference)
    if request.method == "GET" and queries.removal_of(member):
        raise Refused("A removal has already been proposed. Decide that removal first.")
    return render(request, "authority/propose_removal.html", {"member": member, "form": form})


@step_up
@command_views.command_view
@at_organisation(AUTHORITY, Can.OVERSEE, market_roles=True)
def remove(request: OrganisationRequest, reference: str) -> HttpResponse:
    member = find_member(request, reference)
    command_views.require_permission(request, member, "remove")
    removal = queries.removal_of(member)
    form = ReadableReasonForm.of(request)
    if form.attempt(commands.remove, member, by=request.user, at=request.now):
        return command_views.redirect_done(
            request, f"{member.provider} removed. We have told the provider why.", "authority:member", reference
        )
    conditions = _before_removing(removal, request)
    context = {"member": member, "form": form, "removal": removal, "conditions": conditions}
    return render(request, "authority/remove.html", context | {"ready": all(met for met, *_ in conditions)})


@command_views.command_view
@at_organisation(AUTHORITY, Can.OVERSEE, market_roles=True)
def drop_removal(request: OrganisationRequest, reference: str) -> HttpResponse:
    member = find_member(request, reference)
    command_views.require_permission(request, member, "remove")
    removal = queries.removal_of(member)
    if removal is None:
        raise Refused("No removal has been proposed, so there is nothing to cancel.")
    form = ReadableReasonForm.of(request)
    if form.attempt(commands.drop_removal, removal, by=request.user, at=request.now):
        return command_views.redirect_done(
            request, "Removal cancelled. The provider is still a member.", "authority:member", reference
        )
    return render(request, "authority/drop_removal.html", {"member": member, "form": form, "removal": removal})


def member_actions(request: OrganisationRequest, member: Member, removal: Any) -> list[ActionLink]:
    """List what the person can do with a member now: plain actions, and those with pages of their own."""
    first = [("Record a check", "record_check", "record-check", False), ("Suspend", "suspend", "suspend", True)]
    last = [("Reinstate", "reinstate", "reinstate", False)]
    if removal:
        last += [("Remove", "remove", "remove", True), ("Cancel the removal", "remove", "drop-removal", False)]
    else:
        last.append(("Propose removal", "remove", "propose-removal", True))

    def allowed(rows: list[tuple[str, str, str, bool]]) -> list[ActionLink]:
        return [
            ActionLink(words, path_at_organisation(request, f"authority:member-{route}", member.reference), stops)
            for words, verb, route, stops in rows
            if is_allowed(member, verb, request.user, request.now)
        ]

    return [*allowed(first), *MEMBER_ACTIONS.links(request, member), *allowed(last)]


def _of_suspension(member: Member, memberships: list[Member], today: date) -> dict[str, Any]:
    """Return the form's initial answers, including the agreement's clauses.

    An agreement that was signed on paper has no clauses, because we do not have its text.
    """
    text = None if member.agreement.on_paper else member.market.pack.agreement
    route = f"{text.review_clause}. " if text else ""
    return {
        "members": [str(each.pk) for each in memberships],
        "review_on": today + USUAL_REVIEW_INTERVAL,
        "clause": text.suspension_clause if text else "",
        "review_route": f"{route}Write to {member.authority} and quote {member.reference}. Someone who took no part "
        f"in the decision will look at it again.",
    }


def _before_listing(member: Member, request: OrganisationRequest) -> list[tuple[bool, str, str, str]]:
    """List what an active member still needs before it is in the directory.

    The list is empty if nothing is missing, or if the member is not active.
    """
    today, agreement = local_day(request.now), member.agreement
    if member.status != MemberStatus.ACTIVE:
        return []
    conditions = [
        (agreement.status != AgreementStatus.TO_SIGN, "The provider signs the agreement", str(member.provider), ""),
        (not agreement.is_unsigned, "The council countersigns the agreement", "A contracts officer", ""),
        (not agreement.has_expired(today), "The agreement has not expired", "A contracts officer", ""),
        (member.market.runs_on(today), "The market is open and today is within its term", "A contracts officer", ""),
    ]
    return [] if all(met for met, *_ in conditions) else conditions


def _before_removing(removal: Any, request: OrganisationRequest) -> list[tuple[bool, str, str, str]]:
    heard = bool(removal and (removal.answered_at or request.now >= removal.answer_by))
    return [
        (removal is not None, "Propose the removal and give your reasons", "An approver", ""),
        (heard, "The provider has responded, or the deadline to respond has passed", "The provider", ""),
    ]


def _list(request: OrganisationRequest) -> tuple[MemberFilter, Any]:
    person, at = request.user, request.now
    filters = MemberFilter.of(request, markets=markets.of_authority(request.organisation, person=person, at=at))
    wanted = list_pages.filter_values(filters) | {}
    wanted["query"] = bool(wanted["query"])
    rows = queries.overseen_members(request.organisation, person=person, at=at)
    return filters, queries.filter_members(rows, at=at, **wanted)


def _export_columns(today: date) -> list[Column[Member]]:
    return [
        Column("Reference", lambda member: member.reference),
        Column("Provider", lambda member: str(member.provider)),
        Column("Market", lambda member: member.market.title),
        Column("Category", lambda member: str(member.lot)),
        Column("Joined", lambda member: local_day(member.joined_at)),
        Column("Last checked", lambda member: member.last_checked_on),
        Column("Query", lambda member: member.query),
        Column("Standing", lambda member: str(standing_of(member, on=today))),
    ]


def _review_form(request: OrganisationRequest, member: Member) -> ReviewSuspensionForm:
    """Make a review's form.

    If the reason for a suspension is withheld, the officer can release it to the provider at the same time.
    """
    form = ReviewSuspensionForm.of(request, initial={"next_on": local_day(request.now) + USUAL_REVIEW_INTERVAL})
    if member.suspension is None or not member.suspension.is_withheld:
        del form.fields["gives_reason"]
    return form


MEMBER_ACTIONS = RecordActions(
    AUTHORITY,
    "member",
    find_member,
    back=lambda request, member: path_at_organisation(request, "authority:member", member.reference),
    needs=(Can.OVERSEE,),
    market_roles=True,
    caption=lambda _, member: member.reference,
    rows=(
        RecordAction(
            commands.review_suspension,
            link="Review suspension",
            form=_review_form,
            heading=lambda _, member: f"Review the suspension of {member.provider}",
            meaning=[
                "Use this page if the suspension continues. If it should end, lift the suspension instead.",
                "We will tell the provider that you have reviewed the suspension, and the date of the next review.",
            ],
            button="Record review",
            done="Review recorded. We have told the provider.",
        ),
    ),
)
