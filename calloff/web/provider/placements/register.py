"""A day's register, designed for phones, with one button for the page.

It has both halves of the day, with a row for each child. The week shows all children's marks, and leads to the unmarked
sessions.
"""

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
from calloff.placements.due_sessions import to_mark
from calloff.placements.missing_children import missing_on_register
from calloff.placements.models import AbsenceCause, Attendance, DayNote
from calloff.placements.queries import NOON, RegisterRow
from calloff.placements.session_starts import has_started, start_of, start_time
from calloff.placements.suspensions import suspended_in_any_membership
from calloff.web import command_views
from calloff.web.forms_ui.forms import ConfirmForm
from calloff.web.navigation import path_at_organisation
from calloff.web.permissions import PROVIDER, at_organisation, with_pin
from calloff.web.request import OrganisationRequest
from calloff.web.session.second_step import short_names_only

FIRST_REGISTER = date(2020, 1, 1)
REGISTER_AHEAD = timedelta(days=366)
REGISTER_FIELDS = ("mark", "minutes", "cause", "reason")
ALL_PRESENT = "all_present"  # the button that selects “Present” for each unmarked child in a session
SCHOOL_WEEK_DAYS, WEEK_DAYS = 5, 7


@require_safe
@with_pin
@at_organisation(PROVIDER, Can.TAKE_REGISTER)
def today(request: OrganisationRequest) -> HttpResponse:
    """Redirect to a session that has started and is not marked.

    If there is none, redirect to the last started or the next session.
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
    """Ask for a mark for each child in both of a day's sessions. Children without a selection stay unmarked.

    The session in the URL is open when the page opens.
    """
    on = _day(day, local_day(request.now))
    if session not in Attendance.Session.values:
        raise Http404
    filling = request.POST.get(ALL_PRESENT, "")
    form = ConfirmForm() if filling else ConfirmForm.of(request)
    there = queries.day_sessions(request.organisation, on, person=request.user, at=request.now)
    others = list(queries.placements_without_session(there, person=request.user, at=request.now))
    every = [*(one for one, _ in there.found), *others]
    shown, not_to_contact = queries.identify_register(request.organisation, every, person=request.user, at=request.now)
    halves = queries.register_rows(there, shown)
    rows = [row for half in halves.values() for row in half]
    missing = missing_on_register({row.placement.pk: row.placement for row in rows}.values(), on, request.now)
    coming = {_place(row) for row in rows if not has_started(row.slot, on, request.now)}
    short = short_names_only(request)
    form.hrefs = {place: f"#{place}" for place in map(_place, rows)}
    typed = {_place(row): _typed(request, row) for row in rows}
    if filling in halves and on <= local_day(request.now):
        for row in halves[filling]:
            if not typed[_place(row)]["mark"] and _place(row) not in coming and row.placement.pk not in missing:
                typed[_place(row)]["mark"] = Attendance.Mark.PRESENT
    elif request.method == "POST":
        marks = [
            commands.RegisterEntry(
                row.placement, str(row.slot.session), name=_name(row, short), **_given(typed[_place(row)])
            )
            for row in rows
            if typed[_place(row)]["mark"]
        ]
        if form.attempt(
            commands.take_register, request.organisation, day=on, marks=marks, by=request.user, at=request.now
        ):
            return command_views.redirect_done(request, _saved(marks, missing), request.path)
    to_mark_now = to_mark(request.organisation, person=request.user, at=request.now, known=every)
    due = [one for one in to_mark_now if one.has_started(request.now)]
    page = {
        "not_to_contact": not_to_contact,
        "out": suspended_in_any_membership([row.placement for row in rows]),
        "suspended": suspended_providers(request.organisation, person=request.user, at=request.now),
        "form": form, "day": on, "session": session, "filling": filling, "marks": Attendance.Mark.choices,
        "halves": [_half(key, [(row, typed[_place(row)], _wrong(form, row)) for row in halves[key]], session, coming)
                   for key in halves if halves[key]],
        "causes": AbsenceCause.choices, "short_names": short, "coming": coming,
        "missing": missing, "asked_at": _first_asked(rows, missing, coming),
        "starts": {_place(row): time_of_day.format_time(start_time(row.slot)) for row in rows},
        "others": [(one, shown.get(one.pupil_id)) for one in others],
        "unmarked": len(due), "oldest": due[0] if due and due[0].day != on else None,
        "before": on - timedelta(days=1), "after": on + timedelta(days=1), "today": local_day(request.now),
    }  # fmt: skip
    return render(request, "provider/register.html", page)


@require_safe
@with_pin
@at_organisation(PROVIDER, Can.TAKE_REGISTER)
def week(request: OrganisationRequest, day: str) -> HttpResponse:
    """Show a week's marks: a row for each child and a column for each day."""
    today = local_day(request.now)
    first = _day(day, today)
    first -= timedelta(days=first.weekday())
    days = [first + timedelta(days=number) for number in range(WEEK_DAYS)]
    each = queries.days_sessions(request.organisation, days, person=request.user, at=request.now)
    shown_days = [there for there in each if there.found or there.day.weekday() < SCHOOL_WEEK_DAYS]
    placed = {one.pk: one for there in each for one, _ in there.found}
    shown, _ = queries.identify_register(request.organisation, placed.values(), person=request.user, at=request.now)
    short = short_names_only(request)
    cells = {
        (one.pk, there.day): [
            (str(slot.session), there.marked.get((one.pk, slot.session)), has_started(slot, there.day, request.now))
            for slot in slots
        ]
        for there in shown_days
        for one, slots in there.found
    }
    names = {
        pk: (known.short_name if short else known.in_words) if (known := shown.get(one.pupil_id)) else one.reference
        for pk, one in placed.items()
    }
    rows = [
        (placed[pk], names[pk], [(there.day, cells.get((pk, there.day), [])) for there in shown_days])
        for pk in sorted(placed, key=names.__getitem__)
    ]
    page = {
        "first": first, "last": shown_days[-1].day, "days": shown_days, "rows": rows, "today": today,
        "totals": [(sum(marked for _, marked in counts.values()), sum(here for here, _ in counts.values()))
                   for counts in (there.counts() for there in shown_days)],
        "before": first - timedelta(days=WEEK_DAYS), "after": first + timedelta(days=WEEK_DAYS),
    }  # fmt: skip
    return render(request, "provider/register_week.html", page)


def _place(row: RegisterRow) -> str:
    """Return a row's name on the page, which its fields and its errors' links contain."""
    return f"{row.placement.reference}-{row.slot.session}"


def _half(
    key: str, rows: list[tuple[RegisterRow, dict[str, str], str]], session: str, coming: set[str]
) -> dict[str, Any]:
    number = Counter(row.attendance.mark for row, _, _ in rows if row.attendance)
    words = [f"{number[mark]} {str(label).lower()}" for mark, label in Attendance.Mark.choices if number[mark]]
    return {
        "key": key, "name": Attendance.Session(key).label, "rows": rows, "marked": number.total(),
        "totals": ", ".join(words),
        "to_fill": any(not typed["mark"] and _place(row) not in coming for row, typed, _ in rows),
        "open": key == session or any(wrong for _, _, wrong in rows),
    }  # fmt: skip


def _first_asked(rows: list[RegisterRow], missing: dict[int, DayNote], coming: set[str]) -> set[str]:
    """Return, for each missing child, the row that asks whether the child has been found."""
    asked: dict[int, str] = {}
    for row in rows:
        if row.placement.pk in missing and _place(row) not in coming:
            asked.setdefault(row.placement.pk, _place(row))
    return set(asked.values())


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
    """Return what a row shows: the person's entry, or otherwise the stored mark."""
    if request.method == "POST":
        typed = {name: request.POST.get(f"{name}-{_place(row)}", "") for name in REGISTER_FIELDS}
        return typed | {"found": request.POST.get(f"found-{row.placement.reference}", "")}
    marked = row.attendance
    if marked is None:
        return dict.fromkeys([*REGISTER_FIELDS, "found"], "")
    return {
        "mark": marked.mark, "minutes": str(marked.minutes or ""), "cause": marked.cause, "reason": marked.reason,
        "found": "",
    }  # fmt: skip


def _given(typed: dict[str, str]) -> dict[str, Any]:
    minutes = typed["minutes"].strip()
    return typed | {"minutes": int(minutes) if minutes.isascii() and minutes.isdigit() else None}


def _wrong(form: Any, row: RegisterRow) -> str:
    """Return a row's error, to show next to it."""
    if not form.is_bound:
        return ""
    errors = [str(error) for error in form.non_field_errors()]
    return " ".join(words for words, where in zip(errors, form.where, strict=False) if where == _place(row))


def _name(row: RegisterRow, short: bool) -> str:
    return row.short_name if short else row.name


def _saved(marks: list[commands.RegisterEntry], missing: dict[int, DayNote]) -> str:
    """Describe what was saved: “7 present, 1 late, 1 absent. We have told the school.”"""
    found_pupils = len({
        mark.placement.pk for mark in marks
        if mark.found == commands.FOUND_ANSWER and mark.mark != Attendance.Mark.ABSENT and mark.placement.pk in missing
    })  # fmt: skip
    number = Counter(mark.mark for mark in marks)
    saved = ", ".join(f"{number[key]} {str(label).lower()}" for key, label in Attendance.Mark.choices if number[key])
    knows = " We have told the school." if number[Attendance.Mark.ABSENT] or found_pupils else ""
    again = f" {pluralise(found_pupils, 'pupil')} recorded as found." if found_pupils else ""
    return f"Register saved: {saved}.{again}{knows}"
