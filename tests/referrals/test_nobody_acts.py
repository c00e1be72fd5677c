"""Tests for a listed provider that has no users, which is shown with the reason why it cannot be asked."""

import pytest

from calloff.kernel.lifecycles import Refused
from calloff.people.models import RoleGrant
from calloff.people.permissions import Role
from calloff.referrals.invitation_eligibility import find_candidates, require_invitable
from tests.factories import NOW, ProviderFactory, RoleGrantFactory, UserFactory, person
from tests.factories_markets import MemberFactory
from tests.referrals.scenario import ReferralScenario

pytestmark = pytest.mark.django_db

WORDS = "no one acts for it on Calloff yet. Ask your council to invite someone from the provider."


@pytest.fixture
def scene():
    scene = ReferralScenario()
    provider = ProviderFactory(recorded=True, host=scene.authority)
    scene.listed = MemberFactory(market=scene.market, provider=provider)
    return scene


def test_a_provider_with_no_users_is_listed_with_the_reason_it_cannot_be_asked(scene):
    why = {one.member: one.why_not for one in find_candidates(scene.listed.lot, NOW)}
    assert why[scene.listed] == WORDS
    assert why[scene.members[0]] == ""


def test_a_provider_with_no_users_cannot_be_asked_or_get_an_offer(scene):
    with pytest.raises(Refused, match="no one acts for it on Calloff yet"):
        require_invitable(scene.listed, doing="ask", at=NOW)


def test_asking_every_provider_leaves_out_any_provider_with_no_users(scene):
    referral = scene.asked()
    assert scene.listed.provider not in {one.provider for one in referral.interests.all()}
    assert referral.interests.count() == len(scene.members)


def test_a_provider_with_no_users_is_not_asked_until_someone_there_can_reply_again(scene):
    member = scene.members[0]
    scene.ada()
    RoleGrant.objects.filter(organisation=member.provider).update(ends_at=NOW)
    person(Role.PROVIDER_STAFF, at=member.provider)  # this person can mark the register but cannot reply
    why = {one.member: one.why_not for one in find_candidates(scene.lot, NOW)}
    assert why[member] == "no one who acts for it can reply at the moment. Ask your council to invite someone."
    assert why[scene.members[1]] == ""
    require_invitable(member, doing="place a child with", at=NOW)  # placements that have already been agreed continue
    referral = scene.asked()
    assert member.provider not in {one.provider for one in referral.interests.all()}
    RoleGrantFactory(person=UserFactory(), organisation=member.provider, role=Role.PROVIDER_LEAD)
    assert {one.member: one.why_not for one in find_candidates(scene.lot, NOW)}[member] == ""
