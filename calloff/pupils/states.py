"""Statuses of a child's record at a buyer, and the stages of disclosure. Diagram: docs/states/pupil.mmd."""

from django.db import models

from calloff.kernel.lifecycles import Lifecycle, Move
from calloff.people.permissions import Can


class Status(models.TextChoices):
    ON_ROLL = "on_roll", "On roll"
    LEFT = "left", "Left"


class NameStatus(models.TextChoices):
    CURRENT = "current", "Current"
    REMOVED = "removed", "Removed"


class Stage(models.TextChoices):
    """How far a child has been disclosed to an organisation. What each stage shows: disclosure_policy.py."""

    ASKED = "asked", "Asked for a place"
    OFFERED = "offered", "Conditional offer"
    PLACED = "placed", "Placed"
    TOLD = "told", "Council responsible for the child"


S = Status

# fmt: off
PUPIL = Lifecycle("pupil", "pupils", (
    #    verb               from       to         whose    needs
    Move("record",          None,      S.ON_ROLL, "buyer", Can.KEEP_PUPILS),
    Move("amend",           S.ON_ROLL, S.ON_ROLL, "buyer", Can.KEEP_PUPILS),
    Move("note_views",      S.ON_ROLL, S.ON_ROLL, "buyer", Can.KEEP_PUPILS),
    Move("keep_protection", S.ON_ROLL, S.ON_ROLL, "buyer", Can.SAFEGUARD),
    Move("add_contact",     S.ON_ROLL, S.ON_ROLL, "buyer", Can.KEEP_PUPILS),
    Move("change_contact",  S.ON_ROLL, S.ON_ROLL, "buyer", Can.KEEP_PUPILS),
    Move("remove_contact",  S.ON_ROLL, S.ON_ROLL, "buyer", Can.KEEP_PUPILS),
    Move("hold",            S.ON_ROLL, S.ON_ROLL, "buyer", Can.KEEP_PUPILS),  # keep beyond its time: a legal hold
    Move("hold",            S.LEFT,    S.LEFT,    "buyer", Can.KEEP_PUPILS),
    Move("lift_hold",       S.ON_ROLL, S.ON_ROLL, "buyer", Can.KEEP_PUPILS),
    Move("lift_hold",       S.LEFT,    S.LEFT,    "buyer", Can.KEEP_PUPILS),
    Move("leave",           S.ON_ROLL, S.LEFT,    "buyer", Can.KEEP_PUPILS),
    Move("come_back",       S.LEFT,    S.ON_ROLL, "buyer", Can.KEEP_PUPILS),
))

# What people call a school, or a team, besides its name in the register: so that it is found in a text.
SCHOOL_NAME = Lifecycle("informal name of a school", "pupils", (
    #    verb                  from                to                  whose    needs
    Move("add_school_name",    None,               NameStatus.CURRENT, "buyer", Can.KEEP_PUPILS),
    Move("remove_school_name", NameStatus.CURRENT, NameStatus.REMOVED, "buyer", Can.KEEP_PUPILS),
))
# fmt: on
