"""Tests for confirming a place, which takes the place and creates the checks in one event.

Scenario 50.
"""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from calloff.directory.models import Service
from calloff.history.models import Event
from calloff.kernel.lifecycles import Refused
from calloff.outbox.models import Message
from calloff.people.permissions import Role
from calloff.placements import commands
from calloff.placements.models import Placement, PreStartCheck
from calloff.pupils.models import DisclosureGrant
from tests.concurrency import all_at_once
from tests.factories import NOW, ProviderFactory, person
from tests.factories_markets import set_status
from tests.factories_placements import ExpressionOfInterestFactory, OfferFactory, PartnershipFactory, ReferralFactory
from tests.placements import scenario

pytestmark = pytest.mark.django_db


def second_for(offer):
    """Return an offer of a place at the same service, for a child at another school."""
    referral = ReferralFactory(market=offer.referral.market, status="offered")
    PartnershipFactory(buyer=referral.buyer, market=referral.market)
    interest = ExpressionOfInterestFactory(
        referral=referral, member=offer.interest.member, offered=True, service=offer.interest.service,
        price=offer.interest.price,
    )  # fmt: skip
    return OfferFactory(interest=interest)


def places(offer, count):
    Service.objects.filter(pk=offer.interest.service_id).update(places=count)
    return offer


def test_a_provider_can_record_the_meeting_as_it_confirms():
    offer = places(scenario.offered(), 2)
    ada = scenario.ada(offer)
    with pytest.raises(Refused) as refusal:
        commands.confirm(offer, met_on=scenario.TODAY + timedelta(days=1), by=ada, at=NOW)
    assert [one.where for one in refusal.value.problems] == ["met_on"]
    assert not Placement.objects.exists()
    commands.confirm(offer, met_on=scenario.TODAY, by=ada, at=NOW)
    offer.refresh_from_db()
    assert (offer.met_on, offer.status) == (scenario.TODAY, "confirmed")


def test_when_a_placement_is_confirmed_a_place_is_taken_checks_are_created_and_access_is_given():
    offer = places(scenario.offered(), 2)
    placement = scenario.confirmed(offer)
    assert Service.objects.get(pk=placement.service_id).places == 1
    assert (placement.pupil, placement.buyer, placement.provider) == (
        offer.referral.pupil, offer.buyer, offer.provider,
    )  # fmt: skip
    kinds = set(placement.checks.values_list("kind", flat=True))
    assert kinds == set(PreStartCheck.Kind.values) - {"direction"}
    given = DisclosureGrant.objects.filter(source=placement.reference).in_force(NOW)
    assert {one.organisation for one in given} == {offer.provider}
    assert {one.needs for one in given} == {"answer_referrals", "take_register", "safeguard"}
    event = Event.objects.latest("pk")
    assert event.verb == "confirm"
    assert {one.record_type for one in event.subjects.all()} >= {"placements.Placement", "buying.Offer"}


def test_only_an_off_site_direction_creates_a_check_for_the_notice():
    placement = scenario.confirmed(**scenario.DIRECTED)
    assert placement.checks.filter(kind="direction").exists()


@pytest.mark.postgres15
def test_confirming_when_no_place_is_available_changes_nothing_and_notifies_the_school():
    offer = places(scenario.offered(), 0)
    ruth = scenario.ruth(offer)
    with pytest.raises(Refused, match="last place") as refusal:
        scenario.confirmed(offer)
    assert "withdraw from this offer without penalty" in str(refusal.value)
    assert f"We have told {offer.buyer}" in str(refusal.value)
    offer.refresh_from_db()
    assert offer.status == "made"
    assert not Placement.objects.exists()
    assert scenario.subjects_to(ruth) == [
        f"Ask another provider, because the last place has gone ({offer.referral.reference})"
    ]
    with pytest.raises(Refused):
        scenario.confirmed(offer)
    assert len(scenario.subjects_to(ruth)) == 1, "once is enough"


def test_a_place_at_a_withdrawn_service_cannot_be_confirmed_and_the_school_is_notified():
    offer = scenario.offered()
    set_status(offer.interest.service, "withdrawn")
    ruth = scenario.ruth(offer)
    with pytest.raises(Refused, match="withdrawn from the directory"):
        scenario.confirmed(offer)
    assert scenario.subjects_to(ruth) == [
        f"Ask another provider, because the last place has gone ({offer.referral.reference})"
    ]


@pytest.mark.postgres15
def test_taking_the_last_place_notifies_the_other_buyers_immediately():
    first = places(scenario.offered(), 1)
    other = second_for(first)
    ruth = scenario.ruth(other)
    scenario.confirmed(first)
    assert scenario.subjects_to(ruth) == [
        f"Ask another provider, because the last place has gone ({other.referral.reference})"
    ]
    assert other.referral.pupil.given_name not in "".join(one.body for one in Message.objects.all())


def test_confirming_a_place_a_second_time_is_refused():
    offer = scenario.offered()
    scenario.confirmed(offer)
    with pytest.raises(Refused, match="status is “Confirmed”"):
        scenario.confirmed(offer)
    assert Placement.objects.count() == 1


def test_a_provider_suspended_after_the_offer_cannot_confirm_a_place():
    offer = scenario.offered()
    scenario.suspend(offer.interest.member)
    with pytest.raises(Refused, match="not taking placements"):
        scenario.confirmed(offer)
    assert not Placement.objects.exists()


def test_only_people_who_can_answer_for_a_provider_can_confirm_a_place():
    offer = scenario.offered()
    for somebody in (
        person(Role.PROVIDER_STAFF, at=offer.provider),
        person(Role.PROVIDER_LEAD, at=ProviderFactory()),
        person(Role.AP_LEAD, at=offer.buyer),
    ):
        with pytest.raises(PermissionDenied):
            commands.confirm(offer, by=somebody, at=NOW)
    assert not Placement.objects.exists()


@pytest.mark.postgres15
@pytest.mark.django_db(transaction=True)
def test_only_one_of_two_children_can_get_the_last_place():
    first = places(scenario.offered(), 1)
    waiting = [first, second_for(first)]
    ada, schools = scenario.ada(first), [scenario.ruth(one) for one in waiting]
    results = all_at_once(lambda: commands.confirm(waiting.pop(), by=ada, at=NOW), times=2)
    assert results[0].startswith("The last place")
    assert results[1] == "done"
    assert Placement.objects.count() == 1
    assert Service.objects.get(pk=first.interest.service_id).places == 0
    gone = [subject for school in schools for subject in scenario.subjects_to(school) if "last place" in subject]
    assert len(gone) == 1
