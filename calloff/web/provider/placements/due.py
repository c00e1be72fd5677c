"""The work of placements that waits for a provider's people: what, until when, and what happens if nobody does it."""

from collections.abc import Iterator
from datetime import date, datetime
from itertools import islice

from django.urls import reverse

from calloff.kernel.clock import local_day
from calloff.kernel.words import plural, short_day
from calloff.people.models import Organisation, User
from calloff.placements import queries
from calloff.placements.due_sessions import DueSession, to_mark
from calloff.placements.models import Check
from calloff.web.work import Work, end_of

MOST = 25  # sessions: the oldest


def register_to_take(provider: Organisation, person: User, at: datetime) -> Iterator[Work]:
    """Bring the sessions in which a child is not marked, the oldest first, until they are marked or closed."""
    gathered: dict[tuple[date, str], list[DueSession]] = {}
    for one in to_mark(provider, person=person, at=at):
        gathered.setdefault((one.day, one.session), []).append(one)
    for (day, session), several in islice(gathered.items(), MOST):
        when = "" if day == local_day(at) else f" of {short_day(day)}"
        many = plural(len(several), "child", "children")
        what = f"Take the register of the {several[0].half}{when}: {many} not marked"
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
