"""Where a referral and an invitation are read. No child stands in either."""

from calloff.referrals.models import Interest, Referral


def of_invitation(interest: Interest) -> str:
    return f"/providers/{interest.provider.slug}/invitations/{interest.reference}"


def of_referral(referral: Referral, part: str = "") -> str:
    return f"/buyers/{referral.buyer.slug}/referrals/{referral.reference}{part}"
