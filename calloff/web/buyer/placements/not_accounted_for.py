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
from calloff.placements.models import Placement, RegisterAlert
from calloff.placements.register_alerts import LateRegister, not_accounted_for
from calloff.placements.suspensions import suspended_in_any_membership
from calloff.pupils.models import Pupil, RecordAccess
from calloff.pupils.queries import identify_pupils
from calloff.referrals.models import Referral
from calloff.web.request import OrganisationRequest
from calloff.web.work_items import WorkItem

SEE_DUE_PURPOSE = "To see what is due for each pupil"
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
    """Add the pupil to each task on a home page, if the person can see the pupil.

    Missing and hurt children have their names, and other children their initials. The views are logged.
    """
    school, person, at = request.organisation, request.user, request.now
    references = {item.reference for item in work if item.reference}
    if not references or not person.can(Can.SEE_PUPILS, organisation=school, at=at):
        return list(work)
    dangers = {item.reference for item in work if item.danger}
    records = (rows.filter(reference__in=references, buyer=school) for rows in (Placement.objects, Referral.objects))
    placed, referred = (rows.order_by().values_list("reference", "pupil") for rows in records)
    pupils = dict(placed.union(referred, all=True))
    children = Pupil.objects.in_bulk(set(pupils.values()))
    urgent = {pupils[reference] for reference in dangers if reference in pupils}
    shown = {
        **identify_pupils(
            [child for pk, child in children.items() if pk not in urgent],
            person=person, acting_for=school, purpose=SEE_DUE_PURPOSE, at=at,
        ),
        **identify_pupils(
            [child for pk, child in children.items() if pk in urgent],
            person=person, acting_for=school, purpose=FIND_MISSING_PURPOSE, at=at, what=RecordAccess.What.IDENTITY,
        ),
    }  # fmt: skip

    def named(item: WorkItem) -> WorkItem:
        known = shown.get(pupils.get(item.reference, 0))
        if known is None:
            return item
        who = f"{known.in_words}, {known.year}" if item.danger else ""
        return replace(item, who=who, initials=known.initials, year=known.year)

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
