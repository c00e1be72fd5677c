"""Test data for endpoints: the school's referrals with each status that pages show, and the provider's invitations."""

from calloff.people.permissions import Can
from calloff.pupils.models import ProtectionInformation
from calloff.referrals.states import InterestStatus, ReferralStatus
from tests.factories import NOW
from tests.factories_placements import (
    REPLY_BY,
    DisclosureGrantFactory,
    ExpressionOfInterestFactory,
    OfferFactory,
    PupilContactFactory,
    PupilFactory,
    ReferralFactory,
    ReferralQuestionFactory,
)


def make(world):
    """Make four referrals: a draft, one sent to providers, one with replies, and one with an offer to the provider."""
    world.child_to_refer = PupilFactory(buyer=world.school)
    world.draft_referral = _referral(world, status=ReferralStatus.DRAFT, asked_at=None, reply_by=REPLY_BY)
    world.asking_referral = _referral(world)
    world.invitation = _invited(world, world.asking_referral, seen_at=NOW)
    world.question = ReferralQuestionFactory(interest=world.invitation)
    world.replied_referral = _referral(world)
    world.interest = _invited(world, world.replied_referral, **_interested(world))
    ExpressionOfInterestFactory(referral=world.replied_referral, member=world.rival_member)
    world.offered_referral = _referral(world, status=ReferralStatus.OFFERED)
    world.offered_interest = _invited(
        world, world.offered_referral, **_interested(world) | {"status": InterestStatus.OFFERED}
    )
    world.offer = OfferFactory(interest=world.offered_interest)
    pupil = world.offered_referral.pupil
    ProtectionInformation.objects.create(pupil=pupil, concerns="A concern.", kept_at=NOW)
    PupilContactFactory(pupil=pupil)
    for needs in (Can.ANSWER_REFERRALS, Can.SAFEGUARD):
        DisclosureGrantFactory(
            pupil=pupil,
            organisation=world.provider,
            needs=str(needs),
            source=world.offered_referral.reference,
            member=world.member,
        )


def more(world):
    """Add one row to each list about referrals."""
    _invited(world, _referral(world), **_interested(world))
    ReferralQuestionFactory(interest=world.invitation)
    PupilFactory(buyer=world.school)
    _referral(world, status=ReferralStatus.DRAFT, asked_at=None, reply_by=None)
    ExpressionOfInterestFactory(referral=world.replied_referral, **_replied())


def _referral(world, **given):
    pupil = PupilFactory(buyer=world.school)
    return ReferralFactory(market=world.market, buyer=world.school, pupil=pupil, few=True, **given)


def _invited(world, referral, **given):
    return ExpressionOfInterestFactory(referral=referral, member=world.member, **given)


def _interested(world):
    return {"interested": True, "service": world.service, "price": world.price, "seen_at": NOW}


def _replied():
    return {"interested": True, "seen_at": NOW}
