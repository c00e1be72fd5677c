"""Roles that need a second step: those that can see records about children, and all roles at authorities."""

from calloff.people.permissions import AUTHORITY_ROLES, PERMISSIONS_BY_ROLE, Can, Role

CHILD_RECORD_PERMISSIONS = frozenset(
    {Can.SEE_PUPILS, Can.KEEP_PUPILS, Can.KNOW_CHILD, Can.TAKE_REGISTER, Can.SAFEGUARD, Can.ANSWER_REFERRALS}
)
CHILD_ROLES = tuple(role for role in Role if PERMISSIONS_BY_ROLE[role] & CHILD_RECORD_PERMISSIONS)
SECOND_STEP_ROLES = tuple(role for role in Role if role in AUTHORITY_ROLES or role in CHILD_ROLES)
ROLES_BEYOND_THE_REGISTER = tuple(
    role
    for role in SECOND_STEP_ROLES
    if role in AUTHORITY_ROLES or PERMISSIONS_BY_ROLE[role] & (CHILD_RECORD_PERMISSIONS - {Can.TAKE_REGISTER})
)
