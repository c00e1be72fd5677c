"""A provider from a list, for whom nobody acts yet: it stands among the candidates with why, and is not asked."""

import pytest

from calloff.kernel.states import Refused
from calloff.referrals.invitable import candidates, require_invitable
from tests.factories import NOW, ProviderFactory
from tests.factories_markets import MemberFactory
from tests.referrals.scene import Scene

pytestmark = pytest.mark.django_db

WORDS = "no one acts for it on Calloff yet. Ask your council to invite its first person."


@pytest.fixture
def scene():
    scene = Scene()
    provider = ProviderFactory(recorded=True, host=scene.authority)
    scene.listed = MemberFactory(market=scene.market, provider=provider)
    return scene


def test_it_says_why_it_cannot_be_asked(scene):
    why = {one.member: one.why_not for one in candidates(scene.listed.lot, NOW)}
    assert why[scene.listed] == WORDS
    assert why[scene.members[0]] == ""


def test_neither_asking_nor_an_offer_goes_to_it(scene):
    with pytest.raises(Refused, match="no one acts for it on Calloff yet"):
        require_invitable(scene.listed, doing="ask", at=NOW)


def test_asking_all_asks_those_for_whom_somebody_acts(scene):
    referral = scene.asked()
    assert scene.listed.provider not in {one.provider for one in referral.interests.all()}
    assert referral.interests.count() == len(scene.members)
