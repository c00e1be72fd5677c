"""A day's register, designed for phones: a row with radio buttons for each child, and one button for the page."""

from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from calloff.kernel import time_of_day
from calloff.kernel.clock import local_day
from calloff.kernel.formatting import pluralise
from calloff.monitoring.queries import suspended_providers
from calloff.people.permissions import Can
from calloff.placements import commands, queries
from calloff.placements.due_sessions import DueSession, to_mark
from calloff.placements.missing_children import missing_on_register
from calloff.placements.models import AbsenceCause, Attendance, DayNote
from calloff.placements.queries import NOON, RegisterRow
from calloff.placements.session_starts import has_started, start_of, start_time
from calloff.placements.suspensions import suspended_in_any_membership
from calloff.pupils import queries as pupils
from calloff.pupils.contact_rules import REGISTER_PLACE
from calloff.web import command_views
from calloff.web.forms_ui.forms import ConfirmForm
from calloff.web.navigation import path_at_organisation
from calloff.web.permissions import PROVIDER, at_organisation, with_pin
from calloff.web.request import OrganisationRequest
from calloff.web.session.second_step import short_names_only

FIRST_REGISTER = date(2020, 1, 1)
REGISTER_AHEAD = timedelta(days=366)
REGISTER_FIELDS = ("mark", "minutes", "cause", "reason", "found")


@require_safe
@with_pin
@at_organisation(PROVIDER, Can.TAKE_REGISTER)
def today(request: OrganisationRequest) -> HttpResponse:
    """Redirect to a session that has started and is not marked or, if there is none, to the last started or the next
    session.
    """
    day = local_day(request.now)
    there = queries.day_sessions(request.organisation, day, person=request.user, at=request.now)
    return redirect(
        path_at_organisation(request, "provider:register", day.isoformat(), _session_of_now(there, request.now))
    )


def _session_of_now(there: queries.DaySessions, at: datetime) -> str:
    every = sorted(
        (
            (start_of(slot, there.day), str(slot.session), placement.pk)
            for placement, slots in there.found
            for slot in slots
        )
    )
    started = [(session, pk) for start, session, pk in every if start <= at]
    unmarked = [session for session, pk in started if (pk, session) not in there.marked]
    coming = [session for start, session, _ in every if start > at]
    usual = Attendance.Session.AM if timezone.localtime(at).time() < NOON else Attendance.Session.PM
    return next(iter([*unmarked[:1], *(session for session, _ in started[::-1]), *coming]), str(usual))


@command_views.command_view
@with_pin
@at_organisation(PROVIDER, Can.TAKE_REGISTER)
def register(request: OrganisationRequest, day: str, session: str) -> HttpResponse:
    """Ask for a mark for each child in this session. Children for whom nothing is selected stay unmarked."""
    on = _day(day, local_day(request.now))
    if session not in Attendance.Session.values:
        raise Http404
    form = ConfirmForm.of(request)
    there = queries.day_sessions(request.organisation, on, person=request.user, at=request.now)
    rows = queries.register_rows(there, session, person=request.user, at=request.now)
    missing = missing_on_register([row.placement for row in rows], on, request.now)
    coming = {row.placement.pk for row in rows if not has_started(row.slot, on, request.now)}
    short = short_names_only(request)
    form.hrefs = {place: f"#{place}" for place in (f"{row.placement.reference}-{session}" for row in rows)}
    typed = {row.placement.reference: _typed(request, row) for row in rows}
    if request.method == "POST":
        marks = [
            commands.RegisterEntry(
                row.placement, session, name=_name(row, short), **_given(typed[row.placement.reference])
            )
            for row in rows
            if typed[row.placement.reference]["mark"]
        ]
        if form.attempt(
            commands.take_register, request.organisation, day=on, marks=marks, by=request.user, at=request.now
        ):
            return command_views.redirect_done(request, _saved(marks, missing), request.path)
    reader: dict[str, Any] = {"person": request.user, "acting_for": request.organisation, "at": request.now}
    page = {
        "not_to_contact": pupils.people_not_to_contact([row.placement.pupil for row in rows], place=REGISTER_PLACE,
            **reader),
        "out": suspended_in_any_membership([row.placement for row in rows]),
        "suspended": suspended_providers(request.organisation, person=request.user, at=request.now),
        "form": form, "rows": [(row, typed[row.placement.reference], _wrong(form, row, session)) for row in rows],
        "day": on, "session": session, "marks": Attendance.Mark.choices, "causes": AbsenceCause.choices,
        "counts": there.counts(), "short_names": short, "missing": missing, "coming": coming,
        "starts": {row.placement.pk: time_of_day.format_time(start_time(row.slot)) for row in rows},
        "others": queries.others_by_name(there, session, person=request.user, at=request.now),
        "unmarked": _next_unmarked(request, on, session),
        "before": on - timedelta(days=1), "after": on + timedelta(days=1), "today": local_day(request.now),
    }  # fmt: skip
    return render(request, "provider/register.html", page)


def _day(text: str, today: date) -> date:
    """Parse the day in a URL.

    Raises Http404 for an invalid date, for a day before the first register, and for a day too far ahead.
    """
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Http404 from None
    if not FIRST_REGISTER <= day <= today + REGISTER_AHEAD:
        raise Http404
    return day


def _typed(request: OrganisationRequest, row: RegisterRow) -> dict[str, str]:
    """Return what a row shows: what the person typed, or otherwise the stored mark."""
    reference = row.placement.reference
    if request.method == "POST":
        return {name: request.POST.get(f"{name}-{reference}", "") for name in REGISTER_FIELDS}
    marked = row.attendance
    if marked is None:
        return dict.fromkeys(REGISTER_FIELDS, "")
    return {
        "mark": marked.mark, "minutes": str(marked.minutes or ""), "cause": marked.cause, "reason": marked.reason,
        "found": "",
    }  # fmt: skip


def _given(typed: dict[str, str]) -> dict[str, Any]:
    minutes = typed["minutes"].strip()
    return typed | {"minutes": int(minutes) if minutes.isascii() and minutes.isdigit() else None}


def _wrong(form: Any, row: RegisterRow, session: str) -> str:
    """Return the error for a row, to show next to it."""
    if not form.is_bound:
        return ""
    here = f"{row.placement.reference}-{session}"
    errors = [str(error) for error in form.non_field_errors()]
    return " ".join(words for words, where in zip(errors, form.where, strict=False) if where == here)


def _name(row: RegisterRow, short: bool) -> str:
    return row.short_name if short else row.name


def _next_unmarked(request: OrganisationRequest, on: date, session: str) -> DueSession | None:
    """Find the oldest session that has started and has an unmarked child, or None if this page shows that session."""
    due = to_mark(request.organisation, person=request.user, at=request.now)
    oldest = next((session_due for session_due in due if session_due.has_started(request.now)), None)
    return oldest if oldest and (oldest.day, oldest.session) != (on, session) else None


def _saved(marks: list[commands.RegisterEntry], missing: dict[int, DayNote]) -> str:
    """Describe what was saved, for example: “7 present, 1 late, 1 absent. We have told the school.”"""
    found_pupils = sum(mark.found == commands.FOUND_ANSWER and mark.placement.pk in missing for mark in marks)
    number = Counter(mark.mark for mark in marks)
    saved = ", ".join(f"{number[key]} {str(label).lower()}" for key, label in Attendance.Mark.choices if number[key])
    knows = " We have told the school." if number[Attendance.Mark.ABSENT] or found_pupils else ""
    again = f" {pluralise(found_pupils, 'pupil')} recorded as found." if found_pupils else ""
    return f"Register saved: {saved}.{again}{knows}"
