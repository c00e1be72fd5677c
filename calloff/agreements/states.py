"""Life-cycle of an agreement.

“Expires soon” and “Expired” are not statuses, because they depend on today's date. Diagram: docs/states/agreement.mmd.
"""

from datetime import date

from django.db import models

from calloff.kernel.lifecycles import UNCHANGED, Lifecycle, Transition, from_each
from calloff.people.permissions import Can


class AgreementStatus(models.TextChoices):
    TO_SIGN = "to_sign", "Awaiting signature"
    TO_COUNTERSIGN = "to_countersign", "Awaiting countersignature"
    IN_FORCE = "in_force", "In force"
    SUPERSEDED = "superseded", "Superseded"
    ENDED = "ended", "Ended"


def has_expired(status: str, ends_on: date | None, on: date) -> bool:
    """Return whether an agreement is past its last day and no one has ended it."""
    return status == AgreementStatus.IN_FORCE and ends_on is not None and ends_on < on


UNSIGNED_STATUSES = (AgreementStatus.TO_SIGN, AgreementStatus.TO_COUNTERSIGN)
UNENDED_STATUSES = (*UNSIGNED_STATUSES, AgreementStatus.IN_FORCE)

# fmt: off
AGREEMENT = Lifecycle("agreement", "agreements", (
    Transition("offer", None, AgreementStatus.TO_SIGN, "authority", Can.DECIDE,
               history_text="Offered for signature", command="members.decide"),
    Transition("take_up", None, AgreementStatus.TO_SIGN, "buyer", Can.SIGN,
               history_text="Started signing", command="partners.take_up"),
    Transition("draw_up", None, AgreementStatus.TO_SIGN, "buyer", Can.PLACE,
               history_text="Placement agreement prepared", command="placements.draw_up"),
    Transition("record_on_paper", None, AgreementStatus.IN_FORCE, "authority", Can.RUN_MARKETS,
               history_text="Paper agreement recorded", command="members.carry_over"),
    Transition("bring_in", None, AgreementStatus.IN_FORCE, "authority", Can.RUN_MARKETS,
               history_text="Paper agreement recorded", command="partners.bring_in"),
    Transition("sign", AgreementStatus.TO_SIGN, AgreementStatus.TO_COUNTERSIGN, "first", Can.SIGN,
               history_text="First side signed"),
    Transition("remind", AgreementStatus.TO_SIGN, AgreementStatus.TO_SIGN, "authority", Can.OVERSEE,
               history_text="Provider reminded to sign"),
    Transition("countersign", AgreementStatus.TO_COUNTERSIGN, AgreementStatus.IN_FORCE, "authority", Can.COUNTERSIGN,
               history_text="Countersigned and in force"),
    Transition("bind", AgreementStatus.TO_COUNTERSIGN, AgreementStatus.IN_FORCE, "second", Can.COUNTERSIGN,
               history_text="Countersigned and in force", command="partners.countersign"),
    *from_each("prolong", UNENDED_STATUSES, UNCHANGED, "authority", Can.RUN_MARKETS,
               history_text="Extended because the market was extended", command="members.extend"),
    Transition("supersede", AgreementStatus.IN_FORCE, AgreementStatus.SUPERSEDED, "authority", Can.COUNTERSIGN,
               history_text="Superseded"),
    Transition("require_anew", AgreementStatus.IN_FORCE, AgreementStatus.SUPERSEDED, "authority", Can.COUNTERSIGN,
               history_text="New signatures needed", command="partners.require_anew"),
    *from_each("end", UNENDED_STATUSES, AgreementStatus.ENDED, "authority", Can.DECIDE,
               history_text="Agreement ended"),
    Transition("drop", AgreementStatus.TO_SIGN, AgreementStatus.ENDED, "buyer", Can.SIGN,
               history_text="Closed without signatures", command="partners.drop"),
    *from_each("dissolve", UNENDED_STATUSES, AgreementStatus.ENDED, "authority", Can.COUNTERSIGN,
               history_text="Ended by the authority", command="partners.dissolve"),
    Transition("close", AgreementStatus.IN_FORCE, AgreementStatus.ENDED, "buyer", Can.PLACE,
               history_text="Agreement closed because the placement ended", command="placements.end"),
    *from_each("close", UNSIGNED_STATUSES, AgreementStatus.ENDED, "buyer", Can.PLACE,
               history_text="Agreement closed because the placement ended", command="placements.fall_through"),
    *from_each("withdraw_place", UNSIGNED_STATUSES, AgreementStatus.ENDED, "provider", Can.ANSWER_REFERRALS,
               history_text="Agreement closed because the provider withdrew the place",
               command="placements.withdraw_place"),
))
# fmt: on
