"""Endpoint test data: a child with each status at the school, and one the authority was notified about."""

from calloff.people.permissions import Can
from calloff.pupils.models import ProtectionInformation
from calloff.pupils.states import DisclosureStage, PupilStatus
from tests.factories import NOW
from tests.factories_placing import PupilContactFactory, PupilFactory, SchoolNameFactory, disclose


def make(world):
    world.pupil = _child(world)
    ProtectionInformation.objects.create(pupil=world.pupil, concerns="Neglect.", kept_at=NOW)
    world.school_name = SchoolNameFactory(buyer=world.school)
    world.left_pupil = _child(world, status=PupilStatus.LEFT, left_on=NOW.date())
    world.held_pupil = _child(world, hold="A claim is open.")


def more(world):
    """Add one row to every list about pupils."""
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
