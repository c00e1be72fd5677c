"""The life of an agreement. “Expires soon” and “Expired” are for the clock to say.

Diagram: docs/states/agreement.mmd.
"""

from datetime import date

from django.db import models

from calloff.kernel.lifecycles import Lifecycle, Transition
from calloff.people.permissions import Can


class AgreementStatus(models.TextChoices):
    TO_SIGN = "to_sign", "Awaiting signature"
    TO_COUNTERSIGN = "to_countersign", "Awaiting countersignature"
    IN_FORCE = "in_force", "In force"
    SUPERSEDED = "superseded", "Superseded"
    ENDED = "ended", "Ended"


def has_expired(status: str, ends_on: date | None, on: date) -> bool:
    """Say whether an agreement is past its last day, though no one has ended it."""
    return status == AgreementStatus.IN_FORCE and ends_on is not None and ends_on < on


AGREEMENT = Lifecycle(
    "agreement",
    "agreements",
    (
        #    verb               from              to                whose        needs
        Transition("offer", None, AgreementStatus.TO_SIGN, "authority", Can.DECIDE, "members.decide"),
        Transition("take_up", None, AgreementStatus.TO_SIGN, "buyer", Can.SIGN, "partners.take_up"),
        Transition("draw_up", None, AgreementStatus.TO_SIGN, "buyer", Can.PLACE, "placements.draw_up"),
        Transition(
            "record_on_paper", None, AgreementStatus.IN_FORCE, "authority", Can.RUN_MARKETS, "members.carry_over"
        ),
        Transition("bring_in", None, AgreementStatus.IN_FORCE, "authority", Can.RUN_MARKETS, "partners.bring_in"),
        Transition("sign", AgreementStatus.TO_SIGN, AgreementStatus.TO_COUNTERSIGN, "first", Can.SIGN),
        Transition(
            "countersign", AgreementStatus.TO_COUNTERSIGN, AgreementStatus.IN_FORCE, "authority", Can.COUNTERSIGN
        ),
        Transition(
            "bind",
            AgreementStatus.TO_COUNTERSIGN,
            AgreementStatus.IN_FORCE,
            "second",
            Can.COUNTERSIGN,
            "partners.countersign",
        ),
        Transition(
            "prolong", AgreementStatus.TO_SIGN, AgreementStatus.TO_SIGN, "authority", Can.RUN_MARKETS, "members.extend"
        ),
        Transition(
            "prolong",
            AgreementStatus.TO_COUNTERSIGN,
            AgreementStatus.TO_COUNTERSIGN,
            "authority",
            Can.RUN_MARKETS,
            "members.extend",
        ),
        Transition(
            "prolong",
            AgreementStatus.IN_FORCE,
            AgreementStatus.IN_FORCE,
            "authority",
            Can.RUN_MARKETS,
            "members.extend",
        ),
        Transition("supersede", AgreementStatus.IN_FORCE, AgreementStatus.SUPERSEDED, "authority", Can.COUNTERSIGN),
        Transition(
            "require_anew",
            AgreementStatus.IN_FORCE,
            AgreementStatus.SUPERSEDED,
            "authority",
            Can.COUNTERSIGN,
            "partners.require_anew",
        ),
        Transition("end", AgreementStatus.IN_FORCE, AgreementStatus.ENDED, "authority", Can.DECIDE),
        Transition("end", AgreementStatus.TO_SIGN, AgreementStatus.ENDED, "authority", Can.DECIDE),
        Transition("end", AgreementStatus.TO_COUNTERSIGN, AgreementStatus.ENDED, "authority", Can.DECIDE),
        Transition("drop", AgreementStatus.TO_SIGN, AgreementStatus.ENDED, "buyer", Can.SIGN, "partners.drop"),
        Transition(
            "dissolve",
            AgreementStatus.TO_SIGN,
            AgreementStatus.ENDED,
            "authority",
            Can.COUNTERSIGN,
            "partners.dissolve",
        ),
        Transition(
            "dissolve",
            AgreementStatus.TO_COUNTERSIGN,
            AgreementStatus.ENDED,
            "authority",
            Can.COUNTERSIGN,
            "partners.dissolve",
        ),
        Transition(
            "dissolve",
            AgreementStatus.IN_FORCE,
            AgreementStatus.ENDED,
            "authority",
            Can.COUNTERSIGN,
            "partners.dissolve",
        ),
        Transition("close", AgreementStatus.IN_FORCE, AgreementStatus.ENDED, "buyer", Can.PLACE, "placements.end"),
        Transition(
            "close", AgreementStatus.TO_SIGN, AgreementStatus.ENDED, "buyer", Can.PLACE, "placements.fall_through"
        ),
        Transition(
            "close",
            AgreementStatus.TO_COUNTERSIGN,
            AgreementStatus.ENDED,
            "buyer",
            Can.PLACE,
            "placements.fall_through",
        ),
        Transition(
            "withdraw_place",
            AgreementStatus.TO_SIGN,
            AgreementStatus.ENDED,
            "provider",
            Can.ANSWER_REFERRALS,
            "placements.withdraw_place",
        ),
        Transition(
            "withdraw_place",
            AgreementStatus.TO_COUNTERSIGN,
            AgreementStatus.ENDED,
            "provider",
            Can.ANSWER_REFERRALS,
            "placements.withdraw_place",
        ),
    ),
)

UNSIGNED_STATUSES = (AgreementStatus.TO_SIGN, AgreementStatus.TO_COUNTERSIGN)
