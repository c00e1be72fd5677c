"""The life of an agreement. “Expires soon” and “Expired” are for the clock to say.

Diagram: docs/states/agreement.mmd.
"""

from datetime import date

from django.db import models

from calloff.kernel.lifecycles import Lifecycle, Move
from calloff.people.permissions import Can


class Status(models.TextChoices):
    TO_SIGN = "to_sign", "Awaiting signature"
    TO_COUNTERSIGN = "to_countersign", "Awaiting countersignature"
    IN_FORCE = "in_force", "In force"
    SUPERSEDED = "superseded", "Superseded"
    ENDED = "ended", "Ended"


def has_expired(status: str, ends_on: date | None, on: date) -> bool:
    """Say whether an agreement is past its last day, though nobody has ended it."""
    return status == Status.IN_FORCE and ends_on is not None and ends_on < on


S = Status

# fmt: off
AGREEMENT = Lifecycle("agreement", "agreements", (
    #    verb               from              to                whose        needs
    Move("offer",           None,             S.TO_SIGN,        "authority", Can.DECIDE, "members.decide"),
    Move("take_up",         None,             S.TO_SIGN,        "buyer",     Can.SIGN, "partners.take_up"),
    Move("draw_up",         None,             S.TO_SIGN,        "buyer",     Can.PLACE, "placements.draw_up"),
    Move("record_on_paper", None,             S.IN_FORCE,       "authority", Can.RUN_MARKETS, "members.carry_over"),
    Move("bring_in",        None,             S.IN_FORCE,       "authority", Can.RUN_MARKETS, "partners.bring_in"),
    Move("sign",            S.TO_SIGN,        S.TO_COUNTERSIGN, "first",     Can.SIGN),
    Move("countersign",     S.TO_COUNTERSIGN, S.IN_FORCE,       "authority", Can.COUNTERSIGN),
    Move("bind",            S.TO_COUNTERSIGN, S.IN_FORCE,       "second",    Can.COUNTERSIGN, "partners.countersign"),
    Move("prolong",         S.TO_SIGN,        S.TO_SIGN,        "authority", Can.RUN_MARKETS, "members.extend"),
    Move("prolong",         S.TO_COUNTERSIGN, S.TO_COUNTERSIGN, "authority", Can.RUN_MARKETS, "members.extend"),
    Move("prolong",         S.IN_FORCE,       S.IN_FORCE,       "authority", Can.RUN_MARKETS, "members.extend"),
    Move("supersede",       S.IN_FORCE,       S.SUPERSEDED,     "authority", Can.COUNTERSIGN),
    Move("require_anew",    S.IN_FORCE,       S.SUPERSEDED,     "authority", Can.COUNTERSIGN, "partners.require_anew"),
    Move("end",             S.IN_FORCE,       S.ENDED,          "authority", Can.DECIDE),
    Move("end",             S.TO_SIGN,        S.ENDED,          "authority", Can.DECIDE),
    Move("end",             S.TO_COUNTERSIGN, S.ENDED,          "authority", Can.DECIDE),
    Move("drop",            S.TO_SIGN,        S.ENDED,          "buyer",     Can.SIGN, "partners.drop"),
    Move("dissolve",        S.TO_SIGN,        S.ENDED,          "authority", Can.COUNTERSIGN, "partners.dissolve"),
    Move("dissolve",        S.TO_COUNTERSIGN, S.ENDED,          "authority", Can.COUNTERSIGN, "partners.dissolve"),
    Move("dissolve",        S.IN_FORCE,       S.ENDED,          "authority", Can.COUNTERSIGN, "partners.dissolve"),
    Move("close",           S.IN_FORCE,       S.ENDED,          "buyer",     Can.PLACE, "placements.end"),
    Move("close",           S.TO_SIGN,        S.ENDED,          "buyer",     Can.PLACE, "placements.fall_through"),
    Move("close",           S.TO_COUNTERSIGN, S.ENDED,          "buyer",     Can.PLACE, "placements.fall_through"),
    Move("withdraw_place",  S.TO_SIGN,        S.ENDED,          "provider",  Can.ANSWER_REFERRALS,
         "placements.withdraw_place"),
    Move("withdraw_place",  S.TO_COUNTERSIGN, S.ENDED,          "provider",  Can.ANSWER_REFERRALS,
         "placements.withdraw_place"),
))
# fmt: on

UNSIGNED = (S.TO_SIGN, S.TO_COUNTERSIGN)
