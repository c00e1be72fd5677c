"""Tests for a provider that withdraws without penalty after it has confirmed, but before both sides have signed."""

import pytest
from django.core.exceptions import PermissionDenied

from calloff.buying.models import Budget
from calloff.directory.models import Service
from calloff.history.models import Event
from calloff.kernel.lifecycles import Refused
from calloff.outbox.models import Message
from calloff.people.permissions import Role
from calloff.placements import commands
from calloff.placements.models import Placement, PlacementEnding
from calloff.pupils import queries as pupils
from calloff.pupils.contact_rules import PLACED_PACK_PLACE
from calloff.pupils.models import DisclosureGrant, Pupil
from calloff.referrals import commands as referrals
from calloff.referrals.models import ExpressionOfInterest
from tests.concurrency import all_at_once
from tests.factories import NOW, ProviderFactory, person
from tests.placements import scenario

pytestmark = pytest.mark.django_db
WHY = "Our teacher is leaving."


def withdrawn(placement, *, by=None, reason=WHY):
    commands.withdraw_place(placement, reason=reason, by=by or scenario.ada(placement), at=NOW)
    return Placement.objects.select_related("referral", "interest", "agreement").get(pk=placement.pk)


@pytest.mark.parametrize("stage", [scenario.confirmed, scenario.checked, scenario.drawn, scenario.signed])
def test_withdrawing_releases_the_place_notifies_the_buyer_and_reopens_the_referral(stage):
    placement = stage()
    left, events, ruth = Service.objects.get().places, Event.objects.count(), scenario.ruth(placement)
    placement = withdrawn(placement)
    assert (placement.status, placement.referral.status, placement.interest.status) == (
        "ended_early", "asking", "withdrawn",
    )  # fmt: skip
    assert Event.objects.count() == events + 1
    assert Service.objects.get().places == left + 1
    assert placement.agreement is None or placement.agreement.status == "ended"
    assert not Budget.objects.exclude(committed=0).exists()
    assert (PlacementEnding.objects.get().how, PlacementEnding.objects.get().reason) == ("before", WHY)
    assert scenario.subjects_to(ruth)[-1] == f"The provider has withdrawn from a placement ({placement.reference})"
    assert not any(WHY in one.body or placement.pupil.given_name in one.body for one in Message.objects.all())


def test_people_at_the_provider_cannot_see_the_child_after_withdrawing():
    placement = scenario.confirmed()
    ada = scenario.ada(placement)
    assert Pupil.objects.visible_to(ada, NOW).exists()
    withdrawn(placement)
    assert not DisclosureGrant.objects.in_force(NOW).exists()
    assert not Pupil.objects.visible_to(ada, NOW).exists()
    assert (
        pupils.pupil_pack(
            placement.pupil,
            place=PLACED_PACK_PLACE,
            person=ada,
            acting_for=placement.provider,
            purpose="To look",
            at=NOW,
        )
        is None
    )


def test_the_provider_can_be_asked_again_after_it_withdraws():
    placement = withdrawn(scenario.confirmed())
    later = placement.referral.reply_by.replace(day=20)
    ruth = scenario.ruth(placement)
    referrals.ask_more(placement.referral, members=[placement.member], reply_by=later, by=ruth, at=NOW)
    assert ExpressionOfInterest.objects.get(pk=placement.interest_id).status == "asked"


def test_withdrawing_from_a_place_needs_a_reason():
    placement = scenario.confirmed()
    with pytest.raises(Refused, match="Enter a reason"):
        withdrawn(placement, reason="  ")
    placement.refresh_from_db()
    assert placement.status == "checks"


@pytest.mark.parametrize("stage", [scenario.agreed, scenario.running])
def test_after_both_sides_have_signed_the_provider_must_give_notice_instead_of_withdrawing(stage):
    placement = stage()
    with pytest.raises(Refused, match="You cannot do this now"):
        withdrawn(placement)


def test_only_people_who_can_answer_for_a_provider_can_withdraw_from_a_place():
    placement = scenario.confirmed()
    for somebody in (
        scenario.ben(placement), scenario.sian(placement), scenario.ruth(placement), scenario.olivia(placement),
        person(Role.PROVIDER_LEAD, at=ProviderFactory()),
    ):  # fmt: skip
        with pytest.raises(PermissionDenied):
            withdrawn(placement, by=somebody)
    assert Placement.objects.get().status == "checks"


@pytest.mark.postgres15
@pytest.mark.django_db(transaction=True)
def test_several_simultaneous_withdrawals_end_the_placement_once_and_release_one_place():
    placement = scenario.confirmed()
    left, ada, ruth = Service.objects.get().places, scenario.ada(placement), scenario.ruth(placement)
    acts = iter(
        [
            lambda: commands.withdraw_place(placement, reason=WHY, by=ada, at=NOW),
            lambda: commands.fall_through(placement, reason="The family moves.", by=ruth, at=NOW),
        ]
    )
    results = all_at_once(lambda: next(acts)(), times=2)  # noqa: PLW0108  (each thread takes a different action)
    assert results.count("done") == 1
    assert Service.objects.get().places == left + 1
    assert PlacementEnding.objects.count() == 1
