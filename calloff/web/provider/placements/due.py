"""The work of placements that waits for a provider's people: what, until when, and what happens if nobody does it."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.urls import reverse

from calloff.kernel.clock import local_day
from calloff.kernel.words import plural
from calloff.people.models import Organisation, User
from calloff.placements import queries
from calloff.placements.models import Attendance, Check
from calloff.web.work import Work, end_of


def register_to_take(provider: Organisation, person: User, at: datetime) -> Iterator[Work]:
    """Bring the sessions of today and yesterday in which somebody is not marked."""
    today = local_day(at)
    for day in (today - timedelta(days=1), today):
        for session, (there, marked) in queries.sessions(provider, day, person=person, at=at).counts().items():
            if marked < there:
                half = Attendance.Session(session).label.lower()
                what = f"Take the register of the {half}: {plural(there - marked, 'child', 'children')} not marked"
                href = reverse("provider:register", args=[provider.slug, day.isoformat(), session])
                yield Work(what, href, str(provider), end_of(day), otherwise="the school does not know who is safe")


def staff_checks(provider: Organisation, person: User, at: datetime) -> Iterator[Work]:
    mine = queries.with_checks_left(queries.of_provider(provider, person=person, at=at), kind=Check.Kind.STAFF)
    for one in mine:
        if one.checks_left:
            href = reverse("provider:placement-confirm-staff-checks", args=[provider.slug, one.reference])
            yield Work(
                "Confirm your staff checks in writing", href, str(provider), end_of(one.interest.start_on),
                one.reference, otherwise="the child cannot start",
            )  # fmt: skip


def changes(provider: Organisation, person: User, at: datetime) -> Iterator[Work]:
    for one in queries.changes_to_answer(provider, person=person, at=at):
        href = reverse("provider:placement-changes", args=[provider.slug, one.placement.reference])
        what = f"Answer the change that {one.buyer} proposes"
        yield Work(
            what, href, str(provider), end_of(one.from_on), one.placement.reference, otherwise="what was signed stands"
        )


def exit_reports(provider: Organisation, person: User, at: datetime) -> Iterator[Work]:
    for one in queries.reports_due(provider, person=person, at=at):
        href = reverse("provider:placement-report-exit", args=[provider.slug, one.placement.reference])
        yield Work(
            "Send the exit report", href, str(provider), end_of(one.report_due_on), one.placement.reference,
            otherwise="whoever comes next starts without it",
        )  # fmt: skip
