"""How commands print a refusal: one problem on each line."""

from calloff.kernel.lifecycles import Refused
from calloff.markets.packs.loader import PackFaults


def format_refusal(refusal: Refused) -> str:
    """Return the problems of a refusal, each on its own line.

    A problem in a pack starts with its file and line, in the form that editors recognise, for example
    packs/iap/market.yml:12 code …
    """
    if isinstance(refusal, PackFaults):
        return "\n".join(f"{fault.file}:{fault.line} {fault.field} {fault.sentence}" for fault in refusal.faults)
    return "\n".join(problem.sentence for problem in refusal.problems)
