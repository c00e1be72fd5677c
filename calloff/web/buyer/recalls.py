"""Notices about a provider that cannot take placements now, and the buyer's answer about its children."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from calloff.history.transitions import is_allowed
from calloff.kernel.clock import local_day
from calloff.monitoring import commands, queries
from calloff.monitoring.models import SuspensionNotice
from calloff.monitoring.states import RecallStatus
from calloff.people.models import Organisation, User
from calloff.people.permissions import Can
from calloff.placements.whereabouts import is_there_now, whereabouts_of
from calloff.web import command_views, list_pages
from calloff.web.forms_ui.field_errors import text_errors
from calloff.web.forms_ui.forms import UnmarkedForm, textarea_field
from calloff.web.navigation import path_at_organisation
from calloff.web.permissions import BUYER, at_organisation
from calloff.web.request import OrganisationRequest
from calloff.web.work_items import WorkItem, end_of_last_day


class AcknowledgeRecallForm(UnmarkedForm):
    said = textarea_field(
        "Where is each pupil now, and what have you done?",
        "The council will read this. Do not name a pupil. Write “both”, “the year 9 pupil” or the placement’s "
        "reference.",
        errors=text_errors("Where each pupil is and what you have done"),
    )


@require_safe
@at_organisation(BUYER, Can.SEE_PLACING)
def recalls(request: OrganisationRequest) -> HttpResponse:
    notices = queries.recalls_of_buyer(request.organisation, person=request.user, at=request.now)
    page = list_pages.list_context(request, notices, ("-told_at", "-pk"), one="message", many="messages")
    told = [notice for notice in page["rows"] if notice.status == RecallStatus.TOLD]
    # all notices are to the same buyer
    may_acknowledge = bool(told) and is_allowed(told[0], "acknowledge", request.user, request.now)
    page["to_acknowledge"] = {notice.pk for notice in told if may_acknowledge}
    return render(request, "buyer/recalls.html", page)


@require_safe
@at_organisation(BUYER, Can.SEE_PLACING)
def recall(request: OrganisationRequest, pk: int) -> HttpResponse:
    notice = _found(request, pk)
    there = list(queries.placements_there(notice, request.now))
    where = whereabouts_of(there)
    here = {each.pk for each in there if is_there_now(each, where.get(each.pk), request.now)}
    elsewhere = {each.pk for each in there if each.pk in where and where[each.pk].is_away}
    page = {
        "recall": notice,
        "placements": there,
        "orders": list(queries.orders_there(notice)),
        "where": where,
        "sees_pupils": request.user.can(Can.SEE_PUPILS, organisation=request.organisation, at=request.now),
        "here": here,
        "elsewhere": elsewhere,
        "to_start": {each.pk for each in there} - here - elsewhere,
        "lifted_at": queries.lifted_at(notice.suspension),
        "may_acknowledge": is_allowed(notice, "acknowledge", request.user, request.now),
    }
    return render(request, "buyer/recall.html", page)


@command_views.command_view
@at_organisation(BUYER, Can.SEE_PLACING)
def acknowledge(request: OrganisationRequest, pk: int) -> HttpResponse:
    notice = _found(request, pk)
    command_views.require_permission(request, notice, "acknowledge")
    form = AcknowledgeRecallForm.of(request)
    if form.attempt(commands.acknowledge, notice, by=request.user, at=request.now):
        return command_views.redirect_done(
            request, f"Answer sent. {notice.authority} can now read it.", "buyer:recall", pk
        )
    meaning = ["The council can see your answer. You cannot change it later."]
    return command_views.render_command(
        request, form, heading=f"Tell the council where your pupils at {notice.provider} are", meaning=meaning,
        button="Acknowledge", cancel=path_at_organisation(request, "buyer:recall", pk),
    )  # fmt: skip


def recall_work(buyer: Organisation, person: User, at: datetime) -> Iterator[WorkItem]:
    """Yield unanswered suspension notices, for the home page.

    Each is due on the day the buyer was notified.
    """
    waiting: Any = queries.recalls_of_buyer(buyer, person=person, at=at)
    for notice in waiting.waiting():
        href = reverse("buyer:recall", args=[buyer.slug, notice.pk])
        by = end_of_last_day(local_day(notice.told_at))
        task = (
            f"Tell the council where your pupils at {notice.provider} are" if notice.children
            else f"Tell the council about pupils who were due to start at {notice.provider}" if notice.to_start
            else f"Tell the council about your offer to {notice.provider}" if notice.offers
            else f"Tell the council about the staff you ordered from {notice.provider}"
        )  # fmt: skip
        yield WorkItem(
            task, href, str(buyer), by, otherwise="the council will not be able to check that the pupils are safe"
        )


def _found(request: OrganisationRequest, pk: int) -> SuspensionNotice:
    seen = queries.recalls_of_buyer(request.organisation, person=request.user, at=request.now)
    return get_object_or_404(seen, pk=pk)
