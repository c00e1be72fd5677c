"""Models for the membership of a provider in a lot: its status, and the records that create and change it."""

from calloff.members.models.checks import ProviderCheck
from calloff.members.models.conditions import DocumentPromise, MembershipCondition
from calloff.members.models.decisions import ApplicationDecision, LotOutcome
from calloff.members.models.members import Member, MemberQuerySet, is_known_at, is_listed_at
from calloff.members.models.removals import MemberRemoval
from calloff.members.models.suspensions import FOUR_WEEKS_FROM_TODAY, Reinstatement, Suspension, SuspensionReview

__all__ = [
    "FOUR_WEEKS_FROM_TODAY",
    "ApplicationDecision",
    "DocumentPromise",
    "LotOutcome",
    "Member",
    "MemberQuerySet",
    "MemberRemoval",
    "MembershipCondition",
    "ProviderCheck",
    "Reinstatement",
    "Suspension",
    "SuspensionReview",
    "is_known_at",
    "is_listed_at",
]
