"""The URLs of referrals and invitations, for use in emails. They contain nothing about the child."""

from calloff.referrals.models import ExpressionOfInterest, Referral


def invitation_path(interest: ExpressionOfInterest) -> str:
    return f"/providers/{interest.provider.slug}/invitations/{interest.reference}"


def referral_path(referral: Referral, part: str = "") -> str:
    return f"/buyers/{referral.buyer.slug}/referrals/{referral.reference}{part}"
