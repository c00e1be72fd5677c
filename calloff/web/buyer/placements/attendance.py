"""A placement's register with the codes to confirm, and the pupils who are off site now."""

from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from calloff.kernel import time_of_day
from calloff.kernel.clock import local_day
from calloff.kernel.lifecycles import Refused
from calloff.people.permissions import Can
from calloff.placements import attendance_codes, commands, off_site, queries
from calloff.placements.due_sessions import find_due
from calloff.placements.models import Attendance, Placement
from calloff.placements.whole_register import whole_register_of
from calloff.referrals.school_calendars import calendar_of
from calloff.web import command_views
from calloff.web.buyer.placements import forms
from calloff.web.buyer.placements.lookups import (
    about_placement,
    find_placement,
    placement_context,
    redirect_to_placement,
)
from calloff.web.forms_ui.forms import ConfirmForm
from calloff.web.permissions import BUYER, at_organisation
from calloff.web.placements import placement_forms
from calloff.web.placements.attendance_ribbon import attendance_ribbon
from calloff.web.request import OrganisationRequest

MAX_SESSIONS_SHOWN = 60  # the number of sessions on a page: six weeks of five days


@command_views.command_view
@at_organisation(BUYER, Can.SEE_PLACING)
def register(request: OrganisationRequest, reference: str) -> HttpResponse:
    """Show the marks with the suggested codes. People with permission can confirm many codes together."""
    placement, form = find_placement(request, reference), ConfirmForm.of(request)
    whole = whole_register_of(placement, calendar_of(placement.buyer))
    rows = list(queries.attendance_of(placement)[:MAX_SESSIONS_SHOWN])
    if request.method == "POST":
        command_views.require_permission(request, placement, "confirm_codes")
        chosen = confirmed_codes(request, rows)
        if form.attempt(
            commands.confirm_codes, request.organisation, confirmed=chosen, by=request.user, at=request.now
        ):
            words = f"{len(chosen)} {'code is' if len(chosen) == 1 else 'codes are'} confirmed."
            return command_views.redirect_done(request, words, redirect_to_placement(request, "register", reference))
    marked = [
        (
            row,
            placement_forms.format_attendance(row),
            attendance_codes.suggest_code(placement, row.mark, row.cause),
            typed_code(request, row),
        )
        for row in rows
    ]
    more = {
        "closed": queries.closed_sessions_of(placement),
        "form": form,
        "rows": marked,
        "codes": attendance_codes.ATTENDANCE_CODES,
        "present": whole.attended,
        "unresolved": dict(_unresolved(request)),
        "chart": attendance_ribbon(whole, list(placement.reviews.all()), request.now),
        "may_confirm": request.user.can(Can.PLACE, organisation=request.organisation, at=request.now),
    }
    return render(request, "buyer/placement_register.html", placement_context(request, placement, **more))


@command_views.command_view
@at_organisation(BUYER, Can.SEE_PLACING)
def close_sessions(request: OrganisationRequest, reference: str) -> HttpResponse:
    """List unmarked sessions, and ask which ones to close and why."""
    placement = find_placement(request, reference)
    command_views.require_permission(request, placement, "close_sessions")
    placements = queries.of_buyer(request.organisation, person=request.user, at=request.now).filter(pk=placement.pk)
    today = local_day(request.now)
    due = [each for each in find_due(placements, today, request.now) if each.day < today]
    if not due and request.method != "POST":
        raise Refused("There are no unmarked sessions before today.")
    form = forms.CloseSessionsForm.of(request, due=due)
    if form.attempt(commands.close_sessions, placement, by=request.user, at=request.now):
        return command_views.redirect_done(
            request, "Sessions closed", redirect_to_placement(request, "register", reference)
        )
    meaning = [
        f"{placement.provider} did not mark these sessions. Ask the provider first{_calling(placement)}. The "
        "provider can mark "
        "them in its register.",
        "If the provider will never mark these sessions, close them. They will no longer be due. We will save "
        "your reason.",
    ]
    return command_views.render_command(
        request, form, heading="Sessions that are not marked", caption=reference,
        about=about_placement(request, placement), meaning=meaning,
        button="Close sessions", cancel=redirect_to_placement(request, "register", reference),
    )  # fmt: skip


def _calling(placement: Placement) -> str:
    return f", on {placement.provider.telephone}" if placement.provider.telephone else ""


def confirmed_codes(request: OrganisationRequest, rows: list[Attendance]) -> list[commands.CodeConfirmation]:
    """Return the rows whose code differs from the confirmed one, or whose mark has changed since."""
    chosen = []
    for row in rows:
        code = request.POST.get(f"code-{row.pk}", "").strip().upper()
        nature = request.POST.get(f"nature-{row.pk}", "")
        if code and ((code, nature.strip()) != (row.code, row.nature) or row.changed_since_confirmed):
            chosen.append(commands.CodeConfirmation(row, code, nature))
    return chosen


def typed_code(request: OrganisationRequest, row: Attendance) -> tuple[str, str]:
    """Return a row's code and nature of education: as typed, or otherwise as confirmed or suggested."""
    if request.method == "POST":
        return request.POST.get(f"code-{row.pk}", ""), request.POST.get(f"nature-{row.pk}", "")
    if row.code:
        return row.code, row.nature
    suggestion = attendance_codes.suggest_code(row.placement, row.mark, row.cause)
    return suggestion.code, suggestion.nature


def _unresolved(request: OrganisationRequest) -> list[tuple[int, date]]:
    found_ = queries.unresolved_absences(request.organisation, person=request.user, at=request.now)
    return [(row.pk, by) for row, by in found_]


def _mark_of_half(attendance: Attendance) -> str:
    return f"{attendance.get_session_display()}: {placement_forms.format_attendance(attendance)}"


def _marked(row: off_site.OffSitePupil) -> str:
    """Describe the morning's and afternoon's marks and which came first, or when the register was due."""
    marks, since = "; ".join(map(_mark_of_half, row.marked)), row.not_accounted_for_since
    unmarked = f"Not marked. Due at {time_of_day.format_time(since)}" if since else "Not marked yet"
    return ", ".join(filter(None, [marks, row.marked_in_order])) or unmarked


@require_safe
@at_organisation(BUYER, Can.SEE_PUPILS)
def off_site_now(request: OrganisationRequest) -> HttpResponse:
    """List the pupils who have a session elsewhere today, with their names, for printing.

    The page is logged as one view.
    """
    now = timezone.localtime(request.now).time()
    found_ = off_site.pupils_off_site(request.organisation, person=request.user, at=request.now, now=now)
    rows: list[tuple[Any, str, str, str]] = [
        (row, _marked(row), time_of_day.format_time(row.back) if row.back else "–", row.word(now)) for row in found_
    ]
    return render(
        request, "buyer/off_site_now.html", {"rows": rows, "now": request.now, "today": local_day(request.now)}
    )
