"""Test data for endpoints: a child with each status at the school, and a child about whom the authority was
notified.
"""

from datetime import timedelta

from calloff.people.permissions import Can
from calloff.placements import commands as placements
from calloff.placements.models import DisposalApproval
from calloff.pupils.models import ProtectionInformation
from calloff.pupils.states import DisclosureStage, PupilStatus
from tests.factories import NOW
from tests.factories_placements import PupilContactFactory, PupilFactory, SchoolNameFactory, disclose


def make(world):
    world.pupil = _child(world)
    ProtectionInformation.objects.create(pupil=world.pupil, concerns="Neglect.", kept_at=NOW)
    world.school_name = SchoolNameFactory(buyer=world.school)
    world.left_pupil = _child(world, status=PupilStatus.LEFT, left_on=NOW.date())
    world.due_pupil = PupilFactory(
        buyer=world.school, status=PupilStatus.LEFT, left_on=NOW.date() - timedelta(days=800)
    )
    world.held_pupil = _child(world, hold="A claim is open.")


def more(world):
    """Add one row to each list about pupils."""
    _child(world)
    SchoolNameFactory(buyer=world.school)
    PupilContactFactory(pupil=world.pupil)
    _tell(world, world.pupil, f"TST-L-{PupilFactory(buyer=world.other_school).pk:04}")


def _child(world, **given):
    child = PupilFactory(buyer=world.school, **given)
    PupilContactFactory(pupil=child)
    _tell(world, child, "TST-L-0001")
    return child


def _tell(world, child, source):
    why = "The child has an EHC plan"
    disclose(
        child, to=world.authority, needs=Can.KNOW_CHILD, stage=DisclosureStage.TOLD, purpose=why, source=source, at=NOW
    )


def seen_list(organisation, who):
    """Return what a person sends to approve the deletion of what is due. Any earlier approval is withdrawn first."""

    def sends(world):
        place = getattr(world, organisation)
        for one in DisposalApproval.objects.waiting().filter(organisation=place):
            placements.withdraw_disposal(one, by=world.people[who], at=NOW)
        return {"seen": placements.find_due_for_disposal(place, NOW).digest, "checked": "on"}

    return sends


def an_approval(organisation, who):
    """Return the URL arguments for an approval that has not been carried out. Make the approval if there is none."""

    def where(world):
        place = getattr(world, organisation)
        waiting = DisposalApproval.objects.waiting().filter(organisation=place).first()
        if waiting is None:
            seen = placements.find_due_for_disposal(place, NOW).digest
            waiting = placements.approve_disposal(place, seen=seen, by=world.people[who], at=NOW)
        return (place.slug, waiting.pk)

    return where
