"""How the command line shows a refusal: each problem on a line of its own."""

from calloff.kernel.lifecycles import Refused
from calloff.markets.packs.loader import PackFaults


def format_refusal(refusal: Refused) -> str:
    """Write each problem on a line; a fault of a pack as editors find it, as in: packs/iap/market.yml:12 code …"""
    if isinstance(refusal, PackFaults):
        return "\n".join(f"{one.file}:{one.line} {one.field} {one.sentence}" for one in refusal.faults)
    return "\n".join(problem.sentence for problem in refusal.problems)
