"""The work of placements that waits for a provider's people: what, until when, and what happens if nobody does it."""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice

from django.urls import reverse

from calloff.kernel.clock import local_day
from calloff.kernel.formatting import clock_time, plural, short_day
from calloff.people.models import Organisation, User
from calloff.placements import queries
from calloff.placements.due_sessions import DueSession, by_placement, to_mark
from calloff.placements.messages import IN_DANGER
from calloff.placements.missing_children import missing_at
from calloff.placements.models import Check
from calloff.placements.suspensions import without_promises_among
from calloff.web.placements.day_notes import danger_words
from calloff.web.work_items import Work, end_of, pause

MARK_NOW = "Mark each child now. If you do not know where a child is, call the school and record a note."
MOST = 25  # placements: those with the oldest sessions


def missing(provider: Organisation, person: User, at: datetime) -> Iterator[Work]:
    """Bring the children who are missing, until a note or a mark in the register says where they are."""
    for note in missing_at(provider, person=person, at=at):
        number = f" on {note.buyer.telephone}" if note.buyer.telephone else ""
        now = (
            f"{IN_DANGER} Look where the pupil was last seen. Call {note.buyer}{number} now and say what you know. "
            "Record where the pupil is as soon as you know."
        )
        href = reverse("provider:placement-notes", args=[provider.slug, note.placement.reference])
        by = end_of(local_day(note.recorded_at))
        yield Work(danger_words(note, provider), href, str(provider), by, note.placement.reference, danger=now)


def register_to_take(provider: Organisation, person: User, at: datetime) -> Iterator[Work]:
    """Bring today's sessions in which a child is not marked, then a line for each placement with older ones.

    What has started is late from its start, and is to be done now, whatever is left of the day; what starts later comes
    after it.
    """
    today, otherwise = local_day(at), "the school will not know which pupils arrived"
    found = to_mark(provider, person=person, at=at)
    gathered: dict[tuple[str, bool], list[DueSession]] = {}
    for one in found:
        if one.day == today:
            gathered.setdefault((one.session, one.has_started(at)), []).append(one)
    for (session, has_started), several in gathered.items():
        href = reverse("provider:register", args=[provider.slug, today.isoformat(), session])
        yield _register_of_today(provider, several, href, has_started=has_started)
    earlier = by_placement(one for one in found if one.day < today)
    for placement, several in islice(earlier.items(), MOST):
        number, oldest = plural(len(several), "session"), several[0].day
        what = f"Mark the register: {number} not marked since {short_day(oldest)}"
        href = reverse("provider:placement", args=[provider.slug, placement.reference])
        yield Work(what, f"{href}#to-mark", str(provider), end_of(oldest), placement.reference, otherwise=otherwise)


def _register_of_today(provider: Organisation, several: list[DueSession], href: str, *, has_started: bool) -> Work:
    half, many = several[0].half, plural(len(several), "child", "children")
    starts = min(one.starts_at for one in several)
    if has_started:
        what = f"Mark the {half} register: {many} not marked since {clock_time(starts)}"
        return Work(what, href, str(provider), starts, urgent=MARK_NOW)
    what, when = f"Take the {half} register: {many}", f"From {clock_time(starts)} today"
    return Work(what, href, str(provider), starts, when=when, otherwise="the school will not know which pupils arrived")


def staff_checks(provider: Organisation, person: User, at: datetime) -> Iterator[Work]:
    mine = queries.with_checks_left(queries.of_provider(provider, person=person, at=at), kind=Check.Kind.STAFF)
    found = [one for one in mine if one.checks_left]
    paused = without_promises_among(found)
    for one in found:
        if one.pk in paused:
            href = reverse("provider:placement", args=[provider.slug, one.reference])
            yield pause(
                Work("Confirm your staff checks in writing", href, str(provider), None, one.reference), provider
            )
        else:
            href = reverse("provider:placement-confirm-staff-checks", args=[provider.slug, one.reference])
            yield Work(
                "Confirm your staff checks in writing", href, str(provider), end_of(one.interest.start_on),
                one.reference, otherwise="the child cannot start",
            )  # fmt: skip


def changes(provider: Organisation, person: User, at: datetime) -> Iterator[Work]:
    for one in queries.changes_to_answer(provider, person=person, at=at):
        href = reverse("provider:placement-changes", args=[provider.slug, one.placement.reference])
        what = f"Agree or decline the change {one.buyer} has proposed"
        yield Work(
            what,
            href,
            str(provider),
            end_of(one.from_on),
            one.placement.reference,
            otherwise="the signed agreement does not change",
        )


def exit_reports(provider: Organisation, person: User, at: datetime) -> Iterator[Work]:
    for one in queries.reports_due(provider, person=person, at=at):
        href = reverse("provider:placement-report-exit", args=[provider.slug, one.placement.reference])
        yield Work(
            "Send the exit report", href, str(provider), end_of(one.report_due_on), one.placement.reference,
            otherwise="the next school or provider will not have it",
        )  # fmt: skip
