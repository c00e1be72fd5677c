"""Placement work for a buyer's people: what to do, by when, and what happens if no one does it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.urls import reverse

from calloff.agreements.states import AgreementStatus
from calloff.kernel.clock import local_day
from calloff.kernel.formatting import format_short_date, pluralise
from calloff.people.models import Organisation, User
from calloff.placements import queries, whereabouts
from calloff.placements.due_sessions import by_placement, of_school
from calloff.placements.messages import DANGER_ADVICE
from calloff.placements.models import DayNote, PreStartCheck
from calloff.placements.states import PlacementStatus
from calloff.placements.suspensions import without_promises_among
from calloff.web.placements.day_notes import describe_danger
from calloff.web.work_items import WorkItem, end_of_last_day, pause_work


def note_work(buyer: Organisation, person: User, at: datetime) -> Iterator[WorkItem]:
    """Yield tasks for missing or hurt children, then notes from providers that need an answer the same day."""
    dangers = whereabouts.notes_of_danger(person=person, at=at, buyer=buyer)
    for note in dangers:
        task, now = describe_danger(note, buyer), f"{DANGER_ADVICE} {_next_step(note)}"
        work = _work(task, "notes", buyer, note.placement.reference, local_day(note.recorded_at), "")
        yield replace(work, danger=now)
    known = {note.pk for note in dangers}
    for note in whereabouts.notes_to_answer(buyer, person=person, at=at).exclude(pk__in=known):
        task = f"Answer a note from {note.provider}: {note.get_kind_display()[:1].lower()}{note.get_kind_display()[1:]}"
        otherwise = "no one will have decided whether the pupil is in the right place"
        yield _work(task, "notes", buyer, note.placement.reference, local_day(note.recorded_at), otherwise)


def _next_step(note: DayNote) -> str:
    number = f" on {note.provider.telephone}" if note.provider.telephone else ""
    if note.kind == DayNote.Kind.NOT_KNOWN:
        return f"Call {note.provider}{number} now. Record where the pupil is as soon as you know."
    return f"Call {note.provider}{number} now and ask how the pupil is. Then answer the note."


def pre_start_work(buyer: Organisation, person: User, at: datetime) -> Iterator[WorkItem]:
    placements = list(queries.with_checks_left(queries.of_buyer(buyer, person=person, at=at)))
    paused = without_promises_among(placements)
    for placement in placements:
        task = "Complete the checks before the placement starts" if placement.checks_left else "Prepare the agreement"
        work = _work(
            task,
            "record-checks" if placement.checks_left else "draw-up",
            buyer,
            placement.reference,
            placement.interest.start_on,
            "the pupil will not be able to start",
        )
        yield pause_work(work, placement.provider) if placement.pk in paused else work


def safeguarding_work(buyer: Organisation, person: User, at: datetime) -> Iterator[WorkItem]:
    mine = queries.with_checks_left(queries.of_buyer(buyer, person=person, at=at), kind=PreStartCheck.Kind.SAFEGUARDING)
    placements = [placement for placement in mine if placement.checks_left]
    paused = without_promises_among(placements)
    for placement in placements:
        task, otherwise = (
            "Decide whether the pupil will be safe with the provider",
            "the pupil will not be able to start",
        )
        work = _work(task, "decide-safeguarding", buyer, placement.reference, placement.interest.start_on, otherwise)
        if placement.pk in paused:  # the decision page would refuse, so link to the placement instead
            work = pause_work(
                replace(work, href=reverse("buyer:placement", args=[buyer.slug, placement.reference])),
                placement.provider,
            )
        yield work


def signing_work(buyer: Organisation, person: User, at: datetime) -> Iterator[WorkItem]:
    mine = queries.of_buyer(buyer, person=person, at=at).filter(status=PlacementStatus.TO_SIGN)
    placements = list(mine.filter(agreement__status=AgreementStatus.TO_COUNTERSIGN).order_by("pk"))
    paused = without_promises_among(placements)
    for placement in placements:
        task = f"Sign the placement agreement with {placement.provider}"
        work = _work(
            task, "agreement", buyer, placement.reference, placement.starts_on, "the pupil will not be able to start"
        )
        yield pause_work(work, placement.provider) if placement.pk in paused else work


def review_work(buyer: Organisation, person: User, at: datetime) -> Iterator[WorkItem]:
    for review in queries.reviews_due(buyer, person=person, at=at):
        task = f"Review the placement with {review.placement.provider}"
        yield _work(task, "reviews", buyer, review.placement.reference, review.due_on)


def code_work(buyer: Organisation, person: User, at: datetime) -> Iterator[WorkItem]:
    for reference, count in queries.codes_to_confirm(buyer, person=person, at=at):
        task = f"Confirm {pluralise(count, 'attendance code')}"
        yield _work(task, "register", buyer, reference, None)


def unmarked_work(buyer: Organisation, person: User, at: datetime) -> Iterator[WorkItem]:
    """Yield sessions that a provider has not marked, with one line for each child.

    The buyer can chase the provider, or close a session with a reason.
    """
    for placement, due_sessions in by_placement(of_school(buyer, person=person, at=at)).items():
        sessions, oldest = pluralise(len(due_sessions), "session"), format_short_date(due_sessions[0].day)
        task = f"{placement.provider} has not marked {sessions}, the earliest on {oldest}"
        yield _work(task, "close-sessions", buyer, placement.reference, due_sessions[0].day)


def unresolved_work(buyer: Organisation, person: User, at: datetime) -> Iterator[WorkItem]:
    for absence, by in queries.unresolved_absences(buyer, person=person, at=at):
        yield _work("Find out why a pupil was absent", "register", buyer, absence.placement.reference, by)


def change_work(buyer: Organisation, person: User, at: datetime) -> Iterator[WorkItem]:
    for change in queries.changes_to_answer(buyer, person=person, at=at):
        task = f"Agree or decline the change {change.provider} has proposed"
        yield _work(task, "changes", buyer, change.placement.reference, change.from_on)


def follow_up_work(buyer: Organisation, person: User, at: datetime) -> Iterator[WorkItem]:
    for follow_up in queries.follow_ups_due(buyer, person=person, at=at):
        task = f"Find out how the pupil is doing, {follow_up.weeks} weeks after the placement ended"
        yield _work(task, "ending", buyer, follow_up.placement.reference, follow_up.due_on)


def _work(  # noqa: PLR0917 (a row in a table)
    task: str, verb: str, buyer: Organisation, reference: str, last: date | None, otherwise: str = ""
) -> WorkItem:
    href: Any = reverse(f"buyer:placement-{verb}", args=[buyer.slug, reference])
    return WorkItem(task, href, str(buyer), end_of_last_day(last), reference, otherwise=otherwise)
