"""A test of a whole placement, from the conditional offer to the checks after the end."""

import pytest

from calloff.buying.models import Commitment
from calloff.placements import commands
from calloff.placements.models import FollowUp, Placement, PlacementReview
from tests.factories_placements import BudgetFactory
from tests.placements import scenario
from tests.placements.scenario import NOW, on

pytestmark = pytest.mark.django_db


def test_a_placement_can_go_through_every_stage_from_the_offer_to_checks_after_its_end(terms):
    offer = scenario.offered()
    budget = BudgetFactory(buyer=offer.buyer)
    placement = scenario.confirmed(offer)
    assert placement.status == "checks"
    scenario.make_checks(placement)
    placement = scenario.drawn(placement)
    assert placement.status == "to_sign"
    placement = scenario.agree(scenario.signed(placement), budget=budget)
    assert placement.status == "agreed"
    assert Commitment.objects.get(source=placement.reference).amount == placement.total == 9 * 45
    scenario.mark(placement)
    placement = Placement.objects.get(pk=placement.pk)
    assert (placement.status, placement.started_on) == ("running", scenario.FIRST)
    review = PlacementReview.objects.get(placement=placement)
    placement = scenario.ended(placement)
    assert placement.status == "ended"
    review.refresh_from_db()
    assert review.status == "cancelled"
    assert [one.weeks for one in FollowUp.objects.order_by("weeks")] == [6, 12]
    commands.report_exit(placement, report="She did well.", by=scenario.ada(placement), at=on(28))
    assert on(28) > NOW
