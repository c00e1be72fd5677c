"""What a market requires for each kind of evidence: the minimum cover, and whether a promise is enough."""

from typing import NamedTuple

from calloff.evidence.kinds import is_insurance
from calloff.markets.models import Market


class EvidenceTerms(NamedTuple):
    """What a market requires for one kind of evidence."""

    kind: str
    title: str
    least_cover: int | None  # the minimum insurance cover for any one claim, in pounds
    may_promise: bool  # whether a provider can apply with only a promise to have it before the first placement
    before_placement: bool  # whether a provider needs it only before the first placement, not to apply


def evidence_terms(market: Market) -> dict[str, EvidenceTerms]:
    """Return a market's requirements, keyed by kind of evidence.

    If the law forbids requiring insurance before an award (Procurement Act 2023 s.36), a promise of insurance is always
    enough, even if the pack does not allow promises.
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
