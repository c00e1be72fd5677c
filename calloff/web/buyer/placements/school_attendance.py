"""All placed pupils' attendance in a week: choose many codes together, and export them.

The page shows initials. The file has names and unique pupil numbers, so it needs permission to see pupils. Schools
import it into their own system.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from calloff.kernel.clock import local_day
from calloff.kernel.formatting import pluralise
from calloff.people.models import Organisation
from calloff.people.permissions import Can
from calloff.placements import attendance_codes, commands, queries
from calloff.placements.models import Attendance, ClosedSession, Placement
from calloff.placements.planned_days import planned_sessions
from calloff.pupils.models import Pupil, RecordAccess
from calloff.pupils.queries import ShownPupil, identify_pupils
from calloff.web import command_views
from calloff.web.buyer.placements.attendance import confirmed_codes, typed_code
from calloff.web.forms_ui.forms import ConfirmForm
from calloff.web.navigation import path_at_organisation
from calloff.web.permissions import BUYER, ActionNotPermitted, at_organisation
from calloff.web.placements.placement_forms import format_attendance
from calloff.web.request import OrganisationRequest
from calloff.web.spreadsheet_exports import Column, export_response

ATTENDANCE_PURPOSE = "To complete the school’s register"
FIRST_WEEK = date(2020, 1, 6)
WEEK, SCHOOL_WEEK_DAYS = timedelta(days=7), 5
NO_MARK = {
    "unmarked": "Not marked", "to_come": "To come", "cancelled": "Cancelled", "closed": "Closed without a mark",
}  # fmt: skip


class WeekMark(NamedTuple):
    """One session in the week's grid: its half day, and its mark or why it has none."""

    half: str  # “am” or “pm”
    kind: str  # a mark, or one of NO_MARK
    words: str


class UnmarkedSession(NamedTuple):
    """A planned session without a mark. `kind` is one of NO_MARK."""

    placement: Placement
    day: date
    session: str
    kind: str


class ProviderToCall(NamedTuple):
    """A provider with sessions that it has not marked yet."""

    provider: Organisation
    sessions: int
    oldest: date


@command_views.command_view
@at_organisation(BUYER, Can.SEE_PLACING)
def week(request: OrganisationRequest) -> HttpResponse:
    """Show a week's marks with the suggested codes. People with permission can confirm many codes together."""
    first, form = _first_day(request), ConfirmForm.of(request)
    rows = list(
        attendance_codes.attendance_in(request.organisation, first, first + WEEK, person=request.user, at=request.now)
    )
    may_confirm = request.user.can(Can.PLACE, organisation=request.organisation, at=request.now)
    if request.method == "POST":
        if not may_confirm:
            raise ActionNotPermitted(Can.PLACE)
        chosen = confirmed_codes(request, rows)
        if form.attempt(
            commands.confirm_codes, request.organisation, confirmed=chosen, by=request.user, at=request.now
        ):
            words = f"{pluralise(len(chosen), 'code')} confirmed."
            return command_views.redirect_done(request, words, request.get_full_path())
    form.hrefs = {f"code-{row.pk}": f"#code-{row.pk}" for row in rows}
    unmarked = _unmarked(request, rows, first)
    children = {row.placement.pupil for row in rows} | {session.placement.pupil for session in unmarked}
    shown = identify_pupils(
        children, person=request.user, acting_for=request.organisation,
        purpose=ATTENDANCE_PURPOSE, at=request.now,
    )  # fmt: skip
    today = local_day(request.now)
    days, grid = _grid(rows, unmarked, first, shown)
    page = {
        "form": form, "may_confirm": may_confirm, "first": first, "last": first + WEEK - timedelta(days=1),
        "rows": [(row, shown.get(row.placement.pupil_id), format_attendance(row), typed_code(request, row),
                  _wrong(form, row)) for row in rows],
        "days": days, "grid": grid, "to_call": _to_call(unmarked),
        "codes": attendance_codes.ATTENDANCE_CODES, "before": first - WEEK, "after": first + WEEK, "today": today,
        "left": sum(not row.code or row.changed_since_confirmed for row in rows),
        "may_export": request.user.can(Can.SEE_PUPILS, organisation=request.organisation, at=request.now),
        "here": path_at_organisation(request, "buyer:attendance"),
    }  # fmt: skip
    return render(request, "buyer/attendance.html", page)


def _unmarked(request: OrganisationRequest, rows: Sequence[Attendance], first: date) -> list[UnmarkedSession]:
    """Return the week's sessions without a mark, in order."""
    ours = queries.of_buyer(request.organisation, person=request.user, at=request.now)
    marked = {(row.placement.reference, row.day, str(row.session)) for row in rows}
    stored = ClosedSession.objects.filter(placement__buyer=request.organisation, day__range=(first, first + WEEK))
    closed = set(stored.values_list("placement__reference", "day", "session"))
    planned = [
        session
        for session in planned_sessions(ours, first, first + WEEK - timedelta(days=1))
        if (session.reference, session.day, session.session) not in marked
    ]
    listed = queries.with_list_columns(ours)
    found = {one.reference: one for one in listed.filter(reference__in={session.reference for session in planned})}
    return [
        UnmarkedSession(
            found[session.reference], session.day, session.session,
            "closed" if (session.reference, session.day, session.session) in closed
            else "cancelled" if session.is_cancelled
            else "unmarked" if session.starts_at <= request.now else "to_come",
        )
        for session in planned
        if session.reference in found and not (session.is_cancelled and found[session.reference].is_over)
    ]  # fmt: skip


def _grid(
    rows: Sequence[Attendance], unmarked: Sequence[UnmarkedSession], first: date, shown: Mapping[int, ShownPupil]
) -> tuple[list[date], list[tuple[Placement, str, list[list[WeekMark]]]]]:
    """Return the days of the grid, and each placement with its pupil and the marks of each day, in order."""
    cells: dict[tuple[int, date], list[WeekMark]] = {}
    placements: dict[int, Placement] = {}
    for row in rows:
        placements.setdefault(row.placement_id, row.placement)
        mark = WeekMark(str(row.session), row.mark, format_attendance(row))
        cells.setdefault((row.placement_id, row.day), []).append(mark)
    for one in unmarked:
        placements.setdefault(one.placement.pk, one.placement)
        cells.setdefault((one.placement.pk, one.day), []).append(WeekMark(one.session, one.kind, NO_MARK[one.kind]))
    every = [first + timedelta(days=number) for number in range(7)]
    days = [day for day in every if day.weekday() < SCHOOL_WEEK_DAYS or any(day == other for _, other in cells)]

    def name(one: Placement) -> str:
        known = shown.get(one.pupil_id)
        return known.in_words if known else one.reference

    ordered = sorted(placements.values(), key=lambda one: (name(one), one.reference))
    return days, [(one, name(one), [sorted(cells.get((one.pk, day), [])) for day in days]) for one in ordered]


def _to_call(unmarked: Sequence[UnmarkedSession]) -> list[ProviderToCall]:
    late: dict[Organisation, list[date]] = {}
    for one in unmarked:
        if one.kind == "unmarked":
            late.setdefault(one.placement.provider, []).append(one.day)
    return [ProviderToCall(provider, len(days), min(days)) for provider, days in late.items()]


@require_safe
@at_organisation(BUYER, Can.SEE_PUPILS)
def export(request: OrganisationRequest) -> HttpResponseBase:
    """Export the week's codes as CSV, with each code's official description, for the school's own system."""
    first = _first_day(request)
    rows = list(
        attendance_codes.attendance_in(request.organisation, first, first + WEEK, person=request.user, at=request.now)
    )
    shown = identify_pupils(
        {row.placement.pupil for row in rows}, person=request.user, acting_for=request.organisation,
        purpose=ATTENDANCE_PURPOSE, at=request.now, what=RecordAccess.What.IDENTITY,
    )  # fmt: skip

    def upn(row: Attendance) -> str:
        pupil: Pupil = row.placement.pupil
        return pupil.upn if row.placement.pupil_id in shown else ""

    columns: list[Column[Any]] = [
        Column("UPN", upn),
        Column("Pupil", lambda row: shown[row.placement.pupil_id].name if row.placement.pupil_id in shown else ""),
        Column("Reference", lambda row: row.placement.reference),
        Column("Date", lambda row: row.day),
        Column("Session", lambda row: str(row.session).upper()),
        Column("Code", lambda row: row.code),
        Column("Description", lambda row: attendance_codes.ATTENDANCE_CODES.get(row.code, "")),
        Column("Kind of education", lambda row: row.nature),
        Column("Provider", lambda row: row.placement.provider.name),
        Column("Provider’s mark", lambda row: row.get_mark_display()),
        Column("Minutes", lambda row: row.minutes),
        Column("Confirmed", lambda row: row.confirmed_at),
    ]
    return export_response(f"attendance-{first.isoformat()}", columns, rows)


def _first_day(request: OrganisationRequest) -> date:
    """Return the Monday of the week in the URL, or of this week.

    Raises Http404 for an invalid or distant date.
    """
    today = local_day(request.now)
    try:
        day = date.fromisoformat(request.GET.get("week", today.isoformat()))
    except ValueError:
        raise Http404 from None
    if not FIRST_WEEK <= day <= today + WEEK:
        raise Http404
    return day - timedelta(days=day.weekday())


def _wrong(form: Any, row: Attendance) -> str:
    """Return a session's error, to show next to it."""
    errors = [str(error) for error in form.non_field_errors()] if form.is_bound else []
    return " ".join(words for words, where in zip(errors, form.where, strict=False) if where == f"code-{row.pk}")
