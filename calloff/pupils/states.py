"""Statuses of a child's record at a buyer, and the stages of disclosure. Diagram: docs/states/pupil.mmd."""

from django.db import models

from calloff.kernel.lifecycles import Lifecycle, Transition
from calloff.people.permissions import Can


class PupilStatus(models.TextChoices):
    ON_ROLL = "on_roll", "On roll"
    LEFT = "left", "Left"


class SchoolNameStatus(models.TextChoices):
    CURRENT = "current", "Current"
    REMOVED = "removed", "Removed"


class DisclosureStage(models.TextChoices):
    """How far a child has been disclosed to an organisation. What each stage shows: disclosure_policy.py."""

    ASKED = "asked", "Asked for a place"
    OFFERED = "offered", "Conditional offer"
    PLACED = "placed", "Placed"
    TOLD = "told", "Council responsible for the child"


PUPIL = Lifecycle(
    "pupil",
    "pupils",
    (
        #    verb               from       to         whose    needs
        Transition("record", None, PupilStatus.ON_ROLL, "buyer", Can.KEEP_PUPILS),
        Transition("amend", PupilStatus.ON_ROLL, PupilStatus.ON_ROLL, "buyer", Can.KEEP_PUPILS),
        Transition("note_views", PupilStatus.ON_ROLL, PupilStatus.ON_ROLL, "buyer", Can.KEEP_PUPILS),
        Transition("keep_protection", PupilStatus.ON_ROLL, PupilStatus.ON_ROLL, "buyer", Can.SAFEGUARD),
        Transition("add_contact", PupilStatus.ON_ROLL, PupilStatus.ON_ROLL, "buyer", Can.KEEP_PUPILS),
        Transition("change_contact", PupilStatus.ON_ROLL, PupilStatus.ON_ROLL, "buyer", Can.KEEP_PUPILS),
        Transition("remove_contact", PupilStatus.ON_ROLL, PupilStatus.ON_ROLL, "buyer", Can.KEEP_PUPILS),
        # keep beyond its time: a legal hold
        Transition("hold", PupilStatus.ON_ROLL, PupilStatus.ON_ROLL, "buyer", Can.KEEP_PUPILS),
        Transition("hold", PupilStatus.LEFT, PupilStatus.LEFT, "buyer", Can.KEEP_PUPILS),
        Transition("lift_hold", PupilStatus.ON_ROLL, PupilStatus.ON_ROLL, "buyer", Can.KEEP_PUPILS),
        Transition("lift_hold", PupilStatus.LEFT, PupilStatus.LEFT, "buyer", Can.KEEP_PUPILS),
        Transition("leave", PupilStatus.ON_ROLL, PupilStatus.LEFT, "buyer", Can.KEEP_PUPILS),
        Transition("come_back", PupilStatus.LEFT, PupilStatus.ON_ROLL, "buyer", Can.KEEP_PUPILS),
    ),
)

# What people call a school, or a team, as well as its name in the register: so that it is found in a text.
SCHOOL_NAME = Lifecycle(
    "informal name of a school",
    "pupils",
    (
        #    verb                  from                to                  whose    needs
        Transition("add_school_name", None, SchoolNameStatus.CURRENT, "buyer", Can.KEEP_PUPILS),
        Transition("remove_school_name", SchoolNameStatus.CURRENT, SchoolNameStatus.REMOVED, "buyer", Can.KEEP_PUPILS),
    ),
)
