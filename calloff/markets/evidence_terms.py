"""What a market requires for each kind of evidence: the minimum cover, and whether a promise is enough."""

from typing import NamedTuple

from calloff.evidence.kinds import is_insurance
from calloff.markets.models import Market


class EvidenceTerms(NamedTuple):
    """What a market requires for one kind of evidence."""

    kind: str
    title: str
    least_cover: int | None  # the minimum insurance cover for each claim, in pounds
    # whether a provider can apply with only a promise to have the document before the first placement
    may_promise: bool
    # whether a provider needs the document only before the first placement, not when it applies
    before_placement: bool


def evidence_terms(market: Market) -> dict[str, EvidenceTerms]:
    """Return a market's requirements for evidence, by the key of each kind.

    If the law forbids requiring insurance before an award (Procurement Act 2023 s.36), a promise of insurance is
    always enough, even if the pack does not allow a promise.
    """
    law = market.rule("may_ask_insurance_before_award")
    is_forbidden = law is not None and not law.value
    return {
        kind.key: EvidenceTerms(
            kind.key,
            kind.title,
            kind.minimum_cover,
            kind.commitment_allowed or (is_forbidden and is_insurance(kind.key, kind.title)),
            kind.needed == "before_placement",
        )
        for kind in market.pack.evidence
    }
