"""Roles that need a second step: all that read about children, and all at an authority."""

from calloff.people.permissions import AUTHORITY_ROLES, GRANTS, Can, Role

READS_CHILDREN = frozenset(
    {Can.SEE_PUPILS, Can.KEEP_PUPILS, Can.KNOW_CHILD, Can.TAKE_REGISTER, Can.SAFEGUARD, Can.ANSWER_REFERRALS}
)
CHILD_ROLES = tuple(role for role in Role if GRANTS[role] & READS_CHILDREN)
NEED_A_SECOND_STEP = tuple(role for role in Role if role in AUTHORITY_ROLES or role in CHILD_ROLES)
MORE_THAN_THE_REGISTER = tuple(
    role
    for role in NEED_A_SECOND_STEP
    if role in AUTHORITY_ROLES or GRANTS[role] & (READS_CHILDREN - {Can.TAKE_REGISTER})
)
