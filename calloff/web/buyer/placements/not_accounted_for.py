"""Pupils whose first session today is not marked, shown first on a school's home page."""

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
    """One pupil on a home page: name, where expected, since when, and who was told."""

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
    """Find the pupils who are not accounted for, with their names, if the person may know them.

    The access is recorded.
    """
    school, person, at = request.organisation, request.user, request.now
    if not person.can(Can.SEE_PUPILS, organisation=school, at=at):
        return []
    late = not_accounted_for(school, person=person, at=at)
    if not late:
        return []
    children = [one.placement.pupil for one in late]
    shown = identify_pupils(
        children, person=person, acting_for=school, purpose=FIND_MISSING_PURPOSE, at=at,
        what=RecordAccess.What.IDENTITY,
    )  # fmt: skip
    sites = _sites(late)
    suspended = suspended_in_any_membership([one.placement for one in late])
    today = local_day(at)
    return [
        UnaccountedPupil(
            one, known.in_words if (known := shown.get(one.placement.pupil_id)) else one.placement.reference,
            sites[one.placement.pk, one.day],
            time_of_day.format_time(one.starts) + ("" if one.day == today else f" on {format_short_date(one.day)}"),
            _told(one),
            one.placement.pk in suspended,
        )
        for one in late
    ]  # fmt: skip


def name_children(request: OrganisationRequest, found: Sequence[WorkItem]) -> list[WorkItem]:
    """Add to work on a home page the names of missing or hurt children, if the person may know them.

    The access is recorded.
    """
    references = {one.reference for one in found if one.danger}
    if not references:
        return list(found)
    school, person, at = request.organisation, request.user, request.now
    ours = queries.of_buyer(school, person=person, at=at).filter(reference__in=references)
    pupils = {one.reference: one.pupil for one in ours}
    shown = identify_pupils(
        pupils.values(), person=person, acting_for=school, purpose=FIND_MISSING_PURPOSE, at=at,
        what=RecordAccess.What.IDENTITY,
    )  # fmt: skip

    def named(one: WorkItem) -> WorkItem:
        pupil = pupils.get(one.reference) if one.danger else None
        known = shown.get(pupil.pk) if pupil else None
        return replace(one, who=f"{known.in_words}, {known.year}") if known else one

    return [named(one) for one in found]


def unaccounted_due_items(buyer: Organisation, person: User, at: datetime) -> Iterator[WorkItem]:
    """Yield the same pupils for /account/, without their names."""
    if not person.can(Can.SEE_PUPILS, organisation=buyer, at=at):
        return
    for one in not_accounted_for(buyer, person=person, at=at):
        if not one.is_answered:
            due = f"Due at {one.placement.provider} at {time_of_day.format_time(one.starts)}, but not marked"
            what = f"Find out where a pupil is. {due}"
            href, reference = reverse("buyer:home", args=[buyer.slug]), one.placement.reference
            number = f" on {one.placement.provider.telephone}" if one.placement.provider.telephone else ""
            now = f"Call {one.placement.provider}{number}. If it cannot say where the pupil is, record a note."
            yield WorkItem(what, href, str(buyer), one.due[RegisterAlert.Side.BUYER], reference, urgent=now)


def _sites(late: list[LateRegister]) -> dict[tuple[int, date], str]:
    """Return where each child is expected, by placement and day, for up to two days."""
    found = {}
    for on in {one.day for one in late}:
        here = [(one.placement, one.slot) for one in late if one.day == on]
        named = zip(here, queries.sites_of(here, on), strict=True)
        found.update({(placement.pk, on): site for (placement, _), site in named})
    return found


def _told(one: LateRegister) -> str:
    """Return who was told and when: “We emailed 2 people at Harbour Lane Studio at 9:45am.”"""
    told = [(one.provider_told, str(one.placement.provider)), (one.school_told, str(one.placement.buyer))]
    sentences = [_sentence(row, name) for row, name in told]
    return " ".join(sentences)


def _sentence(row: RegisterAlert | None, name: str) -> str:
    if row is None:
        return f"We have not emailed {name} yet."
    if not row.people:
        return f"No one at {name} has a role we can email."
    return f"We emailed {pluralise(row.people, 'person', 'people')} at {name} at {format_clock_time(row.told_at)}."
