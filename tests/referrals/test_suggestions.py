"""Tests for suggestions of providers, the weekly cost of replies, and what a provider can read."""

from decimal import Decimal

import pytest

from calloff.buying.reminders import remind_to_confirm
from calloff.kernel.geography import Point
from calloff.outbox.models import Message
from calloff.referrals import queries
from calloff.referrals.models import ExpressionOfInterest, Referral
from calloff.registers.models import Postcode
from tests.factories import NOW, AuthorityFactory, TeamFactory
from tests.factories_markets import PriceFactory, set_status
from tests.referrals.scenario import REPLY_BY, ReferralScenario

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene():
    return ReferralScenario()


def test_suitable_providers_are_listed_first_and_those_that_cannot_be_asked_last(scene):
    Postcode.objects.create(postcode="BN11 1LG", position=Point(514_000, 102_500), district_code="E07000229")
    type(scene.pupil).objects.update(postcode="BN11 1LG")
    scene.pupil.refresh_from_db()
    scene.services[1].needs = ["SEMH", "SLCN"]
    scene.services[1].save()
    scene.services[2].site.position = Point(514_000, 104_109)
    scene.services[2].site.save()
    scene.services[0].site.position = Point(520_000, 102_500)
    scene.services[0].site.save()
    set_status(scene.members[0].agreement, "to_sign")
    draft = scene.draft()
    found = queries.suggestions(draft, near=queries.home_of(draft), at=NOW)
    assert [one.member for one in found] == [scene.members[1], scene.members[2], scene.members[0]]
    assert found[0].fits == ["Needs", "Age", "Place available", "Distance"]
    assert found[1].lacks == ["Needs"]
    assert round(found[1].miles, 1) == 1.0
    assert "not signed by both sides" in found[2].why_not


def test_no_distance_is_shown_if_there_is_no_postcode(scene):
    draft = scene.draft()
    assert queries.home_of(draft) is None
    assert {one.miles for one in queries.suggestions(draft, near=None, at=NOW)} == {None}


def test_only_categories_with_an_agreement_in_force_are_offered(scene):
    assert [one.number for one in queries.lots_open_to(scene.school, NOW)] == [1, 2]
    set_status(scene.partnership.agreement, "superseded")
    assert queries.lots_open_to(scene.school, NOW) == []
    team = TeamFactory(host=scene.authority)
    assert [one.number for one in queries.lots_open_to(team, NOW)] == [1, 2]
    assert queries.lots_open_to(TeamFactory(host=AuthorityFactory()), NOW) == []


@pytest.mark.parametrize(
    ("unit", "amount", "a_week"), [("hour", "40", "540.00"), ("day", "120", "360.00"), ("session", "62", "372.00"),
                                   ("week", "500", "500.00")],
)  # fmt: skip
def test_providers_are_compared_by_weekly_price(scene, unit, amount, a_week):
    price = scene.prices[0]  # a day
    if unit != "day":
        price = PriceFactory(service=scene.services[0], unit=unit, amount=Decimal(amount), starts_on=NOW.date())
    interest = scene.reply(scene.asked(), price=price)
    assert queries.weekly_cost_of(interest) == Decimal(a_week)


def test_a_request_can_be_read_for_as_long_as_it_can_be_answered(scene):
    referral = scene.replied(0)
    told = {number: ExpressionOfInterest.objects.get(pk=scene.interest(referral, number).pk) for number in (0, 1)}
    assert queries.still_sees_request(told[0], NOW)
    assert queries.still_sees_request(told[1], NOW)
    assert queries.still_sees_request(told[0], REPLY_BY), "whoever is interested is still waiting"
    assert not queries.still_sees_request(told[1], REPLY_BY)
    assert queries.interest_word_of(told[1], REPLY_BY) == "No reply"
    assert queries.status_word_of(Referral.objects.get(pk=referral.pk), REPLY_BY) == "Replies closed"


def test_text_shown_to_all_providers_does_not_name_anyone(scene):
    words = " ".join(said for _, said in queries.facts_shown_to_all(scene.draft()))
    assert not any(name in words for name in ("Jasmine", "Thistlewood", scene.school.name, "600"))


def test_an_offer_awaiting_an_answer_gets_one_reminder(scene):
    scene.ada()
    offer = scene.offered()
    for _ in range(2):
        remind_to_confirm(offer.confirm_by.replace(hour=8))
    assert Message.objects.filter(to=scene.ada(), subject__startswith="Confirm the place before").count() == 1
