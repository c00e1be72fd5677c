"""Step 9: a school of Dorset orders a teacher for no child by name, by keyboard and without JavaScript."""

import pytest

from calloff.buying.models import Order
from calloff.cli.demo import story
from calloff.cli.demo.deciding import admit, assess, countersign, send, sign, write
from calloff.members.models import Member
from calloff.pupils.models import Disclosure, Pupil
from tests.journeys.placing import join
from tests.journeys.visitors import Keys, mail_to

FELIX, IVAN = "felix@stour.demo.example", "ivan@chalk.demo.example"
SCHOOL, PROVIDER = "/buyers/stour-bank-school-900003", "/providers/chalk-stream-learning-ltd"


@pytest.fixture
def dorset(stage):
    """Dorset's market, with a provider whose signed annex prices days of a teacher, and a school that may order."""
    story.open_markets(stage, codes=["DAP"])
    story._import_schools(stage.when("-20 Mon 09:00"))
    story.register(stage, ["chalk"])
    application = send(stage, write(stage, "chalk", "DAP", (4,), "-10 Tue 13:00"), "chalk", "-9 Wed 10:20")
    assess(stage, application, stage.officer("dorset", "iris"), "-9 Fri 09:30")
    agreement = admit(application, stage.officer("dorset", "owen"), stage.when("-8 Tue 15:45")).agreement
    hugh = stage.officer("dorset", "hugh")
    countersign(sign(stage, agreement, "chalk", stage.when("-8 Thu 11:00")), hugh, stage.when("-7 Tue 09:40"))
    join(stage, "stour", market="DAP", officer=hugh)
    return stage


def test_staff_hours_are_ordered(dorset, visit):
    member = Member.objects.get(provider=dorset.organisations["chalk"])

    # when its AP lead finds who has signed a price, and says what is wanted, by the keyboard alone
    felix = visit(FELIX, scripts=False)
    keys = Keys(felix.page)
    felix.go(f"{SCHOOL}/buying")
    felix.reads("It names no child.")
    keys.enter("button", "Call off staff hours")
    felix.reads("Chalk Stream Learning Ltd")
    keys.enter("link", "Order from Chalk Stream Learning Ltd")
    keys.choose("A teacher at the school")
    keys.type("How many hours or days?", "6")
    keys.type("What are the staff to do?", "Teach mathematics to a small group on Tuesdays.")
    keys.dates("starts_on", dorset.on("1 Tue"))
    keys.dates("ends_on", dorset.on("4 Fri"))
    keys.type("Your purchase-order number", "PO-3301")
    keys.choose("Alternative provision")
    keys.enter("button", "Continue")

    # then a direct call-off without its reason is refused, and what was typed stays
    felix.reads("A direct call-off needs a reason")
    keys.type("Why this provider?", "All terms are set, and they know our building.")
    keys.enter("button", "Continue")

    # when what it costs is read and it is sent
    felix.reads("Check your order", "PO-3301", "will be left")
    assert not Order.objects.exists()
    keys.enter("button", "Send the order")
    order = Order.objects.get()
    felix.reads("Order sent", order.reference)

    # then no child is in it, and the provider accepts
    assert not Pupil.objects.exists()
    assert not Disclosure.objects.exists()
    ivan = visit(IVAN)
    ivan.go(mail_to(IVAN).link)
    ivan.sees("A teacher at the school")
    ivan.reads("Teach mathematics to a small group on Tuesdays.", "PO-3301")
    ivan.press("Accept")
    ivan.sees("Accept this order")
    ivan.press("Accept the order")
    ivan.reads("You have accepted.")
    order.refresh_from_db()
    assert order.status == "accepted"
    assert order.provider == member.provider

    # and the school reads so, with what is committed of its budget
    felix.go(f"{SCHOOL}/orders/{order.reference}")
    felix.reads("A teacher at the school", "Accepted", "committed")
