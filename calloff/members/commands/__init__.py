"""Commands of an authority for memberships: decide, carry over, extend, suspend, reinstate, remove and check.

They include the provider's own commands: answer a condition or a removal, and upload a promised document.
"""

from calloff.members.commands.carry_over import PackLoadReport, carry_over, load
from calloff.members.commands.checks import answer_condition, meet_condition, record_check
from calloff.members.commands.decisions import decide
from calloff.members.commands.document_promises import fulfil_promise
from calloff.members.commands.extensions import extend
from calloff.members.commands.removals import answer_removal, drop_removal, propose_removal, remove
from calloff.members.commands.suspensions import reinstate, review_suspension, suspend
from calloff.members.lot_decision import LotDecision

__all__ = [
    "LotDecision",
    "PackLoadReport",
    "answer_condition",
    "answer_removal",
    "carry_over",
    "decide",
    "drop_removal",
    "extend",
    "fulfil_promise",
    "load",
    "meet_condition",
    "propose_removal",
    "record_check",
    "reinstate",
    "remove",
    "review_suspension",
    "suspend",
]
