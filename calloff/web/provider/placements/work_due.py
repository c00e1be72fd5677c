"""Placement work for a provider's people: what to do, by when, and what happens if no one does it."""

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse

from calloff.kernel.clock import local_day
from calloff.kernel.formatting import format_clock_time, format_short_date, pluralise
from calloff.people.models import Organisation, User
from calloff.placements import queries
from calloff.placements.due_sessions import DueSession, to_mark
from calloff.placements.messages import DANGER_ADVICE
from calloff.placements.missing_children import missing_at
from calloff.placements.models import PreStartCheck
from calloff.placements.suspensions import without_promises_among
from calloff.web.placements.day_notes import describe_danger
from calloff.web.work_items import WorkItem, end_of_last_day, pause_work

MARK_NOW_SENTENCE = "Mark each child now. If you do not know where a child is, call the school and record a note."


def missing_children_work(provider: Organisation, person: User, at: datetime) -> Iterator[WorkItem]:
    """Yield missing children, until a note or a mark in the register says where they are."""
    for note in missing_at(provider, person=person, at=at):
        number = f" on {note.buyer.telephone}" if note.buyer.telephone else ""
        now = (
            f"{DANGER_ADVICE} Look where the pupil was last seen. Call {note.buyer}{number} now and say what you know. "
            "Record where the pupil is as soon as you know."
        )
        href = reverse("provider:placement-notes", args=[provider.slug, note.placement.reference])
        by = end_of_last_day(local_day(note.recorded_at))
        yield WorkItem(describe_danger(note, provider), href, str(provider), by, note.placement.reference, danger=now)


def register_work(provider: Organisation, person: User, at: datetime) -> Iterator[WorkItem]:
    """Yield today's sessions with unmarked children, then one line for all older ones.

    A session is late from its start, and must be marked now. Sessions that start later today come after it.
    """
    today = local_day(at)
    sessions = to_mark(provider, person=person, at=at)
    gathered: dict[tuple[str, bool], list[DueSession]] = {}
    for session_due in sessions:
        if session_due.day == today:
            gathered.setdefault((session_due.session, session_due.has_started(at)), []).append(session_due)
    for (session, has_started), due_sessions in gathered.items():
        href = reverse("provider:register", args=[provider.slug, today.isoformat(), session])
        yield _register_of_today(provider, due_sessions, href, has_started=has_started)
    earlier = [session_due for session_due in sessions if session_due.day < today]
    if earlier:
        oldest, children = earlier[0], pluralise(len({one.placement.pk for one in earlier}), "child", "children")
        task = (
            f"Mark the register for {children}: {pluralise(len(earlier), 'session')} not marked since "
            f"{format_short_date(oldest.day)}"
        )
        href = reverse("provider:register", args=[provider.slug, oldest.day.isoformat(), oldest.session])
        yield WorkItem(task, href, str(provider), end_of_last_day(oldest.day))


def _register_of_today(
    provider: Organisation, due_sessions: list[DueSession], href: str, *, has_started: bool
) -> WorkItem:
    half, many = due_sessions[0].half, pluralise(len(due_sessions), "child", "children")
    starts = min(session_due.starts_at for session_due in due_sessions)
    if has_started:
        task = f"Mark the {half} register: {many} not marked since {format_clock_time(starts)}"
        return WorkItem(task, href, str(provider), starts, urgent=MARK_NOW_SENTENCE)
    task, when = f"Take the {half} register: {many}", f"From {format_clock_time(starts)} today"
    return WorkItem(task, href, str(provider), starts, when=when)


def staff_check_work(provider: Organisation, person: User, at: datetime) -> Iterator[WorkItem]:
    mine = queries.with_checks_left(queries.of_provider(provider, person=person, at=at), kind=PreStartCheck.Kind.STAFF)
    placements = [placement for placement in mine if placement.checks_left]
    paused = without_promises_among(placements)
    for placement in placements:
        if placement.pk in paused:
            href = reverse("provider:placement", args=[provider.slug, placement.reference])
            yield pause_work(
                WorkItem("Confirm your staff checks in writing", href, str(provider), None, placement.reference),
                provider,
            )
        else:
            href = reverse("provider:placement-confirm-staff-checks", args=[provider.slug, placement.reference])
            yield WorkItem(
                "Confirm your staff checks in writing",
                href,
                str(provider),
                end_of_last_day(placement.interest.start_on),
                placement.reference,
                otherwise="the child will not be able to start",
            )


def change_work(provider: Organisation, person: User, at: datetime) -> Iterator[WorkItem]:
    for change in queries.changes_to_answer(provider, person=person, at=at):
        href = reverse("provider:placement-changes", args=[provider.slug, change.placement.reference])
        task = f"Agree or decline the change {change.buyer} has proposed"
        yield WorkItem(
            task,
            href,
            str(provider),
            end_of_last_day(change.from_on),
            change.placement.reference,
        )


def exit_report_work(provider: Organisation, person: User, at: datetime) -> Iterator[WorkItem]:
    for report in queries.reports_due(provider, person=person, at=at):
        href = reverse("provider:placement-report-exit", args=[provider.slug, report.placement.reference])
        yield WorkItem(
            "Send the exit report",
            href,
            str(provider),
            end_of_last_day(report.report_due_on),
            report.placement.reference,
        )
