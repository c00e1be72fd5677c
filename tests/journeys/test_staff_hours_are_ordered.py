"""Step 9: a school in Dorset orders a teacher with the keyboard and without JavaScript, and names no child."""

import pytest

from calloff.buying.models import Order
from calloff.members.models import Member
from calloff.pupils.models import DisclosureGrant, Pupil
from tests.journeys.browser_users import KeyboardUser
from tests.journeys.personas import FELIX, IVAN, STOUR
from tests.journeys.placements import join, ready_in_dorset

pytestmark = pytest.mark.browser


@pytest.fixture
def dorset(stage):
    """Create Dorset's market, with a provider that has signed a price for a day of teaching, and a school.

    The school can place orders.
    """
    ready_in_dorset(stage, chalk=(4,))
    join(stage, "stour", market="DAP", officer=stage.officer("dorset", "hugh"))
    return stage


def test_a_school_orders_staff_hours(dorset, visit):
    member = Member.objects.get(provider=dorset.organisations["chalk"])

    # when its AP lead finds the provider that has signed a price, and enters what she needs with the keyboard
    felix = visit(FELIX, scripts=False)
    keys = KeyboardUser(felix.page)
    felix.go(f"{STOUR.home}/buying")
    felix.reads("An order does not name a pupil.")
    keys.enter("button", "Order staff hours")
    felix.reads("Chalk Stream Learning Ltd")
    keys.enter("link", "Order from Chalk Stream Learning Ltd")
    keys.choose("A teacher at the school")
    keys.type("How many hours or days?", "6")
    keys.type("What will the staff do?", "Teach mathematics to a small group on Tuesdays.")
    keys.dates("starts_on", dorset.on("1 Tue"))
    keys.dates("ends_on", dorset.on("4 Fri"))
    keys.type("Purchase order number", "PO-3301")
    keys.choose("Alternative provision")
    keys.enter("button", "Continue")

    # then a direct call-off without a reason is refused, and the page still shows what she typed
    felix.reads("A direct call-off needs a reason")
    keys.type("Why are you choosing this provider?", "All terms are set, and they know our building.")
    keys.enter("button", "Continue")

    # when she reads the cost and sends the order
    felix.reads("Check your order", "PO-3301", "will be left")
    assert not Order.objects.exists()
    keys.enter("button", "Send order")
    order = Order.objects.get()
    felix.reads("Order sent", order.reference)

    # then the order mentions no child, and the provider accepts it
    assert not Pupil.objects.exists()
    assert not DisclosureGrant.objects.exists()
    ivan = visit(IVAN)
    ivan.go(ivan.mail.link)
    ivan.sees("A teacher at the school")
    ivan.reads("Teach mathematics to a small group on Tuesdays.", "PO-3301")
    ivan.press("Accept")
    ivan.sees("Accept this order")
    ivan.press("Accept the order")
    ivan.reads("Order accepted.")
    order.refresh_from_db()
    assert order.status == "accepted"
    assert order.provider == member.provider

    # and the school sees that the order was accepted, and how much of the budget is committed
    felix.go(f"{STOUR.home}/orders/{order.reference}")
    felix.reads("A teacher at the school", "Accepted", "committed")
