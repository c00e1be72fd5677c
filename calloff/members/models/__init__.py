"""A provider's membership of a lot: its standing, and what made and changes it."""

from calloff.members.models.checks import Check
from calloff.members.models.conditions import Condition, DocumentPromise
from calloff.members.models.decisions import Decision, Outcome
from calloff.members.models.members import Member, MemberQuerySet, is_known_at, is_listed_at
from calloff.members.models.removals import Removal
from calloff.members.models.suspensions import FOUR_WEEKS_FROM_TODAY, Reinstatement, Suspension, SuspensionReview

__all__ = [
    "FOUR_WEEKS_FROM_TODAY",
    "Check",
    "Condition",
    "Decision",
    "DocumentPromise",
    "Member",
    "MemberQuerySet",
    "Outcome",
    "Reinstatement",
    "Removal",
    "Suspension",
    "SuspensionReview",
    "is_known_at",
    "is_listed_at",
]
