"""Changes that providers propose to checked facts, with the pages to approve or refuse them.

A change is shown as before and after. There are also pages for each service, with its pictures and versions.
"""

from typing import Any

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from calloff.directory import commands, listing_queries
from calloff.directory.models import ServiceChange
from calloff.directory.states import CHANGE, ServiceChangeStatus
from calloff.history.transitions import is_allowed
from calloff.kernel.clock import local_day
from calloff.members.membership_status import why_not_listed
from calloff.people.permissions import Can
from calloff.web import list_pages
from calloff.web.authority.forms import ReadableReasonForm
from calloff.web.authority.who_can import format_who_can
from calloff.web.directory.service_diff import diff_services, name_facts
from calloff.web.directory.service_version_pages import compare_versions_context
from calloff.web.history import pages
from calloff.web.navigation import path_at_organisation, record_parts
from calloff.web.permissions import AUTHORITY, at_organisation
from calloff.web.record_actions import RecordAction, RecordActions
from calloff.web.request import OrganisationRequest

NOW_FOUND_SENTENCE = "The public can now find the service."
NOW_SHOWN_SENTENCE = "The service’s page now shows the change."
CHANGE_LIST_STATES: list_pages.StateFilters = {
    "waiting": ("Waiting for an answer", Q(status=ServiceChangeStatus.WAITING)),
    "answered": ("Approved or refused", Q(status__in=[ServiceChangeStatus.APPROVED, ServiceChangeStatus.REFUSED])),
    "over": ("Withdrawn or replaced", Q(status__in=[ServiceChangeStatus.WITHDRAWN, ServiceChangeStatus.SUPERSEDED])),
}


@require_safe
@at_organisation(AUTHORITY, Can.OVERSEE)
def changes(request: OrganisationRequest) -> HttpResponse:
    changes = listing_queries.changes_at(request.organisation, person=request.user, at=request.now)
    waiting = Q(status=ServiceChangeStatus.WAITING)
    filters, changes = list_pages.filter_by_state(
        request, changes, CHANGE_LIST_STATES, everything="Waiting for an answer", otherwise=waiting
    )
    page = list_pages.list_context(request, changes, ("proposed_at", "pk"), one="change", filters=filters)
    answers = request.user.can(Can.ASSURE, organisation=request.organisation, at=request.now)
    who = "" if answers else format_who_can(CHANGE, "approve_change", "approve or refuse changes")
    return render(request, "authority/changes.html", page | {"named": name_facts, "who_can": who})


@require_safe
@at_organisation(AUTHORITY, Can.OVERSEE)
def change(request: OrganisationRequest, pk: int) -> HttpResponse:
    change = _found(request, pk)
    answers = is_allowed(change, "approve_change", request.user, request.now)
    waits = change.status == ServiceChangeStatus.WAITING
    who = format_who_can(CHANGE, "approve_change", "approve or refuse this change") if waits and not answers else ""
    page = {
        "actions": CHANGE_ACTIONS.links(request, change),
        "who_can": who,
        "seen": _what_the_public_sees(request, change) if waits else [],
    }
    return render(request, "authority/change.html", _page(request, change) | page)


@require_safe
@at_organisation(AUTHORITY, Can.OVERSEE)
def history(request: OrganisationRequest, pk: int) -> HttpResponse:
    change = _found(request, pk)
    return pages.render_history(request, change, context=_page(request, change), frame="authority/change_frame.html")


@require_safe
@at_organisation(AUTHORITY, Can.OVERSEE)
def service(request: OrganisationRequest, pk: int) -> HttpResponse:
    """Show a service's pictures and versions."""
    seen = listing_queries.seen_by_authority(request.organisation, person=request.user, at=request.now)
    service = get_object_or_404(seen, pk=pk)
    page = {
        "service": service,
        "pictures": list(listing_queries.pictures_of(service)),
        "may_take_down": is_allowed(service, "take_down_picture", request.user, request.now),
    }
    return render(request, "authority/service.html", page | compare_versions_context(request, service))


def _what_the_public_sees(request: OrganisationRequest, change: ServiceChange) -> list[str]:
    """Describe what the public will see after a change is approved, or why they will see nothing.

    Any missing price is mentioned too.
    """
    today = local_day(request.now)
    why = why_not_listed(change.service.member, on=today)
    visibility = (
        "The public will be able to find the service straight away."
        if change.is_new_service
        else "Everyone will see the change straight away."
    )
    words = [f"If you approve this, the public will still not see the service because {why}." if why else visibility]
    if not listing_queries.prices_of(change.service).exclude(ends_on__lt=today).exists():
        words.append(f"{change.provider} has not set a price for this service yet.")
    return words


def _found(request: OrganisationRequest, pk: int) -> ServiceChange:
    return get_object_or_404(
        listing_queries.changes_at(request.organisation, person=request.user, at=request.now), pk=pk
    )


def _page(request: OrganisationRequest, change: ServiceChange) -> dict[str, Any]:
    places = [
        ("Change", path_at_organisation(request, "authority:change", change.pk)),
        ("History", path_at_organisation(request, "authority:change-history", change.pk)),
    ]
    return {
        "change": change,
        "different": diff_services(change.before, change.after),
        "parts": record_parts(request, places),
        "back_to_list": list_pages.back_to_list(request, "authority:changes"),
    }


def _after_approval(request: OrganisationRequest, change: ServiceChange) -> str:
    why = why_not_listed(change.service.member, on=local_day(request.now))
    if change.is_new_service:
        found = f"The public cannot find the service yet because {why}." if why else NOW_FOUND_SENTENCE
        return f"{change.service} approved. {found}"
    hidden = f"The public cannot see {change.service} at the moment because {why}."
    return f"Approved. {hidden if why else NOW_SHOWN_SENTENCE}"


def _what_approval_means(request: OrganisationRequest, change: ServiceChange) -> list[str]:
    return [*_what_the_public_sees(request, change), f"We will email {change.provider}."]


def _what_refusal_means(_: OrganisationRequest, change: ServiceChange) -> list[str]:
    if change.is_new_service:
        return [
            f"The public will not see this service. {change.provider} will be able to read your reason, change the "
            "service and send it again."
        ]
    return [f"The page will not change. {change.provider} can read your reason."]


def _after_refusal(_: OrganisationRequest, change: ServiceChange) -> str:
    if change.is_new_service:
        return f"{change.service} refused. {change.provider} can change it and send it again."
    return f"Change refused. {change.service} will not change. {change.provider} can read your reason."


CHANGE_ACTIONS = RecordActions(
    AUTHORITY,
    "change",
    _found,
    key="pk",
    back=lambda request, change: path_at_organisation(request, "authority:change", change.pk),
    needs=(Can.OVERSEE,),
    template="authority/change_answer.html",
    context=lambda _, change: {"change": change, "different": diff_services(change.before, change.after)},
    rows=(
        RecordAction(  # the change in this URL, even if another has been proposed since
            commands.approve_change,
            path="approve",
            link="Approve",
            heading=lambda _, change: (
                f"Approve {change.service}" if change.is_new_service else f"Approve the change to {change.service}"
            ),
            meaning=_what_approval_means,
            button=lambda _, change: "Approve the service" if change.is_new_service else "Approve the change",
            done=_after_approval,
        ),
        RecordAction(
            commands.refuse_change,
            path="refuse",
            link="Refuse",
            form=ReadableReasonForm,
            heading=lambda _, change: (
                f"Refuse {change.service}" if change.is_new_service else f"Refuse the change to {change.service}"
            ),
            meaning=_what_refusal_means,
            button=lambda _, change: "Refuse the service" if change.is_new_service else "Refuse the change",
            done=_after_refusal,
        ),
    ),
)
