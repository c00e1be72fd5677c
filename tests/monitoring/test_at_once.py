"""Tests for a suspension at the same moment as a placement or an order.

The placement or order is refused, or its buyer is notified.
"""

import pytest

from calloff.buying.models import Order
from calloff.kernel.lifecycles import Refused
from calloff.monitoring.models import SuspensionNotice
from calloff.people.permissions import Role
from calloff.placements import commands as placements
from calloff.placements.models import Placement
from tests.buying.scenario import ordered
from tests.buying.scenario import ready as staffed
from tests.concurrency import all_at_once
from tests.factories import NOW, AuthorityFactory, SchoolOrganisationFactory, person
from tests.factories_placements import BudgetFactory, SchoolTermFactory
from tests.monitoring.test_suspend import suspended
from tests.placements import scenario

pytestmark = pytest.mark.django_db(transaction=True)


def together(*acts):
    several = iter(acts)
    return all_at_once(lambda: next(several)(), times=len(acts))  # noqa: PLW0108  (each thread takes the next one)


@pytest.mark.postgres15
@pytest.mark.parametrize("first", ["suspend", "confirm"])
def test_confirming_a_place_during_a_suspension_is_refused_or_the_buyer_is_notified(first):
    SchoolTermFactory()
    offer = scenario.offered()
    member = offer.interest.member
    officer, ada = person(Role.QUALITY_OFFICER, at=member.authority), scenario.ada(offer)
    acts = [lambda: suspended(member, by=officer), lambda: placements.confirm(offer, by=ada, at=NOW)]
    told = together(*(acts if first == "suspend" else reversed(acts)))
    assert "done" in told
    recall = SuspensionNotice.objects.get()
    assert (recall.to_start, recall.offers) == ((1, 0) if Placement.objects.exists() else (0, 1)), told
    if not Placement.objects.exists():
        with pytest.raises(Refused, match="not taking placements"):
            placements.confirm(offer, by=ada, at=NOW)


@pytest.mark.postgres15
def test_sending_an_order_during_a_suspension_is_refused_or_the_buyer_is_notified():
    school = SchoolOrganisationFactory(host=AuthorityFactory())
    member, budget = staffed(school), BudgetFactory(buyer=school)
    officer, ruth = person(Role.QUALITY_OFFICER, at=member.authority), person(Role.AP_LEAD, at=school)
    together(lambda: suspended(member, by=officer), lambda: ordered(member, school, budget=budget, by=ruth))
    assert Order.objects.exists() == SuspensionNotice.objects.exists()
