"""Life-cycle of a child's record at a buyer, and the stages of disclosure. Diagram: docs/states/pupil.mmd."""

from django.db import models

from calloff.kernel.lifecycles import UNCHANGED, Lifecycle, Transition, from_each
from calloff.people.permissions import Can


class PupilStatus(models.TextChoices):
    ON_ROLL = "on_roll", "On roll"
    LEFT = "left", "Left"


class SchoolNameStatus(models.TextChoices):
    CURRENT = "current", "Current"
    REMOVED = "removed", "Removed"


class DisclosureStage(models.TextChoices):
    """The stage at which a child is disclosed to an organisation.

    disclosure_policy.py says what each stage shows.
    """

    ASKED = "asked", "Place requested"
    OFFERED = "offered", "Conditional offer"
    PLACED = "placed", "Placed"
    TOLD = "told", "Council responsible for the child"


# fmt: off
PUPIL = Lifecycle("pupil", "pupils", (
    Transition("record", None, PupilStatus.ON_ROLL, "buyer", Can.KEEP_PUPILS, history_text="Child’s record added"),
    Transition("amend", PupilStatus.ON_ROLL, PupilStatus.ON_ROLL, "buyer", Can.KEEP_PUPILS,
               history_text="Child’s record changed"),
    Transition("note_views", PupilStatus.ON_ROLL, PupilStatus.ON_ROLL, "buyer", Can.KEEP_PUPILS,
               history_text="Views noted"),
    Transition("keep_protection", PupilStatus.ON_ROLL, PupilStatus.ON_ROLL, "buyer", Can.SAFEGUARD,
               history_text="Child protection information changed"),
    Transition("add_contact", PupilStatus.ON_ROLL, PupilStatus.ON_ROLL, "buyer", Can.KEEP_PUPILS,
               history_text="Contact added"),
    Transition("change_contact", PupilStatus.ON_ROLL, PupilStatus.ON_ROLL, "buyer", Can.KEEP_PUPILS,
               history_text="Contact changed"),
    Transition("remove_contact", PupilStatus.ON_ROLL, PupilStatus.ON_ROLL, "buyer", Can.KEEP_PUPILS,
               history_text="Contact removed"),
    # A legal hold keeps the record after its deletion date.
    *from_each("hold", (PupilStatus.ON_ROLL, PupilStatus.LEFT), UNCHANGED, "buyer", Can.KEEP_PUPILS,
               history_text="Legal hold placed"),
    *from_each("lift_hold", (PupilStatus.ON_ROLL, PupilStatus.LEFT), UNCHANGED, "buyer", Can.KEEP_PUPILS,
               history_text="Legal hold lifted"),
    Transition("leave", PupilStatus.ON_ROLL, PupilStatus.LEFT, "buyer", Can.KEEP_PUPILS, history_text="Left"),
    Transition("come_back", PupilStatus.LEFT, PupilStatus.ON_ROLL, "buyer", Can.KEEP_PUPILS,
               history_text="Back on roll"),
), former_verbs={"keep_contacts": "Contacts changed"})

# This is another name that people use for a school or team, recorded so that we can find it in free text.
SCHOOL_NAME = Lifecycle("informal name of a school", "pupils", (
    Transition("add_school_name", None, SchoolNameStatus.CURRENT, "buyer", Can.KEEP_PUPILS,
               history_text="Name of the school added"),
    Transition("remove_school_name", SchoolNameStatus.CURRENT, SchoolNameStatus.REMOVED, "buyer", Can.KEEP_PUPILS,
               history_text="Name of the school removed"),
))
# fmt: on
