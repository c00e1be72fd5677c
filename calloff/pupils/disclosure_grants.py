"""Give and end disclosures.

Commands of higher apps call these functions, because they know the reason and the dates.
"""

from datetime import date, datetime

from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Greatest

from calloff.members.models import Member
from calloff.people.models import Organisation
from calloff.people.permissions import Can, Role
from calloff.pupils.access import disclosure_closes_at
from calloff.pupils.disclosure_policy import reader_of
from calloff.pupils.models import DisclosureGrant, Pupil
from calloff.pupils.states import DisclosureStage

PROVIDER_STAGES = (
    DisclosureStage.OFFERED,
    DisclosureStage.PLACED,
)  # at these stages a provider must have a membership


@transaction.atomic
def give_disclosure(
    pupil: Pupil,
    *,
    to: Organisation,
    needs: Can | Role,
    stage: DisclosureStage,
    purpose: str,
    source: str,
    at: datetime,
    member: Member | None = None,
    ends_at: datetime | None = None,
    last_on: date | None = None,
) -> DisclosureGrant:
    """Give an organisation access to a child, for a stage, until a time or the end of the grace period.

    People there who have `needs` can see what the table allows (disclosure_policy.py), while the provider's membership
    permits it (access.py). Giving the same access again updates its end date. If the same source gives the same people
    a different stage, their earlier access ends. Call this in an action that has already checked the person's
    permission. Raises LookupError for an unknown stage and reader, if there is no end, and for a provider without a
    membership. It also raises LookupError for the stage `asked`, because the referral contains everything that
    providers see before an offer.
    """
    if stage == DisclosureStage.ASKED or reader_of(stage, needs) is None:
        raise LookupError(f"Nothing is disclosed at the stage “{stage}” to those who {needs}.")
    if stage in PROVIDER_STAGES and member is None:
        raise LookupError("What a provider is shown depends on its standing: name the membership.")
    until = ends_at or (disclosure_closes_at(last_on) if last_on else None)
    if until is None:
        raise LookupError("Every disclosure has an end: name the instant or the last day.")
    Pupil.objects.select_for_update(of=("self",), no_key=True).get(pk=pupil.pk)
    open_now = DisclosureGrant.objects.filter(
        pupil=pupil, organisation=to, needs=str(needs), source=source, starts_at__lte=at, ends_at__gt=at
    )
    if same := open_now.filter(stage=stage).first():
        same.member, same.ends_at, same.last_on = member, max(until, at), last_on
        same.save(update_fields=["member", "ends_at", "last_on"])
        return same
    open_now.update(ends_at=at)
    return DisclosureGrant.objects.create(
        pupil=pupil, organisation=to, needs=str(needs), stage=stage, purpose=purpose, source=source, member=member,
        starts_at=at, ends_at=max(until, at), last_on=last_on,
    )  # fmt: skip


@transaction.atomic
def update_days(source: str, *, last_on: date, first_on: date | None = None, at: datetime) -> None:
    """Update the first and last day of a child's placement.

    Commands call this when they agree or change the days, give notice, or record for the buyer that the child attended.
    Access that closed only because no later last day was known then reopens. It gets a new row, so that the gap stays
    visible. Access that closed for any other reason stays closed.
    """
    until = max(disclosure_closes_at(last_on), at)
    rows = DisclosureGrant.objects.select_for_update(of=("self",)).filter(source=source).order_by("starts_at", "pk")
    latest = {(one.pupil_id, one.organisation_id, one.needs): one for one in rows}
    for one in latest.values():
        if one.ends_at <= at:
            if until == at:
                continue
            one.pk, one.starts_at = None, at
            one._state.adding = True
        one.ends_at, one.first_on, one.last_on = until, first_on, last_on
        one.save()


def update_first_day(source: str, *, first_on: date | None, at: datetime) -> None:
    """Update open disclosures with the first day of a child's placement, when only the provider's records give that
    day.

    This never changes an end date or reopens access.
    """
    DisclosureGrant.objects.filter(source=source, ends_at__gt=at).update(first_on=first_on)


def end_disclosures(source: str, *, at: datetime, to: Organisation | None = None) -> int:
    """End the access from a source, for all organisations or for one. Returns how many disclosures ended.

    A disclosure that has not started yet ends at the time of its start.
    """
    given = DisclosureGrant.objects.filter(source=source, ends_at__gt=at)
    if to is not None:
        given = given.filter(organisation=to)
    return given.update(ends_at=Greatest("starts_at", Value(at)))
