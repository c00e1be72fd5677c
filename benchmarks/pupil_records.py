"""Benchmark data about children: make one referral with commands, then copy it with all its related rows."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db import transaction

from benchmarks import row_cloning
from calloff.buying.models import Offer
from calloff.placements.models import Placement, PreStartCheck
from calloff.pupils.models import DisclosureGrant
from calloff.referrals.models import ExpressionOfInterest, Referral

CHILDREN_AT_ONCE = row_cloning.RECORDS_AT_ONCE


class ChildToCopy(NamedTuple):
    """A child to add: the text that makes the child's references unique, and the key of the buyer."""

    mark: str
    buyer: int


class CopiedKeys(NamedTuple):
    """The keys of the rows that were copied for one child. Offer and placement are None if the original has none."""

    referral: int
    offer: int | None
    placement: int | None


def copy_referral(
    original: int, children: Sequence[ChildToCopy], *, referral: dict[str, Any] | None = None,
    placement: dict[str, Any] | None = None,
) -> list[CopiedKeys]:  # fmt: skip
    """Copy a referral at its current stage for each child, with the child, the replies, the offer and the
    placement.

    `referral` and `placement` contain column values that replace those of the original, for example a past date or a
    final status.
    """
    made: list[CopiedKeys] = []
    for start in range(0, len(children), CHILDREN_AT_ONCE):
        made += _copied(original, children[start : start + CHILDREN_AT_ONCE], referral or {}, placement or {})
    return made


@transaction.atomic
def _copied(
    original: int, children: Sequence[ChildToCopy], referral: dict[str, Any], placement: dict[str, Any]
) -> list[CopiedKeys]:
    old = Referral.objects.get(pk=original)
    pupils = row_cloning.clone_rows("pupils_pupil", [
        {"original": old.pupil_id, "reference": f"PU-{child.mark}", "buyer_id": child.buyer} for child in children
    ])  # fmt: skip
    referrals = row_cloning.clone_rows("referrals_referral", [
        {"original": original, "reference": f"R{child.mark}", "buyer_id": child.buyer, "pupil_id": pupil, **referral}
        for child, pupil in zip(children, pupils, strict=True)
    ])  # fmt: skip
    interests = {
        interest.pk: row_cloning.clone_rows("referrals_interest", [
            {"original": interest.pk, "reference": f"E{interest.pk}{child.mark}", "buyer_id": child.buyer,
             "referral_id": key}
            for child, key in zip(children, referrals, strict=True)
        ])
        for interest in ExpressionOfInterest.objects.filter(referral=old).order_by("pk")
    }  # fmt: skip
    offers: Sequence[int | None] = [None] * len(children)
    placements: Sequence[int | None] = offers
    for offer in Offer.objects.filter(referral=old).order_by("pk"):
        offers = row_cloning.clone_rows("buying_offer", [
            {"original": offer.pk, "buyer_id": child.buyer, "referral_id": key, "interest_id": interest}
            for child, key, interest in zip(children, referrals, interests[offer.interest_id], strict=True)
        ])  # fmt: skip
        for placed in Placement.objects.filter(offer=offer):
            placements = row_cloning.clone_rows("placements_placement", [
                {"original": placed.pk, "reference": f"L{child.mark}", "buyer_id": child.buyer, "pupil_id": pupil,
                 "referral_id": key, "interest_id": interest, "offer_id": made, **placement}
                for child, pupil, key, interest, made in zip(
                    children, pupils, referrals, interests[offer.interest_id], offers, strict=True
                )
            ])  # fmt: skip
            for check in PreStartCheck.objects.filter(placement=placed).order_by("pk"):
                row_cloning.clone_rows(
                    "placements_check", [{"original": check.pk, "placement_id": key} for key in placements]
                )
    _disclose(old, children, pupils)
    return [CopiedKeys(*keys) for keys in zip(referrals, offers, placements, strict=True)]


def _disclose(old: Referral, children: Sequence[ChildToCopy], pupils: Sequence[int]) -> None:
    """Copy the records that say who can see the child.

    The source of each copied record is the copied referral or placement.
    """
    for disclosure in DisclosureGrant.objects.filter(pupil=old.pupil_id).order_by("pk"):
        letter = "R" if disclosure.source == old.reference else "L"
        row_cloning.clone_rows("pupils_disclosure", [
            {"original": disclosure.pk, "pupil_id": pupil, "source": f"{letter}{child.mark}"}
            for child, pupil in zip(children, pupils, strict=True)
        ])  # fmt: skip


def children_for_buyers(prefix: str, buyers: Sequence[int], count: int) -> list[ChildToCopy]:
    """Return the children to add. Each buyer gets about the same number."""
    return [ChildToCopy(f"{prefix}{number}", buyers[number % len(buyers)]) for number in range(count)]
