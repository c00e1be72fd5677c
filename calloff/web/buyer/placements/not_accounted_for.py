"""Pupils whose first session today has not been marked, for the top of a school's home page."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.urls import reverse

from calloff.kernel import time_of_day
from calloff.kernel.clock import local_day
from calloff.kernel.formatting import format_clock_time, format_short_date, pluralise
from calloff.people.models import Organisation, User
from calloff.people.permissions import Can
from calloff.placements import queries
from calloff.placements.models import RegisterAlert
from calloff.placements.register_alerts import LateRegister, not_accounted_for
from calloff.placements.suspensions import suspended_in_any_membership
from calloff.pupils.models import RecordAccess
from calloff.pupils.queries import identify_pupils
from calloff.web.request import OrganisationRequest
from calloff.web.work_items import WorkItem

FIND_MISSING_PURPOSE = "To find a pupil who is missing or hurt, or has not been marked"


@dataclass(frozen=True)
class UnaccountedPupil:
    """One pupil on a home page: the name, where they are expected, since when, and who was notified."""

    late: LateRegister
    name: str
    site: str
    starts: str
    told: str
    is_suspended: bool

    @property
    def reference(self) -> str:
        return self.late.placement.reference


def unaccounted_pupils(request: OrganisationRequest) -> list[UnaccountedPupil]:
    """Find the pupils who are not accounted for, with their names if the person can see them.

    The view is logged.
    """
    school, person, at = request.organisation, request.user, request.now
    if not person.can(Can.SEE_PUPILS, organisation=school, at=at):
        return []
    late = not_accounted_for(school, person=person, at=at)
    if not late:
        return []
    children = [register.placement.pupil for register in late]
    shown = identify_pupils(
        children, person=person, acting_for=school, purpose=FIND_MISSING_PURPOSE, at=at,
        what=RecordAccess.What.IDENTITY,
    )  # fmt: skip
    sites = _sites(late)
    suspended = suspended_in_any_membership([register.placement for register in late])
    today = local_day(at)
    return [
        UnaccountedPupil(
            register,
            known.in_words if (known := shown.get(register.placement.pupil_id)) else register.placement.reference,
            sites[register.placement.pk, register.day],
            time_of_day.format_time(register.starts)
            + ("" if register.day == today else f" on {format_short_date(register.day)}"),
            _told(register),
            register.placement.pk in suspended,
        )
        for register in late
    ]


def name_children(request: OrganisationRequest, work: Sequence[WorkItem]) -> list[WorkItem]:
    """Add missing or hurt children's names to the work on a home page, if the person can see them.

    The view is logged.
    """
    references = {item.reference for item in work if item.danger}
    if not references:
        return list(work)
    school, person, at = request.organisation, request.user, request.now
    placements = queries.with_list_columns(queries.of_buyer(school, person=person, at=at)).filter(
        reference__in=references
    )
    pupils = {placement.reference: placement.pupil for placement in placements}
    shown = identify_pupils(
        pupils.values(), person=person, acting_for=school, purpose=FIND_MISSING_PURPOSE, at=at,
        what=RecordAccess.What.IDENTITY,
    )  # fmt: skip

    def named(item: WorkItem) -> WorkItem:
        pupil = pupils.get(item.reference) if item.danger else None
        known = shown.get(pupil.pk) if pupil else None
        return replace(item, who=f"{known.in_words}, {known.year}") if known else item

    return [named(item) for item in work]


def unaccounted_due_items(buyer: Organisation, person: User, at: datetime) -> Iterator[WorkItem]:
    """Yield a task for /account/ for each pupil who is not accounted for, without the pupil's name."""
    if not person.can(Can.SEE_PUPILS, organisation=buyer, at=at):
        return
    for register in not_accounted_for(buyer, person=person, at=at):
        if not register.is_answered:
            due = f"Due at {register.placement.provider} at {time_of_day.format_time(register.starts)}, but not marked"
            task = f"Find out where a pupil is. {due}"
            href, reference = reverse("buyer:home", args=[buyer.slug]), register.placement.reference
            number = f" on {register.placement.provider.telephone}" if register.placement.provider.telephone else ""
            now = (
                f"Call {register.placement.provider}{number}. If the provider cannot say where the pupil is, record a "
                "note."
            )
            yield WorkItem(task, href, str(buyer), register.due[RegisterAlert.Side.BUYER], reference, urgent=now)


def _sites(late: list[LateRegister]) -> dict[tuple[int, date], str]:
    """Return where each child is expected, by placement and day, for one or two days."""
    sites = {}
    for on in {register.day for register in late}:
        here = [(register.placement, register.slot) for register in late if register.day == on]
        named = zip(here, queries.sites_of(here, on), strict=True)
        sites.update({(placement.pk, on): site for (placement, _), site in named})
    return sites


def _told(register: LateRegister) -> str:
    """Return who was notified and when: “We emailed 2 people at Harbour Lane Studio at 9:45am.”"""
    alerts = [
        (register.provider_told, str(register.placement.provider)),
        (register.school_told, str(register.placement.buyer)),
    ]
    sentences = [_sentence(row, name) for row, name in alerts]
    return " ".join(sentences)


def _sentence(row: RegisterAlert | None, name: str) -> str:
    if row is None:
        return f"We have not emailed {name} yet."
    if not row.people:
        return f"No one at {name} has a role we can email."
    return f"We emailed {pluralise(row.people, 'person', 'people')} at {name} at {format_clock_time(row.told_at)}."
