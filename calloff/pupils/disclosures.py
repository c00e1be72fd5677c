"""Giving and ending disclosures: parts of the acts of the rooms above, which have the reason."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from calloff.people.models import Organisation
from calloff.people.permissions import Can, Role
from calloff.pupils.disclosure import reader_of
from calloff.pupils.models import Disclosure, Pupil, Stage


@transaction.atomic
def give(
    pupil: Pupil, *, to: Organisation, needs: Can | Role, stage: Stage, purpose: str, source: str, at: datetime
) -> Disclosure:
    """Let an organisation see a child up to a stage, until `end` is called with the same source.

    Whoever holds `needs` there sees what the table says (disclosure.py). Giving the same again changes nothing; giving
    another stage to the same people for the same source ends the first. To be called within an act, which has asked
    whether the person may. Raises LookupError for a stage and a reader that the table does not know, and for `asked`:
    what providers see before an offer stands on the referral, and discloses no child.
    """
    if stage == Stage.ASKED or reader_of(stage, needs) is None:
        raise LookupError(f"Nothing is disclosed at the stage “{stage}” to those who {needs}.")
    Pupil.objects.select_for_update(of=("self",), no_key=True).get(pk=pupil.pk)
    open_now = Disclosure.objects.filter(pupil=pupil, organisation=to, needs=str(needs), source=source, ends_at=None)
    if same := open_now.filter(stage=stage).first():
        return same
    open_now.update(ends_at=at)
    return Disclosure.objects.create(
        pupil=pupil, organisation=to, needs=str(needs), stage=stage, purpose=purpose, source=source, starts_at=at
    )


def end(source: str, *, at: datetime, to: Organisation | None = None) -> int:
    """End what a source gave, to everybody or to one organisation, and return how many disclosures that were."""
    given = Disclosure.objects.filter(Q(ends_at=None) | Q(ends_at__gt=at), source=source)
    if to is not None:
        given = given.filter(organisation=to)
    return given.update(ends_at=at)
