"""Tests that a school without an agreement in force can search, but cannot ask or buy.

The school can see who must sign. Scenario 26.
"""

from datetime import timedelta

import pytest

from calloff.kernel.lifecycles import Refused
from calloff.partners.buying_eligibility import BuyingStandingWord, buying_standing, require_binding
from calloff.people.permissions import Role
from tests.factories import NOW, AuthorityFactory, TeamFactory, person
from tests.factories_markets import MarketFactory
from tests.factories_placements import PartnershipFactory
from tests.partners.scenario import binding, helen, market, school, signed, taken_up

pytestmark = pytest.mark.django_db


def refusal(buyer, one, at=NOW):
    with pytest.raises(Refused) as error:
        require_binding(buyer, one, at=at)
    return str(error.value)


def test_a_missing_signature_is_shown_with_the_person_and_role_it_needs():
    buyer, one = school(), market()
    helen(buyer)
    words = "You cannot ask providers yet because Helen (head or signatory) has not signed the Partnership Agreement."
    assert refusal(buyer, one) == f"{words} Remind Helen."
    assert buying_standing(buyer, one, at=NOW).word == BuyingStandingWord.NOT_SIGNED
    taken_up(buyer, one)
    assert refusal(buyer, one) == f"{words} Remind Helen."
    assert buying_standing(buyer, one, at=NOW).word == BuyingStandingWord.TO_SIGN


def test_a_school_without_a_signatory_sees_what_is_missing():
    buyer, one = school(), market()
    assert "no one at Felpersham School can sign" in refusal(buyer, one)
    assert "head or signatory" in refusal(buyer, one)


def test_a_signature_from_only_one_side_is_not_enough():
    buyer, one = school(), market()
    signed(buyer, one)
    assert f"{one.authority} has not countersigned" in refusal(buyer, one)


def test_a_partnership_agreement_is_valid_to_the_end_of_its_last_day():
    buyer, one = school(), market()
    made = binding(buyer, one)
    last = NOW + (made.agreement.ends_on - NOW.date())
    require_binding(buyer, one, at=last.replace(hour=23, minute=59))
    assert buying_standing(buyer, one, at=last).word == BuyingStandingWord.EXPIRES_SOON
    after = last + timedelta(days=1)
    assert buying_standing(buyer, one, at=after).word == BuyingStandingWord.EXPIRED
    assert "since the last agreement ended on Thursday 1 March 2029" in refusal(buyer, one, after)


def test_an_agreement_for_one_market_does_not_cover_another_market():
    buyer, one = school(), market()
    binding(buyer, one)
    assert "has not signed" in refusal(buyer, MarketFactory(authority=one.authority))


def test_another_schools_agreement_does_not_give_eligibility():
    buyer, one = school(), market()
    binding(buyer, one)
    other = school(138002, name="Penny Hassett", host=AuthorityFactory())
    assert buying_standing(other, one, at=NOW).word == BuyingStandingWord.NOT_SIGNED


def test_only_a_team_of_the_authority_that_runs_the_market_needs_no_agreement():
    one = market()
    require_binding(TeamFactory(host=one.authority), one, at=NOW)
    refusal(TeamFactory(host=AuthorityFactory()), one)


def test_a_market_without_a_partnership_agreement_needs_no_signature():
    require_binding(school(), MarketFactory(changes={"partnership": None}), at=NOW)


@pytest.mark.parametrize("trait", ["unsigned", "to_countersign", "expired"])
def test_the_test_factories_create_the_same_states_as_the_commands(trait):
    buyer = school()
    person(Role.HEAD, at=buyer)
    made = PartnershipFactory(buyer=buyer, **{trait: True})
    refusal(buyer, made.market)
